//! `smalltalk.toml` → what a corpus says to small talk in its own words, every slip reported with its line.

use crate::corpus::Place;
use crate::corpus::channel::channel_key;
use crate::corpus::draft::{Findings, clean_line, clean_text};
use crate::corpus::read::node::{Node, Table, Value};
use crate::corpus::read::record::Reader;
use crate::corpus::read::spelling::unknown_key;
use crate::corpus::read::toml_file;
use crate::smalltalk::{Smalltalk, Talk, TalkKind};
use crate::text::spoken_key;

const FIELDS: [&str; 4] = ["answer", "answers", "phrases", "enabled"];

/// The small talk a file describes; what is wrong in it is an issue.
pub(in crate::corpus::read) fn read(file: &str, content: &str, findings: &mut Findings) -> Smalltalk {
    let mut smalltalk = Smalltalk::default();
    let Some(document) = toml_file::parse(file, content, findings) else { return smalltalk };
    for (name, line, node) in document {
        let place = Place::new(file, line);
        let Some(kind) = TalkKind::parse(&name) else {
            let known = TalkKind::ALL.map(TalkKind::name);
            findings.issue(&place, unknown_key(&name, &known, None));
            continue;
        };
        match node.value {
            Value::Table(fields) => {
                smalltalk.0.insert(kind, talk(file, fields, findings));
            }
            other @ (Value::Nothing | Value::Text(_) | Value::Bool(_) | Value::List(_)) => {
                findings.issue(&place, format!("{name} 应写成 [{name}] 表，现在是{}", other.kind()));
            }
        }
    }
    smalltalk
}

fn talk(file: &str, fields: Table, findings: &mut Findings) -> Talk {
    let mut talk = Talk::default();
    for (key, line, node) in fields {
        let place = Place::new(file, line);
        match key.as_str() {
            "answer" => talk.answer = clean_text(&reader(&place, &key, findings).text(node)),
            "answers" => answers(&mut talk, file, node, findings),
            "phrases" => {
                let texts = reader(&place, &key, findings).texts(node);
                phrases(&mut talk, &place, &texts, findings);
            }
            "enabled" => talk.enabled = reader(&place, &key, findings).yes(node).unwrap_or(true),
            unknown => findings.issue(&place, unknown_key(unknown, &FIELDS, None)),
        }
    }
    talk
}

fn reader<'a>(place: &Place, key: &'a str, findings: &'a mut Findings) -> Reader<'a> {
    Reader { place: place.clone(), key, findings }
}

fn answers(talk: &mut Talk, file: &str, node: Node, findings: &mut Findings) {
    let Value::Table(fields) = node.value else {
        findings.issue(&Place::new(file, node.line), "answers 应为渠道到回复的表，例如 { wechat = \"…\" }");
        return;
    };
    for (channel, line, node) in fields {
        let text = clean_text(&reader(&Place::new(file, line), "answers", findings).text(node));
        talk.answers.insert(channel_key(&channel), text);
    }
}

fn phrases(talk: &mut Talk, place: &Place, texts: &[String], findings: &mut Findings) {
    for phrase in texts.iter().map(|text| clean_line(text)) {
        if spoken_key(&phrase).is_empty() {
            // It would be found in every text of nothing but marks.
            findings.issue(place, format!("phrases 里的“{phrase}”没有文字，请删除或改写"));
        } else if !talk.phrases.contains(&phrase) {
            talk.phrases.push(phrase);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_kinds_and_reports_slips_with_their_lines() {
        let mut findings = Findings::default();
        let content = "[greeting]\nanswer = \"欢迎\"\nanswers = { \"短信\" = \"短\" }\nphrases = [\"小店小店\"]\n[ack]\nenabled = false\n";
        let smalltalk = read("smalltalk.toml", content, &mut findings);
        assert_eq!(findings.issues, []);
        assert_eq!(smalltalk.reply(TalkKind::Greeting, Some("sms")), "短");
        assert!(!smalltalk.takes(TalkKind::Ack));
        let slips = "[greetings]\nanswer = \"x\"\n[thanks]\nanwser = \"x\"\nphrases = [\"。。\"]\nenabled = \"也许\"\n";
        read("smalltalk.toml", slips, &mut findings);
        let mut lines: Vec<Option<usize>> = findings.issues.iter().map(|issue| issue.line).collect();
        lines.sort_unstable();
        assert_eq!(lines, [Some(1), Some(4), Some(5), Some(6)], "{:?}", findings.issues);
    }
}
