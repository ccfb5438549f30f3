//! `*.toml`: `[[entry]]` tables, the form people edit and review.

use toml::de::DeTable;

use super::node::{Node, Table, Value, from_toml};
use super::record;
use super::spelling::unknown_key;
use crate::corpus::Place;
use crate::corpus::draft::{Draft, Findings};
use crate::spreadsheet::Lines;

/// The drafts of a TOML file. Every syntax error is an issue; entries around it are not read.
pub(super) fn read(file: &str, text: &str, findings: &mut Findings) -> Vec<Draft> {
    let Some(document) = parse(file, text, findings) else { return Vec::new() };
    let mut drafts = Vec::new();
    for (key, line, node) in document {
        match key.as_str() {
            "entry" | "entries" => read_entries(file, node, findings, &mut drafts),
            unknown => {
                let place = Place::new(file, line);
                findings.issue(&place, format!("{}。条目请写在 [[entry]] 下", unknown_key(unknown, &["entry"], None)));
            }
        }
    }
    drafts
}

fn read_entries(file: &str, node: Node, findings: &mut Findings, drafts: &mut Vec<Draft>) {
    let place = |line| Place::new(file, line);
    let items = match node.value {
        Value::List(items) => items,
        Value::Table(_) => {
            findings.issue(&place(node.line), "条目请写成 [[entry]]（两层方括号），现在是 [entry]");
            return;
        }
        other @ (Value::Nothing | Value::Text(_) | Value::Bool(_)) => {
            findings.issue(&place(node.line), format!("entry 应为 [[entry]] 表，现在是{}", other.kind()));
            return;
        }
    };
    for item in items {
        match item.value {
            Value::Table(fields) => drafts.push(record::draft(fields, place(item.line), findings)),
            other @ (Value::Nothing | Value::Text(_) | Value::Bool(_) | Value::List(_)) => {
                findings.issue(&place(item.line), format!("条目应为表，现在是{}", other.kind()));
            }
        }
    }
}

/// The top table with lines; `None` after reporting every syntax error.
pub(super) fn parse(file: &str, text: &str, findings: &mut Findings) -> Option<Table> {
    let lines = Lines::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Some(from_toml(document.into_inner(), &lines));
    }
    for error in errors {
        let line = error.span().map(|span| lines.of(&span));
        let written = line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_default();
        let message = format!("TOML 语法错误：{}{}", remedy(written, error.message()), error.message());
        findings.issue(&Place::new(file, line), message);
    }
    None
}

/// What staff most likely have to do about a syntax error, before the parser's own words.
fn remedy(line: &str, message: &str) -> &'static str {
    if line.contains(['“', '”', '‘', '’', '＂']) {
        "这一行有中文引号，请改成英文引号 \" —— "
    } else if message.contains("must be quoted") {
        "文字要写在英文双引号 \" 里 —— "
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issues(text: &str) -> Vec<String> {
        let mut findings = Findings::default();
        read("f.toml", text, &mut findings);
        findings.issues.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn reads_entries_with_their_lines() {
        let mut findings = Findings::default();
        let text = "# 售后\n\n[[entry]]\nquestion = \"怎么退款\"\nsimilar = [\n  \"咋退钱\",\n]\nanswer = '''\n第一步\n第二步'''\nanswers.sms = \"短\"\nvalid_until = 2026-11-11\nenabled = false\n\n[[entry]]\nid = 17\nquestion = \"q\"\nanswer = \"a\"\n";
        let drafts = read("f.toml", text, &mut findings);
        assert_eq!(findings.issues, []);
        assert_eq!(drafts[0].place.line, Some(3));
        assert_eq!(drafts[0].similar, ["咋退钱"]);
        assert_eq!(drafts[0].answer, "第一步\n第二步");
        assert_eq!(drafts[0].answers, [("sms".to_owned(), "短".to_owned())]);
        assert_eq!(drafts[0].valid_until, "2026-11-11");
        assert_eq!(drafts[0].enabled, Some(false));
        assert_eq!((drafts[1].id.as_str(), drafts[1].place.line), ("17", Some(15)));
    }

    #[test]
    fn names_line_and_remedy() {
        let rows = [
            ("[[entry]]\nquestoin = \"q\"", "f.toml:2: 未知字段“questoin”，是不是想写 question？"), // a slip
            ("[[entry]]\n标准问 = \"q\"", "f.toml:1: TOML"), // TOML keys must be ASCII unless quoted
            ("[[entry]]\n\"标准问\" = \"q\"", "f.toml:2: 未知字段“标准问”，是不是想写 question？"), // a header's name
            ("[entry]\nquestion = \"q\"", "f.toml:1: 条目请写成 [[entry]]"), // one bracket too few
            ("[[faq]]\nquestion = \"q\"", "f.toml:1: 未知字段“faq”"),
            ("[[entry]]\nsimilar = { a = 1 }", "f.toml:2: similar 应为文本列表，现在是表"),
            ("[[entry]]\nenabled = \"也许\"", "f.toml:2: enabled 只能是 true 或 false"),
            ("[[entry]]\nquestion = \"q\nanswer = 'a'", "f.toml:2: TOML 语法错误"), // an open quote
            ("[[entry]]\nquestion = “q”", "f.toml:2: TOML 语法错误：这一行有中文引号"),
            ("[[entry]]\nanswer = 七天内", "f.toml:2: TOML 语法错误：文字要写在英文双引号"),
        ];
        for (text, expected) in rows {
            let found = issues(text);
            let start = expected.split("TOML").next().unwrap();
            assert!(
                found.iter().any(|message| message.starts_with(expected)
                    || (expected.ends_with("TOML")
                        && message.contains("TOML 语法错误")
                        && message.starts_with("f.toml:"))),
                "{expected} ({start}) not in {found:?}"
            );
        }
    }
}
