//! Entries outside their validity: they are looked for, so that a question about one is not answered by its neighbour.

use jiff::Timestamp;

use crate::corpus::Corpus;
use crate::ranking::compare::stored::{Admission, StoredQuestion};
use crate::ranking::scored::Scored;

/// By so much less must a live entry's difference matter for it to be meant instead of one that is over.
const CLEARLY: f32 = 1.0;
/// Points by which an entry that is over must lead where differences are not judged.
const CLEAR_LEAD: f32 = 1.5;

/// All enabled entries, of which those hold that are valid at a moment.
#[derive(Debug, Clone, Copy)]
pub struct LiveAt<'a> {
    pub corpus: &'a Corpus,
    pub now: Timestamp,
}

impl Admission for LiveAt<'_> {
    fn admits(&self, _question: u32, stored: &StoredQuestion) -> bool {
        self.corpus.entries.get(stored.entry as usize).is_some_and(|entry| entry.enabled)
    }

    fn holds(&self, entry: u32) -> bool {
        self.corpus.entries.get(entry as usize).is_some_and(|entry| entry.is_live(self.now))
    }
}

/// Leaves only entries that hold, unless the best one does not and is clearly meant: then it stays first.
pub(in crate::ranking) fn settle(ranked: &mut Vec<Scored>, holds: impl Fn(u32) -> bool) {
    let meant = ranked.first().is_some_and(|best| {
        let live = ranked.iter().find(|candidate| holds(candidate.entry));
        !holds(best.entry) && live.is_none_or(|live| is_meant(best, live))
    });
    let mut at = 0;
    ranked.retain(|candidate| {
        at += 1;
        (at == 1 && meant) || holds(candidate.entry)
    });
}

/// Whether the best candidate, which is over or not yet begun, is meant rather than the best that holds.
fn is_meant(best: &Scored, live: &Scored) -> bool {
    match (best.difference, live.difference) {
        (Some(best), Some(live)) => best.z - live.z > CLEARLY,
        (Some(_), None) => true,
        (None, _) => best.rank_logit - live.rank_logit > CLEAR_LEAD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::compare::signals::Signals;
    use crate::ranking::confidence::gate::GATE_INPUTS;
    use crate::ranking::judging::Judged;

    fn scored(entry: u32, z: Option<f32>) -> Scored {
        Scored {
            entry,
            question: entry,
            signals: Signals::default(),
            rank_logit: 9.0,
            lexical: 0.0,
            difference: z.map(|z| Judged { z, bound: z, lift: 0.0 }),
            gate_inputs: [0.0; GATE_INPUTS],
            ceiling: None,
            floor: None,
            confidence: 0.0,
        }
    }

    #[test]
    fn what_is_over_stays_first_only_where_it_is_meant() {
        let left = |ranked: &[Scored]| {
            let mut ranked = ranked.to_vec();
            settle(&mut ranked, |entry| entry >= 10);
            ranked.iter().map(|candidate| candidate.entry).collect::<Vec<_>>()
        };
        let rows: [(&[Scored], &[u32]); 5] = [
            (&[scored(1, Some(3.0)), scored(10, Some(-3.0)), scored(2, None)], &[1, 10]), // another campaign
            (&[scored(1, Some(3.0)), scored(10, Some(3.0))], &[10]),                      // the same again this year
            (&[scored(10, Some(3.0)), scored(1, Some(3.0)), scored(11, None)], &[10, 11]),
            (&[scored(1, Some(3.0))], &[1]), // nothing else
            (&[scored(1, None), scored(10, None)], &[10]),
        ];
        for (ranked, expected) in rows {
            assert_eq!(left(ranked), expected);
        }
    }
}
