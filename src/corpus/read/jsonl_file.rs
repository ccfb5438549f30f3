//! `*.jsonl`: one entry a line, the form programs write.

use super::node::{Table, Value, from_json};
use super::record;
use crate::corpus::Place;
use crate::corpus::draft::{Draft, Findings};

/// The drafts of a JSON Lines file. Blank lines are skipped; a broken line is an issue and the next one is read.
pub(super) fn read(file: &str, text: &str, findings: &mut Findings) -> Vec<Draft> {
    let rows = objects(file, text, findings);
    rows.into_iter().map(|(place, fields)| record::draft(fields, place, findings)).collect()
}

/// Every line's object with its place.
pub(super) fn objects(file: &str, text: &str, findings: &mut Findings) -> Vec<(Place, Table)> {
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let number = index + 1;
        let place = Place::new(file, number);
        match serde_json::from_str(line) {
            Ok(value) => match from_json(value, number).value {
                Value::Table(fields) => rows.push((place, fields)),
                other @ (Value::Nothing | Value::Text(_) | Value::Bool(_) | Value::List(_)) => {
                    findings.issue(&place, format!("每行应为一个 JSON 对象 {{…}}，现在是{}", other.kind()));
                }
            },
            Err(error) => {
                let column = error.column();
                findings
                    .issue(&place, format!("第 {column} 列起不是合法的 JSON，请检查引号、逗号和括号（每行一个对象）"));
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_good_lines_around_broken_ones() {
        let mut findings = Findings::default();
        let text = "{\"question\": \"一\", \"answer\": \"甲\", \"similar\": [\"壹\"], \"answers\": {\"sms\": \"短\"}}\n\n{\"question\": }\n[1]\n{\"question\": \"二\", \"answer\": null}\n{\"question\": [\"三\"]}\n";
        let drafts = read("f.jsonl", text, &mut findings);
        let questions: Vec<_> = drafts.iter().map(|d| (d.place.line, d.question.as_str())).collect();
        assert_eq!(questions, [(Some(1), "一"), (Some(5), "二"), (Some(6), "")]);
        let messages: Vec<_> = findings.issues.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "f.jsonl:3: 第 14 列起不是合法的 JSON，请检查引号、逗号和括号（每行一个对象）",
                "f.jsonl:4: 每行应为一个 JSON 对象 {…}，现在是列表",
                "f.jsonl:6: question 应为文本，现在是列表",
            ]
        );
    }
}
