//! A result as it is saved: measures with intervals, what is known of every group, and the outcome of every ticket.

use std::collections::BTreeMap;

use serde::Serialize;

use super::comparison::TicketComparison;
use super::confusion::{Confusion, confusions};
use super::intervals::{intervals, share_interval};
use super::judging::{EvaluatedTickets, Source};
use super::measures::MEASURES;
use super::outcome::TicketOutcome;
use crate::evaluation::intervals::by_name;
use crate::numbers::share;
use crate::stats::{Bootstrap, CountedOutcomes, Guess, Interval, RISK, ReliabilityBin, reliability, upper_bound};
use crate::tickets::{BINS, JudgedTicket, MissingEvidence, RoutingQuality, measure, missing_evidence};

/// Format of a saved result.
const FORMAT: u32 = 1;
/// Steps of coverage between two points of the risk–coverage curve.
const STEPS: usize = 200;

/// An evaluation, complete.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TicketEvaluation {
    pub format: u32,
    #[serde(flatten)]
    pub source: Source,
    /// Given tickets left out because a model was trained on them.
    pub excluded: usize,
    #[serde(flatten)]
    pub measures: RoutingQuality,
    /// Measure → 95 % interval; measures without one are absent.
    pub intervals: BTreeMap<&'static str, Interval>,
    pub bootstrap: Bootstrap,
    /// In the order of the groups.
    pub evidence: Vec<MissingEvidence>,
    /// Most frequent first.
    pub confusions: Vec<Confusion>,
    /// Bins of equal width over the confidence, ascending.
    pub reliability: Vec<ReliabilityBin>,
    /// Strictest threshold first.
    pub risk_coverage: Vec<RiskPoint>,
    /// Where tickets outside all groups were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_scope: Option<OutOfScope>,
    /// With another model, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<TicketComparison>,
    /// In the order of the files.
    pub outcomes: Vec<TicketOutcome>,
}

/// What a threshold would route, and how much of it wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RiskPoint {
    pub threshold: f64,
    /// Share of the tickets that are at least this sure.
    pub coverage: f64,
    /// Share of those that are wrong.
    pub risk: f64,
}

/// What happened to tickets that belong to none of the groups; none of them should be routed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutOfScope {
    pub rows: usize,
    /// Given tickets left out because the model was trained on them.
    pub excluded: usize,
    pub routed_rows: usize,
    /// Share that was routed.
    pub routed: f64,
    pub interval: Option<Interval>,
    /// With 95 % confidence no more than this share is routed (exact, one-sided); says something even where none was.
    pub routed_at_most: f64,
    pub outcomes: Vec<TicketOutcome>,
}

impl TicketEvaluation {
    /// Measures what was judged; takes a thousand times as long as measuring it once.
    #[must_use]
    pub fn new(evaluated: &EvaluatedTickets, comparison: Option<TicketComparison>) -> Self {
        let EvaluatedTickets { labels, judged, .. } = evaluated;
        let measures = measure(judged, labels);
        let own_shortlist = |group: usize| !evaluated.shared_shortlist.contains(&labels[group]);
        Self {
            format: FORMAT,
            source: evaluated.source.clone(),
            excluded: evaluated.excluded,
            intervals: by_name(&MEASURES, intervals(judged, labels)),
            bootstrap: Bootstrap::USED,
            evidence: missing_evidence(labels, evaluated.known, own_shortlist, judged),
            confusions: confusions(&measures),
            reliability: reliability(judged.iter().map(JudgedTicket::guess), BINS),
            risk_coverage: risk_coverage(judged.iter().map(JudgedTicket::guess)),
            out_of_scope: out_of_scope(TicketOutcome::outside(evaluated), evaluated.outside_excluded),
            comparison,
            outcomes: TicketOutcome::labelled(evaluated),
            measures,
        }
    }

    /// Labels of tickets that the model cannot choose, with how many tickets have each.
    pub fn unknown_labels(&self) -> impl Iterator<Item = (&str, usize)> {
        self.evidence.iter().filter(|group| !group.known && group.rows > 0).map(|group| (&*group.label, group.rows))
    }

    /// One sentence about labels the model does not know; `None` where it knows all.
    #[must_use]
    pub fn unknown_labels_note(&self) -> Option<String> {
        let unknown: Vec<String> = self.unknown_labels().map(|(label, rows)| format!("{label}（{rows} 条）")).collect();
        (!unknown.is_empty()).then(|| format!("模型没有学过这些标签，都算分错：{}", unknown.join("、")))
    }
}

/// The risk–coverage curve (El-Yaniv & Wiener 2010): the error rate among the most confident share, for every
/// confidence that occurs, thinned to steps of 1/[`STEPS`] of coverage.
fn risk_coverage(guesses: impl IntoIterator<Item = Guess>) -> Vec<RiskPoint> {
    let outcomes = CountedOutcomes::new(guesses);
    let all = outcomes.len();
    let mut kept: Vec<RiskPoint> = Vec::new();
    let mut step = 0;
    for tally in outcomes.tallies() {
        let reached = tally.rows * STEPS / all;
        if kept.is_empty() || tally.rows == all || reached > step {
            step = reached;
            let (threshold, coverage) = (tally.threshold, outcomes.share(tally.rows));
            kept.push(RiskPoint { threshold, coverage, risk: 1.0 - tally.precision() });
        }
    }
    kept
}

fn out_of_scope(outcomes: Vec<TicketOutcome>, excluded: usize) -> Option<OutOfScope> {
    let routed: Vec<bool> = outcomes.iter().map(TicketOutcome::is_routed).collect();
    let (rows, routed_rows) = (routed.len(), routed.iter().filter(|routed| **routed).count());
    (rows > 0).then(|| OutOfScope {
        rows,
        excluded,
        routed_rows,
        routed: share(routed_rows, rows).unwrap_or(0.0),
        interval: share_interval(&routed),
        routed_at_most: upper_bound(rows, routed_rows, RISK),
        outcomes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Place;
    use crate::tickets::{Judgement, TicketRow, TicketText};

    fn row(line: usize, label: &str) -> TicketRow {
        let place = Place::new("t.jsonl", line);
        let ticket = TicketText::new("", "退款");
        TicketRow { ticket, label: label.to_owned(), channel: None, customer_tier: None, place }
    }

    fn evaluated(outside: usize) -> EvaluatedTickets {
        let judged =
            |truth, guess, confidence, routed| JudgedTicket { truth, guess, confidence, routed, shortlist: vec![0] };
        let found =
            Judgement { best: 1, probabilities: vec![0.4, 0.6], routed: false, outlier: false, shortlist: vec![1] };
        EvaluatedTickets {
            source: Source::Model { model_version: "m".to_owned() },
            labels: ["a", "b", "新"].map(str::to_owned).to_vec(),
            known: 2,
            shared_shortlist: Vec::new(),
            rows: vec![row(1, "a"), row(2, "b"), row(4, "新")],
            judged: vec![judged(0, 0, 0.9, true), judged(1, 0, 0.8, false), judged(2, 0, 0.7, false)],
            outside: (0..outside).map(|line| (row(line, ""), found.clone())).collect(),
            outside_excluded: 0,
            excluded: 1,
        }
    }

    #[test]
    fn the_curve_matches_a_count_by_hand() {
        let guess = |confidence, right| Guess { confidence, right };
        let rows = vec![guess(0.5, true), guess(0.9, true), guess(0.7, false), guess(0.5, false)];
        let found = risk_coverage(rows);
        let points: Vec<(f64, f64, f64)> = found.iter().map(|p| (p.threshold, p.coverage, p.risk)).collect();
        assert_eq!(points, [(0.9, 0.25, 0.0), (0.7, 0.5, 0.5), (0.5, 1.0, 0.5)]);
        assert_eq!(risk_coverage(Vec::new()), []);
        let many = (0..5_000).map(|at| guess(f64::from(at) / 5_000.0, true));
        let thinned = risk_coverage(many);
        assert!(thinned.len() <= STEPS + 2, "{}", thinned.len());
        assert!((thinned[thinned.len() - 1].coverage - 1.0).abs() < 1e-12);
    }

    #[test]
    fn field_names_are_stable_and_the_same_rows_give_the_same_bytes() {
        let result = TicketEvaluation::new(&evaluated(60), None);
        let json = serde_json::to_value(&result).unwrap();
        let names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = [
            "format",
            "mode",
            "model_version",
            "excluded",
            "rows",
            "accuracy",
            "macro_f1",
            "calibration_error",
            "routed",
            "routed_precision",
            "shortlist_coverage",
            "shortlist_size",
            "coverage_at_95_precision",
            "groups",
            "confusion",
            "intervals",
            "bootstrap",
            "evidence",
            "confusions",
            "reliability",
            "risk_coverage",
            "out_of_scope",
            "outcomes",
        ];
        assert_eq!(names, expected);
        assert_eq!((&json["mode"], &json["model_version"]), (&"model".into(), &"m".into()));
        assert_eq!(json["intervals"]["accuracy"]["low"], 0.0, "three tickets say little");
        assert_eq!(json["outcomes"][1]["decision"], "review");
        let again = serde_json::to_string(&TicketEvaluation::new(&evaluated(60), None)).unwrap();
        assert_eq!(serde_json::to_string(&result).unwrap(), again);
        assert_eq!(result.unknown_labels_note().unwrap(), "模型没有学过这些标签，都算分错：新（1 条）");
    }

    #[test]
    fn nothing_routed_still_says_how_much_may_be() {
        let found = TicketEvaluation::new(&evaluated(59), None).out_of_scope.unwrap();
        assert_eq!((found.rows, found.routed_rows), (59, 0));
        assert!((found.routed_at_most - 0.05).abs() < 5e-4, "59 without a fault prove 95 %: {}", found.routed_at_most);
        assert_eq!(TicketEvaluation::new(&evaluated(0), None).out_of_scope, None);
    }
}
