//! Which candidates are worth offering as "您是不是想问". Never padded: a list of what is hardly ever meant teaches
//! customers not to look.

use crate::ranking::Scored;

/// Offered at most.
const MOST: usize = 5;
/// Points behind the best within which another may be meant, however much of the confidence the best one takes: the
/// lead from which the gate sees no rival. On written near misses and their rewordings it brings the meant entry into
/// the list for one question in fifty, at half an entry more a list.
const NEAR: f32 = 6.0;
/// Least confidence worth showing farther behind, and that as a share of the best one's.
const FLOOR: f32 = 0.01;
const SHARE: f32 = 0.03;

/// The best candidates worth offering, at least one of those there are.
pub(super) fn worth_offering(scored: &[Scored]) -> &[Scored] {
    &scored[..worth(scored.iter().map(|one| (one.rank_logit, one.confidence)))]
}

/// How many of these points and confidences, the best first, are worth it.
fn worth(mut candidates: impl Iterator<Item = (f32, f32)>) -> usize {
    let Some((most, best)) = candidates.next() else { return 0 };
    let least = FLOOR.max(SHARE * best);
    let close = |(points, confidence): &(f32, f32)| most - points < NEAR || *confidence >= least;
    1 + candidates.take(MOST - 1).take_while(close).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hardly_meant_is_not_offered() {
        let rows: [(&[(f32, f32)], usize); 7] = [
            (&[(30.0, 0.8), (20.0, 0.1), (19.0, 0.001)], 2),
            (&[(30.0, 0.8), (20.0, 0.02), (20.0, 0.02)], 1), // much less likely than the best
            (&[(30.0, 0.8), (26.0, 0.0), (23.0, 0.0)], 2),   // close behind
            (&[(30.0, 0.2), (20.0, 0.012), (20.0, 0.008)], 2),
            (&[(30.0, 0.3); 6], 5),
            (&[(30.0, 0.004)], 1), // whatever the policy lets through is offered
            (&[], 0),
        ];
        for (candidates, expected) in rows {
            assert_eq!(worth(candidates.iter().copied()), expected, "{candidates:?}");
        }
    }
}
