//! Which of the first candidates is meant where the best by points differs in what matters and a near one does not.

use crate::ranking::scored::Scored;

/// Points within which another candidate may be meant.
pub(in crate::ranking) const NEAR: f32 = 6.0;
/// Log-odds by which its difference must matter less.
const CLEARLY: f32 = 2.0;
/// Log-odds by which the difference of one that the question speaks for may matter more.
const AT_MOST: f32 = 1.0;

/// The position of the candidate that is meant instead of the first; `None` where the first is. `speaks_for` says
/// whether the question's own words are for the second of two rivals.
pub(in crate::ranking) fn meant_instead(
    ranked: &[Scored],
    speaks_for: impl Fn(&Scored, &Scored) -> bool,
) -> Option<usize> {
    let first = ranked.first()?;
    let z = first.difference?.z;
    let score = |candidate: &Scored, z: f32| candidate.rank_logit + z;
    let rivals = ranked.iter().enumerate().skip(1).filter(|(_, other)| first.rank_logit - other.rank_logit < NEAR);
    let judged = rivals.filter_map(|(at, other)| Some((at, other, other.difference?.z)));
    let clearly = judged.clone().filter(|(_, other, own)| own - z > CLEARLY && score(other, *own) > score(first, z));
    let best = clearly.max_by(|a, b| score(a.1, a.2).total_cmp(&score(b.1, b.2)).then(b.0.cmp(&a.0)));
    let spoken_for =
        |(at, other, own): &(usize, &Scored, f32)| *at == 1 && z - own < AT_MOST && speaks_for(first, other);
    best.or_else(|| judged.into_iter().find(spoken_for)).map(|(at, ..)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::compare::signals::Signals;
    use crate::ranking::confidence::gate::GATE_INPUTS;
    use crate::ranking::judging::Judged;

    fn scored(rank_logit: f32, z: f32) -> Scored {
        Scored {
            entry: 0,
            question: 0,
            signals: Signals::default(),
            rank_logit,
            lexical: 0.0,
            difference: Some(Judged { z, bound: z, lift: 0.0 }),
            gate_inputs: [0.0; GATE_INPUTS],
            ceiling: None,
            floor: None,
            confidence: 0.0,
        }
    }

    #[test]
    fn a_near_candidate_without_a_difference_is_meant() {
        let never = |_: &Scored, _: &Scored| false;
        let rows = [
            (vec![scored(20.0, -2.0), scored(19.0, 2.0)], Some(1)),
            (vec![scored(20.0, 1.0), scored(19.0, 2.0)], None), // too little between them
            (vec![scored(20.0, -2.0), scored(10.0, 3.0)], None), // too far behind
            (vec![scored(20.0, -3.0), scored(19.0, 0.0), scored(19.0, 2.0)], Some(2)),
            (Vec::new(), None),
        ];
        for (ranked, expected) in rows {
            assert_eq!(meant_instead(&ranked, never), expected, "{ranked:?}");
        }
        let rivals = [scored(20.0, 1.0), scored(19.0, 1.0)];
        assert_eq!(meant_instead(&rivals, |_, _| true), Some(1));
    }
}
