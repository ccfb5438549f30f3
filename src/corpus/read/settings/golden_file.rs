//! `golden.jsonl` and `calibration.jsonl`: `{"question", "faq_id" or "must_not_answer": true, "note"}` a line.

use crate::corpus::Place;
use crate::corpus::draft::{Findings, clean_line};
use crate::corpus::golden::{GoldenCase, GoldenExpectation};
use crate::corpus::read::jsonl_file;
use crate::corpus::read::node::Table;
use crate::corpus::read::record::Reader;
use crate::corpus::read::spelling::unknown_key;

const FIELDS: [&str; 4] = ["question", "faq_id", "must_not_answer", "note"];

/// The cases of a golden file; whether the entries exist is checked with the entries.
pub(in crate::corpus::read) fn read(file: &str, text: &str, findings: &mut Findings) -> Vec<GoldenCase> {
    let rows = jsonl_file::objects(file, text, findings);
    rows.into_iter().filter_map(|(place, fields)| case(fields, place, findings)).collect()
}

fn case(fields: Table, place: Place, findings: &mut Findings) -> Option<GoldenCase> {
    let (mut question, mut faq_id, mut refuse, mut note) = (String::new(), String::new(), false, String::new());
    for (key, _, node) in fields {
        let mut reader = Reader { place: place.clone(), key: &key, findings };
        match key.as_str() {
            "question" => question = clean_line(&reader.text(node)),
            "faq_id" => faq_id = clean_line(&reader.text(node)),
            "must_not_answer" => refuse = reader.yes(node) == Some(true),
            "note" => note = clean_line(&reader.text(node)),
            unknown => findings.issue(&place, unknown_key(unknown, &FIELDS, None)),
        }
    }
    if question.is_empty() {
        findings.issue(&place, "question 为空，请写上要检查的问题");
        return None;
    }
    let expect = match (faq_id.is_empty(), refuse) {
        (false, false) => GoldenExpectation::Entry(faq_id),
        (true, true) => GoldenExpectation::NoAnswer,
        (true, false) => {
            findings.issue(&place, "请写 faq_id（应命中的条目）或 \"must_not_answer\": true（不应直接回答）");
            return None;
        }
        (false, true) => {
            findings.issue(&place, "faq_id 与 must_not_answer 不能同时写，请删除一个");
            return None;
        }
    };
    Some(GoldenCase { question, expect, note, place })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_expects_exactly_one_thing() {
        let mut findings = Findings::default();
        let text = "{\"question\": \"咋退\", \"faq_id\": \"q1\", \"note\": \"口语\"}\n{\"question\": \"天气\", \"must_not_answer\": true}\n{\"question\": \"无\"}\n{\"question\": \"双\", \"faq_id\": \"q1\", \"must_not_answer\": true}\n{\"question\": \"\", \"faqid\": \"q1\"}\n";
        let cases = read("golden.jsonl", text, &mut findings);
        assert_eq!(cases[0].expect, GoldenExpectation::Entry("q1".into()));
        assert_eq!(cases[1].expect, GoldenExpectation::NoAnswer);
        let lines: Vec<_> = findings.issues.iter().map(|issue| issue.line).collect();
        assert_eq!(lines, [Some(3), Some(4), Some(5), Some(5)]);
    }
}
