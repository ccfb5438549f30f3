//! What evidence a group still lacks: for a shortlist threshold of its own, for a promise about what is routed to it.

use serde::{Deserialize, Serialize};

use super::routing_policy::PRECISION;
use super::shortlist::OWN_SHORTLIST_ROWS;
use crate::stats::{RISK, rows_needed};
use crate::tickets::measure::JudgedTicket;

/// What is known of one group, and what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingEvidence {
    pub label: String,
    /// Whether the model can choose the group.
    pub known: bool,
    /// Tickets of the group among the evaluated ones.
    pub rows: usize,
    /// Whether the model has a shortlist threshold from the group's own tickets.
    pub own_shortlist: bool,
    /// Tickets routed to the group, and how many of them wrongly.
    pub routed_to: usize,
    pub routed_wrong: usize,
    /// How many more tickets, all routed to it rightly, would prove that 95 % of such tickets are right; 0 where
    /// these prove it. Exact binomial test at a risk of 5 %.
    pub right_rows_needed: usize,
}

impl MissingEvidence {
    /// What is missing as people read it; empty where nothing is.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        if !self.known {
            return vec!["模型没有学过这个组".to_owned()];
        }
        let mut missing = Vec::new();
        if self.rows == 0 {
            missing.push("没有这个组的工单".to_owned());
        }
        if !self.own_shortlist {
            missing.push(format!("训练工单不足 {OWN_SHORTLIST_ROWS} 条，候选集门槛与别组共用"));
        }
        if self.right_rows_needed > 0 {
            missing.push(format!("再有 {} 条分对才能证明 95 %", self.right_rows_needed));
        }
        missing
    }
}

/// The evidence of judged tickets for each group, in the order of the labels. The model can choose the first `known`
/// groups; `own` says of these which have a shortlist threshold of their own.
#[must_use]
pub fn missing_evidence(
    labels: &[String],
    known: usize,
    own: impl Fn(usize) -> bool,
    judged: &[JudgedTicket],
) -> Vec<MissingEvidence> {
    let mut found: Vec<MissingEvidence> = labels
        .iter()
        .enumerate()
        .map(|(group, label)| MissingEvidence {
            label: label.clone(),
            known: group < known,
            rows: 0,
            own_shortlist: group < known && own(group),
            routed_to: 0,
            routed_wrong: 0,
            right_rows_needed: 0,
        })
        .collect();
    for row in judged {
        found[row.truth].rows += 1;
        if row.routed {
            found[row.guess].routed_to += 1;
            found[row.guess].routed_wrong += usize::from(!row.is_right());
        }
    }
    for group in found.iter_mut().filter(|group| group.known) {
        group.right_rows_needed = rows_needed(PRECISION, group.routed_wrong, RISK).saturating_sub(group.routed_to);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_missing_group_by_group() {
        let row = |truth: usize, guess: usize, routed: bool| JudgedTicket {
            truth,
            guess,
            confidence: 0.9,
            routed,
            shortlist: vec![guess],
        };
        let judged =
            [vec![row(0, 0, true); 59], vec![row(1, 1, true); 40], vec![row(0, 1, true), row(3, 1, false)]].concat();
        let labels = ["a", "b", "c", "d"].map(str::to_owned);
        let [a, b, c, d] = missing_evidence(&labels, 3, |group| group != 1, &judged).try_into().unwrap();
        assert_eq!(a.missing(), [""; 0], "59 of 59 prove 95 %");
        assert_eq!((b.routed_to, b.routed_wrong, b.right_rows_needed), (41, 1, 93 - 41), "93 with one error");
        assert_eq!(b.missing(), ["训练工单不足 19 条，候选集门槛与别组共用", "再有 52 条分对才能证明 95 %"]);
        assert_eq!(c.missing(), ["没有这个组的工单", "再有 59 条分对才能证明 95 %"]);
        assert_eq!(d.missing(), ["模型没有学过这个组"]);
    }
}
