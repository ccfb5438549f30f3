//! Two results over the same questions: what got better, what got worse, and whether it may be chance.

use std::collections::BTreeMap;

use serde::Serialize;

use super::intervals::paired_intervals;
use super::measures::MEASURES;
use super::outcome::AnswerOutcome;
use super::quality::{AnswerQuality, JudgedQuestion};
use crate::evaluation::change::MeasureChange;
use crate::stats::mcnemar;

/// The comparison of a result with an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnswerComparison {
    /// In the order of [`MEASURES`].
    pub measures: Vec<MeasureChange>,
    /// In-scope questions whose best candidate is right now and was not.
    pub won: Vec<AnswerChange>,
    /// In-scope questions whose best candidate was right and is not now.
    pub lost: Vec<AnswerChange>,
    /// Two-sided exact McNemar test on the two lists: the chance of a difference at least as large between two
    /// rankings that are equally good.
    pub p_value: f64,
}

/// One question won or lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerChange {
    pub question: String,
    pub faq_id: String,
    pub rank_before: Option<usize>,
    pub rank: Option<usize>,
    pub best_before: Option<String>,
    pub best: Option<String>,
}

/// Why two results cannot be compared. The messages are for the people who evaluate.
#[derive(Debug, thiserror::Error)]
pub enum ComparisonError {
    #[error(
        "基线是用别的问题评测的，不能比较：{only_before} 个问题只在基线里，{only_now} 个只在这次（例如“{example}”）；\
         请用同样的 --queries 和 --oos 重新保存基线"
    )]
    OtherQuestions { only_before: usize, only_now: usize, example: String },
}

/// Compares outcomes with those of an earlier result, question by question whatever their order.
///
/// # Errors
/// [`ComparisonError::OtherQuestions`] unless both asked the same questions, expecting the same entries.
pub fn compare(before: &[AnswerOutcome], now: &[AnswerOutcome]) -> Result<AnswerComparison, ComparisonError> {
    let before = in_order_of(before, now)?;
    let judged = |outcomes: &mut dyn Iterator<Item = &AnswerOutcome>| {
        outcomes.map(AnswerOutcome::judged).collect::<Vec<JudgedQuestion>>()
    };
    let (judged_before, judged_now) = (judged(&mut before.iter().copied()), judged(&mut now.iter()));
    let (quality_before, quality_now) = (AnswerQuality::of(&judged_before), AnswerQuality::of(&judged_now));
    let intervals = paired_intervals(&judged_before, &judged_now);
    let measures = MeasureChange::all(&MEASURES, [&quality_before, &quality_now], intervals);
    let pairs = || before.iter().copied().zip(now);
    let won: Vec<AnswerChange> =
        pairs().filter(|(was, is)| was.rank != Some(1) && is.rank == Some(1)).filter_map(change).collect();
    let lost: Vec<AnswerChange> =
        pairs().filter(|(was, is)| was.rank == Some(1) && is.rank != Some(1)).filter_map(change).collect();
    let p_value = mcnemar(won.len(), lost.len());
    Ok(AnswerComparison { measures, won, lost, p_value })
}

fn change((was, is): (&AnswerOutcome, &AnswerOutcome)) -> Option<AnswerChange> {
    Some(AnswerChange {
        question: is.question.clone(),
        faq_id: is.faq_id.clone()?,
        rank_before: was.rank,
        rank: is.rank,
        best_before: was.best_faq_id.clone(),
        best: is.best_faq_id.clone(),
    })
}

/// A question and what answers it; the same may be asked several times.
type Key<'a> = (&'a str, Option<&'a str>);

fn key(outcome: &AnswerOutcome) -> Key<'_> {
    (&outcome.question, outcome.faq_id.as_deref())
}

/// The earlier outcomes in the order of the present ones.
fn in_order_of<'a>(
    before: &'a [AnswerOutcome],
    now: &[AnswerOutcome],
) -> Result<Vec<&'a AnswerOutcome>, ComparisonError> {
    let mut waiting: BTreeMap<Key<'_>, Vec<&'a AnswerOutcome>> = BTreeMap::new();
    for outcome in before.iter().rev() {
        waiting.entry(key(outcome)).or_default().push(outcome);
    }
    let mut ordered = Vec::with_capacity(now.len());
    let mut new: Vec<&str> = Vec::new();
    for outcome in now {
        match waiting.get_mut(&key(outcome)).and_then(Vec::pop) {
            Some(earlier) => ordered.push(earlier),
            None => new.push(&outcome.question),
        }
    }
    let gone: Vec<&AnswerOutcome> = waiting.into_values().flatten().collect();
    match new.first().copied().or(gone.first().map(|outcome| outcome.question.as_str())) {
        None => Ok(ordered),
        Some(example) => Err(ComparisonError::OtherQuestions {
            only_before: gone.len(),
            only_now: new.len(),
            example: example.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Decision;

    fn outcome(question: &str, faq_id: Option<&str>, rank: Option<usize>) -> AnswerOutcome {
        AnswerOutcome {
            question: question.to_owned(),
            faq_id: faq_id.map(str::to_owned),
            rank,
            best_faq_id: Some("b".to_owned()),
            decision: Decision::Suggest,
            confidence: 0.5,
            suggested: false,
        }
    }

    #[test]
    fn pairs_by_question_and_lists_what_changed() {
        let before = [outcome("甲", Some("a"), Some(1)), outcome("乙", Some("a"), Some(2)), outcome("丙", None, None)];
        let now = [outcome("丙", None, None), outcome("乙", Some("a"), Some(1)), outcome("甲", Some("a"), Some(1))];
        let found = compare(&before, &now).unwrap();
        assert_eq!(found.won.iter().map(|change| change.question.as_str()).collect::<Vec<_>>(), ["乙"]);
        assert_eq!(found.lost, []);
        assert!((found.p_value - 1.0).abs() < 1e-12, "one question more says nothing");
        assert_eq!((found.measures[0].before, found.measures[0].now), (Some(0.5), Some(1.0)));
    }

    #[test]
    fn many_wins_without_a_loss_are_no_chance() {
        let before: Vec<AnswerOutcome> = (0..40).map(|at| outcome(&at.to_string(), Some("a"), Some(2))).collect();
        let now: Vec<AnswerOutcome> =
            (0..40).map(|at| outcome(&at.to_string(), Some("a"), Some(if at < 10 { 1 } else { 2 }))).collect();
        let found = compare(&before, &now).unwrap();
        assert!((found.p_value - 2.0 / 1024.0).abs() < 1e-9, "{}", found.p_value);
        let interval = found.measures[0].interval.unwrap();
        assert!(interval.low > 0.0 && interval.low < 0.25 && interval.high > 0.25, "{interval:?}");
    }

    #[test]
    fn other_questions_are_refused_with_an_example() {
        let before = [outcome("甲", Some("a"), None), outcome("乙", None, None)];
        let rows = [
            (vec![outcome("甲", Some("a"), None)], "1 个问题只在基线里，0 个只在这次（例如“乙”）"), // one fewer
            (
                vec![outcome("甲", Some("b"), None), outcome("乙", None, None)],
                "1 个问题只在基线里，1 个只在这次（例如“甲”）",
            ), // another entry expected
            ([before.to_vec(), vec![outcome("甲", Some("a"), None)]].concat(), "0 个问题只在基线里，1 个只在这次"), // asked twice
        ];
        for (now, expected) in rows {
            let message = compare(&before, &now).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
