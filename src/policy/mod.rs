//! Policy: the thresholds of a knowledge base and the evidence behind them.
//!
//! Staff set a target ("95 % of direct answers right"); the threshold follows from evidence, and where evidence is
//! missing the service says so instead of promising. Collects no evidence itself: no I/O, no clock, no corpus.

pub mod evidence;
pub mod statement;

use crate::decision::Policy;
use crate::stats::{Certification, CountedOutcomes, Guess, RISK, Sequence, Tally, rows_needed, upper_bound};
use statement::{EvidenceSummary, SuggestStatement, bound, missing, rounded, share};

pub use evidence::{ANSWER_FLOOR, EvidenceKind, EvidenceRow, MIN_OUT_OF_SCOPE};
pub use statement::{Basis, PolicyStatement, PromisedOn};

/// Answer threshold where the evidence proves none: 19 of 20 right by the gate's own probability.
pub const CONSERVATIVE_ANSWER: f64 = 0.95;
/// Suggest threshold where the evidence proves none: an offer costs a glance, a hand-off a colleague.
pub const CONSERVATIVE_SUGGEST: f64 = SUGGEST_FLOOR;
/// From fewer questions below the answer threshold than this, a proof says only that there are few.
pub const MIN_SUGGEST_ROWS: usize = 200;
/// Below about one chance in seven nothing is suggested.
pub const SUGGEST_FLOOR: f64 = 0.15;

/// What the operator asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PolicySettings {
    /// Share of direct answers that should be right, 0.5..=0.999.
    pub target_precision: f64,
    /// Share of suggested questions whose right entry should be among the suggestions, 0.05..=0.99.
    pub suggest_target: f64,
    /// Set by hand, 0..=1; replaces what the evidence says.
    pub answer_threshold: Option<f64>,
    /// Set by hand, 0..=1, not above the answer threshold.
    pub suggest_threshold: Option<f64>,
}

impl Default for PolicySettings {
    fn default() -> Self {
        Self { target_precision: 0.95, suggest_target: 0.5, answer_threshold: None, suggest_threshold: None }
    }
}

/// The policy that settings and evidence lead to, and what may be said about it.
///
/// Labelled and reviewed questions are judged alone where they are enough to prove anything, so that staff-written
/// questions cannot prettify them; otherwise all rows together, marked as optimistic. `calibrated_on` says in Chinese
/// what the confidences of the evidence were calibrated on; that may be the same rows, since rescaling keeps their order
/// and with it the walk.
#[must_use]
pub fn resolve(settings: &PolicySettings, evidence: &[EvidenceRow], calibrated_on: &str) -> (Policy, PolicyStatement) {
    let (rows, verdict) = judged(settings.target_precision, evidence);
    let answers = answered(&rows);
    let representative = has_out_of_scope(&rows);
    let (answer_threshold, basis) = match (settings.answer_threshold, &verdict) {
        (Some(threshold), _) => (threshold, Basis::SetByHand),
        (None, Certification::Proved(tally)) if representative => (tally.threshold, Basis::Evidence),
        (None, _) => (CONSERVATIVE_ANSWER, Basis::Conservative),
    };
    let answered = answers.at(answer_threshold);
    let proved = representative && answered.rows > 0 && bound(answered) >= settings.target_precision;
    let promised = proved && basis != Basis::Conservative;
    let summary = EvidenceSummary::of(&rows, answered);
    let on = if summary.optimistic { PromisedOn::StaffWrittenQuestions } else { PromisedOn::LabelledQuestions };
    let (suggest_threshold, suggest) = suggestions(settings, &rows, answer_threshold);
    let mut statement = PolicyStatement {
        target_precision: settings.target_precision,
        promised,
        promised_on: promised.then_some(on),
        answer_threshold,
        suggest_threshold,
        basis,
        evidence: summary,
        answered_share: answered_share(&rows, answer_threshold),
        suggest,
        calibrated_on: calibrated_on.to_owned(),
        missing: missing_evidence(settings.target_precision, &rows, &verdict),
        summary: String::new(),
    };
    statement.summary = statement.describe();
    (Policy { answer_threshold, suggest_threshold }, statement)
}

/// Which rows are judged, and what they prove. Customers' questions alone where there are no others, all rows where
/// customers' are too few to prove anything. Where both could, either may: each is tested at half the risk, so that
/// choosing between them costs the promise nothing (Bonferroni). All rows, marked as optimistic, win where they prove a
/// looser threshold that customers' do not speak against: labelling some questions never makes answers shyer than what
/// was labelled warrants.
fn judged(target: f64, evidence: &[EvidenceRow]) -> (Vec<EvidenceRow>, Certification) {
    let customers: Vec<EvidenceRow> = evidence.iter().filter(|row| !row.kind.is_optimistic()).copied().collect();
    let grid = Sequence::Grid { floor: ANSWER_FLOOR };
    let (outcomes, everything) = (answered(&customers), answered(evidence));
    if customers.len() == evidence.len() {
        return (customers, outcomes.certify(target, grid));
    }
    let own = outcomes.certify_at(target, grid, RISK / 2.0);
    if matches!(own, Certification::TooFew(_)) || !has_out_of_scope(&customers) {
        return (evidence.to_vec(), everything.certify(target, grid));
    }
    let all = everything.certify_at(target, grid, RISK / 2.0);
    let bolder = match (own, all) {
        (Certification::Proved(own), Certification::Proved(all)) => {
            Some(all).filter(|all| all.threshold < own.threshold)
        }
        (_, Certification::Proved(all)) => Some(all),
        (_, Certification::Failed(_) | Certification::TooFew(_)) => None,
    };
    match bolder {
        Some(found) if !is_refuted(outcomes.at(found.threshold), target) => (evidence.to_vec(), all),
        _ => (customers, own),
    }
}

/// Whether so many wrong ones among the answered would be a surprise if the target held.
fn is_refuted(tally: Tally, target: f64) -> bool {
    upper_bound(tally.rows, tally.rows - tally.wrong, RISK) < target
}

/// The rows as guesses: the best candidate is it.
fn answered(rows: &[EvidenceRow]) -> CountedOutcomes {
    CountedOutcomes::new(rows.iter().map(|row| Guess { confidence: row.confidence, right: row.right }))
}

fn has_out_of_scope(rows: &[EvidenceRow]) -> bool {
    rows.iter().filter(|row| !row.in_scope).count() >= MIN_OUT_OF_SCOPE
}

/// The loosest threshold below the answer threshold at which suggestions hold the right entry often enough.
fn suggestions(settings: &PolicySettings, rows: &[EvidenceRow], answer_threshold: f64) -> (f64, SuggestStatement) {
    let below = rows.iter().filter(|row| row.confidence < answer_threshold);
    let outcomes =
        CountedOutcomes::new(below.map(|row| Guess { confidence: row.confidence, right: row.among_suggested }));
    let enough = outcomes.len() >= MIN_SUGGEST_ROWS;
    let certified = outcomes.certify(settings.suggest_target, Sequence::Grid { floor: SUGGEST_FLOOR });
    let threshold = match (settings.suggest_threshold, certified) {
        (Some(by_hand), _) => by_hand,
        (None, Certification::Proved(Tally { threshold, .. })) if enough => threshold,
        (None, Certification::Proved(_) | Certification::Failed(_) | Certification::TooFew(_)) => CONSERVATIVE_SUGGEST,
    };
    let threshold = threshold.min(answer_threshold);
    (threshold, SuggestStatement::of(settings.suggest_target, outcomes.at(threshold)))
}

fn answered_share(rows: &[EvidenceRow], threshold: f64) -> Option<f64> {
    let inside: Vec<&EvidenceRow> = rows.iter().filter(|row| row.in_scope).collect();
    let answered = inside.iter().filter(|row| row.confidence >= threshold).count();
    (!inside.is_empty()).then(|| rounded(share(answered, inside.len())))
}

/// What would prove more than is proved: also beside a promise that rests on questions of staff.
fn missing_evidence(target: f64, rows: &[EvidenceRow], verdict: &Certification) -> Vec<String> {
    let mut lines = missing(target, rows, verdict);
    if lines.is_empty() && rows.iter().any(|row| row.kind.is_optimistic()) {
        let needed = rows_needed(target, 0, RISK);
        let own = rows.iter().filter(|row| !row.kind.is_optimistic() && row.confidence >= ANSWER_FLOOR).count();
        let more = needed.saturating_sub(own).max(1);
        lines.push(format!(
            "还差 {more} 个带标注的客户真实提问（置信度不低于 {ANSWER_FLOOR} 的，另加 {MIN_OUT_OF_SCOPE} 个库外问题）：\
             现有证据有员工写的或挑的问题，偏乐观；够了以后只用真实提问"
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: EvidenceKind, confidence: f64, right: bool) -> EvidenceRow {
        EvidenceRow { confidence, right, among_suggested: true, in_scope: true, kind }
    }

    fn outside(kind: EvidenceKind, count: usize) -> Vec<EvidenceRow> {
        vec![EvidenceRow { in_scope: false, among_suggested: false, ..row(kind, 0.1, false) }; count]
    }

    /// `right` and `wrong` rows at 0.9 and 30 questions outside the corpus.
    fn evidence(kind: EvidenceKind, right: usize, wrong: usize) -> Vec<EvidenceRow> {
        [vec![row(kind, 0.9, true); right], vec![row(kind, 0.9, false); wrong], outside(kind, 30)].concat()
    }

    fn state(evidence: &[EvidenceRow]) -> PolicyStatement {
        resolve(&PolicySettings::default(), evidence, "测试").1
    }

    #[test]
    fn evidence_alone_makes_a_promise() {
        use EvidenceKind::{Golden, Labelled, Reviewed, SimilarQuestions};
        let rows: [(Vec<EvidenceRow>, Basis, Option<PromisedOn>, &str); 8] = [
            (Vec::new(), Basis::Conservative, None, "nothing is known"),
            (evidence(Labelled, 40, 0), Basis::Conservative, None, "too few"),
            (evidence(Labelled, 59, 0), Basis::Evidence, Some(PromisedOn::LabelledQuestions), "just enough"),
            (evidence(Reviewed, 92, 1), Basis::Evidence, Some(PromisedOn::LabelledQuestions), "one error forgiven"),
            (evidence(Labelled, 400, 60), Basis::Conservative, None, "evidence against it"),
            (vec![row(Labelled, 0.9, true); 400], Basis::Conservative, None, "nothing outside the corpus"),
            (evidence(SimilarQuestions, 400, 2), Basis::Evidence, Some(PromisedOn::StaffWrittenQuestions), "staff"),
            (evidence(Golden, 59, 0), Basis::Evidence, Some(PromisedOn::StaffWrittenQuestions), "picked by hand"),
        ];
        for (evidence, basis, on, reason) in rows {
            let found = state(&evidence);
            assert_eq!((found.basis, found.promised_on, found.promised), (basis, on, on.is_some()), "{reason}");
            let expected = if basis == Basis::Evidence { 0.5 } else { CONSERVATIVE_ANSWER };
            assert!((found.answer_threshold - expected).abs() < 1e-12, "{reason}: {found:?}");
            let bare = on == Some(PromisedOn::LabelledQuestions);
            assert_eq!(found.missing.is_empty(), bare, "{reason}: {:?}", found.missing);
            assert_eq!(found.summary.contains("不作承诺"), !found.promised, "{reason}: {}", found.summary);
        }
    }

    #[test]
    fn questions_of_staff_cannot_prettify_those_of_customers() {
        let staff = evidence(EvidenceKind::SimilarQuestions, 2_000, 0);
        let failing = [staff.clone(), evidence(EvidenceKind::Labelled, 80, 20)].concat();
        let found = state(&failing);
        assert!(!found.promised, "{found:?}");
        assert_eq!((found.evidence.rows, found.evidence.optimistic), (130, false), "customers' questions are judged");
        // Too few to judge by themselves: together, and said so.
        let found = state(&[staff, evidence(EvidenceKind::Labelled, 20, 0)].concat());
        assert!(found.promised && found.evidence.optimistic);
        assert!(found.summary.contains("偏乐观"), "{}", found.summary);
        assert!(found.missing[0].starts_with("还差 39 个带标注的客户真实提问"), "{:?}", found.missing);
    }

    #[test]
    fn a_few_labelled_questions_make_nothing_shyer_unless_they_speak_against_it() {
        let staff = evidence(EvidenceKind::SimilarQuestions, 2_000, 0);
        let at = |confidence, right, count| vec![row(EvidenceKind::Labelled, confidence, right); count];
        let outside = outside(EvidenceKind::Labelled, 30);
        // Faultless above, four wrong in sixty below: too many to prove the target, too few to refute it.
        let mild = [staff.clone(), at(0.99, true, 70), at(0.7, true, 56), at(0.7, false, 4), outside.clone()].concat();
        let found = state(&mild);
        assert!(found.answer_threshold < 0.7 && found.evidence.optimistic, "{found:?}");
        let against = [staff, at(0.99, true, 70), at(0.7, true, 30), at(0.7, false, 30), outside].concat();
        let found = state(&against);
        assert!(found.answer_threshold > 0.7 && !found.evidence.optimistic, "{found:?}");
    }

    #[test]
    fn a_threshold_set_by_hand_wins_and_promises_only_what_is_proved() {
        let by_hand =
            PolicySettings { answer_threshold: Some(0.8), suggest_threshold: Some(0.3), ..Default::default() };
        for (evidence, promised) in [
            (Vec::new(), false),
            (evidence(EvidenceKind::Labelled, 59, 0), true),
            (evidence(EvidenceKind::Labelled, 80, 20), false),
        ] {
            let (policy, found) = resolve(&by_hand, &evidence, "测试");
            assert_eq!((found.basis, found.promised), (Basis::SetByHand, promised), "{found:?}");
            assert_eq!(policy, Policy { answer_threshold: 0.8, suggest_threshold: 0.3 });
        }
        let low = PolicySettings { answer_threshold: Some(0.1), ..PolicySettings::default() };
        let (policy, _) = resolve(&low, &[], "测试");
        assert_eq!(policy, Policy { answer_threshold: 0.1, suggest_threshold: 0.1 }); // never above the other
    }

    #[test]
    fn suggestions_reach_down_to_where_they_still_help() {
        let kind = EvidenceKind::Labelled;
        let helpful = vec![row(kind, 0.4, false); 100];
        let useless = vec![EvidenceRow { among_suggested: false, ..row(kind, 0.2, false) }; 300];
        let found = state(&[evidence(kind, 200, 0), helpful, useless].concat());
        // 100 of 100 help down to 0.4; with any of the 300 below that it is a quarter.
        assert!((0.2..=0.4).contains(&found.suggest_threshold) && found.suggest_threshold > 0.2, "{found:?}");
        assert_eq!((found.suggest.rows, found.suggest.proved), (100, true));
        let unknown = state(&[]);
        assert!((unknown.suggest_threshold - CONSERVATIVE_SUGGEST).abs() < 1e-12 && !unknown.suggest.proved);
    }

    #[test]
    fn says_what_is_missing_in_numbers() {
        let missing = state(&evidence(EvidenceKind::Labelled, 24, 0)).missing;
        assert!(missing.len() == 1 && missing[0].starts_with("还差 35 个带标注的问题"), "{missing:?}");
        let missing = state(&[]).missing;
        assert!(missing[0].starts_with("还差 59 个带标注的问题"), "{missing:?}");
        assert!(missing[1].starts_with("还差 20 个库外问题"), "{missing:?}");
    }

    #[test]
    fn a_promise_is_lost_only_where_there_was_one() {
        let [promised, silent] = [evidence(EvidenceKind::Labelled, 59, 0), Vec::new()].map(|rows| state(&rows));
        assert!(promised.is_lost_in(&silent) && !promised.is_lost_in(&promised));
        assert!(!silent.is_lost_in(&promised) && !silent.is_lost_in(&silent));
    }
}
