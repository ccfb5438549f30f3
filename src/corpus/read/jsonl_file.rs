//! `*.jsonl`: one entry a line, the form programs write.

use rustc_hash::FxHashSet;

use super::node::{Table, Value, parse_json};
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
    let lines = text.lines().count();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let number = index + 1;
        let place = Place::new(file, number);
        match parse_json(line, number) {
            Ok(node) => match node.value {
                Value::Table(fields) => {
                    for key in written_twice(&fields) {
                        findings.issue(&place, format!("字段“{key}”写了两次，请删除一个"));
                    }
                    rows.push((place, fields));
                }
                other @ (Value::Nothing | Value::Text(_) | Value::Bool(_) | Value::List(_)) => {
                    findings.issue(&place, format!("每行应为一个 JSON 对象 {{…}}，现在是{}", other.kind()));
                }
            },
            Err(error) if error.is_eof() && index + 1 == lines && !text.ends_with('\n') => {
                findings.issue(&place, "最后一行不完整，文件可能还没有复制完，请重新复制");
            }
            Err(error) => {
                let column = error.column();
                findings
                    .issue(&place, format!("第 {column} 列起不是合法的 JSON，请检查引号、逗号和括号（每行一个对象）"));
            }
        }
    }
    rows
}

/// Keys of an object, or of a table in it, that stand twice in it.
fn written_twice(fields: &Table) -> Vec<String> {
    let mut seen = FxHashSet::default();
    let mut twice: Vec<String> = Vec::new();
    for (key, _, node) in fields {
        if !seen.insert(key.as_str()) {
            twice.push(key.clone());
        }
        if let Value::Table(below) = &node.value {
            twice.extend(written_twice(below).into_iter().map(|below| format!("{key}.{below}")));
        }
    }
    twice
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_once() {
        let mut findings = Findings::default();
        read(
            "f.jsonl",
            "{\"question\": \"一\", \"answer\": \"甲\", \"answer\": \"乙\", \"answers\": {\"sms\": \"短\", \"sms\": \"长\"}}",
            &mut findings,
        );
        let messages: Vec<_> = findings.issues.iter().map(|issue| issue.message.as_str()).collect();
        assert_eq!(messages, ["字段“answer”写了两次，请删除一个", "字段“answers.sms”写了两次，请删除一个"]);
    }

    #[test]
    fn a_last_line_that_was_cut_is_named_as_such() {
        let mut findings = Findings::default();
        read("f.jsonl", "{\"question\": \"一\", \"answer\": \"甲\"}\n{\"question\": \"二", &mut findings);
        assert_eq!(findings.issues[0].to_string(), "f.jsonl:2: 最后一行不完整，文件可能还没有复制完，请重新复制");
    }

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
