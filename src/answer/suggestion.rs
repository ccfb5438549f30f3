//! Which candidates are worth offering as "您是不是想问". Never padded: a list of what is hardly ever meant teaches
//! customers not to look.

use crate::ranking::Scored;

/// Offered at most.
const MOST: usize = 5;
/// Least confidence worth showing beside a better one.
const FLOOR: f32 = 0.01;
/// Least confidence worth showing, as a share of the best one's.
const SHARE: f32 = 0.03;

/// The best candidates worth offering, at least one of those there are.
pub(super) fn worth_offering(scored: &[Scored]) -> &[Scored] {
    &scored[..worth(scored.iter().map(|one| one.confidence))]
}

/// How many of these confidences, the best first, are worth it.
fn worth(confidences: impl Iterator<Item = f32>) -> usize {
    let mut least = 0.0_f32;
    let mut worth = 0;
    for confidence in confidences.take(MOST) {
        if worth == 0 {
            least = FLOOR.max(SHARE * confidence);
        } else if confidence < least {
            break;
        }
        worth += 1;
    }
    worth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hardly_meant_is_not_offered() {
        let rows: [(&[f32], usize); 6] = [
            (&[0.8, 0.1, 0.001], 2),
            (&[0.8, 0.02, 0.02], 1), // much less likely than the best
            (&[0.2, 0.012, 0.008], 2),
            (&[0.3, 0.3, 0.3, 0.3, 0.3, 0.3], 5),
            (&[0.004], 1), // whatever the policy lets through is offered
            (&[], 0),
        ];
        for (confidences, expected) in rows {
            assert_eq!(worth(confidences.iter().copied()), expected, "{confidences:?}");
        }
    }
}
