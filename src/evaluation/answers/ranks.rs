//! The ranks file: one CSV row a question, so that every changed rank or decision shows in a review.

use std::io::{Read, Write};

use serde::Deserialize;

use super::outcome::{AnswerOutcome, decision_name};
use crate::decision::Decision;

/// Columns in order.
const HEADER: [&str; 6] = ["question", "faq_id", "rank", "best_faq_id", "decision", "confidence"];

/// A row of a ranks file, as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RankRow {
    pub question: String,
    /// Empty for out-of-scope questions.
    pub faq_id: String,
    /// Empty where no candidate is right.
    pub rank: Option<usize>,
    pub decision: Decision,
}

/// Writes the outcomes in their order; confidences with three decimals.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_ranks(outcomes: &[AnswerOutcome], out: impl Write) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADER)?;
    for outcome in outcomes {
        writer.write_record([
            outcome.question.as_str(),
            outcome.faq_id.as_deref().unwrap_or(""),
            &outcome.rank.map_or(String::new(), |rank| rank.to_string()),
            outcome.best_faq_id.as_deref().unwrap_or(""),
            decision_name(outcome.decision),
            &format!("{:.3}", outcome.confidence),
        ])?;
    }
    writer.flush()?;
    Ok(())
}

/// Reads a ranks file.
///
/// # Errors
/// When it is not CSV with the columns question, `faq_id`, rank and decision.
pub fn read_ranks(file: impl Read) -> Result<Vec<RankRow>, csv::Error> {
    csv::Reader::from_reader(file).deserialize().collect()
}

/// Every question whose rank or decision is not what the file says, and every question that only one side has.
/// Rows are paired in order. Empty where all agree.
#[must_use]
pub fn differences(reviewed: &[RankRow], outcomes: &[AnswerOutcome]) -> Vec<String> {
    let found: Vec<RankRow> = outcomes.iter().map(RankRow::of).collect();
    let mut lines = Vec::new();
    for (was, is) in reviewed.iter().zip(&found) {
        if (&was.question, &was.faq_id) != (&is.question, &is.faq_id) {
            lines.push(format!("the questions differ from here on: {} instead of {}", is.question, was.question));
            return lines;
        }
        if was != is {
            lines.push(format!("{} ({}): {} → {}", is.question, is.expected(), was.fate(), is.fate()));
        }
    }
    let common = reviewed.len().min(found.len());
    lines.extend(reviewed[common..].iter().map(|row| format!("{}: no longer asked", row.question)));
    lines.extend(found[common..].iter().map(|row| format!("{}: not in the file", row.question)));
    lines
}

impl RankRow {
    fn of(outcome: &AnswerOutcome) -> Self {
        Self {
            question: outcome.question.clone(),
            faq_id: outcome.faq_id.clone().unwrap_or_default(),
            rank: outcome.rank,
            decision: outcome.decision,
        }
    }

    fn expected(&self) -> &str {
        if self.faq_id.is_empty() { "out of scope" } else { &self.faq_id }
    }

    fn fate(&self) -> String {
        let rank = self.rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string());
        format!("rank {rank}, {}", decision_name(self.decision))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(question: &str, rank: Option<usize>, decision: Decision) -> AnswerOutcome {
        AnswerOutcome {
            question: question.to_owned(),
            faq_id: Some("a".to_owned()),
            rank,
            best_faq_id: Some("b".to_owned()),
            decision,
            confidence: 0.123_456,
            suggested: false,
        }
    }

    fn rows(outcomes: &[AnswerOutcome]) -> Vec<RankRow> {
        let mut file = Vec::new();
        write_ranks(outcomes, &mut file).unwrap();
        read_ranks(file.as_slice()).unwrap()
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut file = Vec::new();
        let outcomes = [outcome("甲,\"乙\"", Some(3), Decision::Suggest), outcome("丙", None, Decision::Handoff)];
        write_ranks(&outcomes, &mut file).unwrap();
        let text = String::from_utf8(file).unwrap();
        assert_eq!(
            text,
            "question,faq_id,rank,best_faq_id,decision,confidence\n\"甲,\"\"乙\"\"\",a,3,b,suggest,0.123\n丙,a,,b,handoff,0.123\n"
        );
        assert_eq!(differences(&rows(&outcomes), &outcomes), [""; 0]);
    }

    #[test]
    fn every_change_of_rank_or_decision_is_listed() {
        let before = [outcome("甲", Some(1), Decision::Answer), outcome("乙", Some(2), Decision::Suggest)];
        let moved = [outcome("甲", Some(2), Decision::Answer), outcome("乙", Some(2), Decision::Handoff)];
        assert_eq!(
            differences(&rows(&before), &moved),
            ["甲 (a): rank 1, answer → rank 2, answer", "乙 (a): rank 2, suggest → rank 2, handoff"]
        );
        let mut surer = before.clone();
        surer[0].confidence = 0.99;
        assert_eq!(differences(&rows(&before), &surer), [""; 0], "confidences move without a review");
        assert_eq!(differences(&rows(&before), &before[..1]), ["乙: no longer asked"]);
        assert_eq!(differences(&rows(&before[..1]), &before), ["乙: not in the file"]);
        let other = [outcome("丙", Some(1), Decision::Answer)];
        assert_eq!(differences(&rows(&before), &other)[0], "the questions differ from here on: 丙 instead of 甲");
    }
}
