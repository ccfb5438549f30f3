//! Everything of a corpus beside its entries: word lists, routing and golden cases, each in its own file.

use serde_json::json;

use super::ExportError;
use super::toml::{key, list};
use crate::corpus::load::SourceFile;
use crate::corpus::version::priority_name;
use crate::corpus::{Corpus, GoldenCase, GoldenExpectation, Routing, RoutingRule};

/// The files that are needed; stop words always are, because the built-in list may change with the program.
pub(super) fn files(corpus: &Corpus) -> Result<Vec<SourceFile>, ExportError> {
    let mut files = vec![file("stopwords.txt", lines(&corpus.stopwords))];
    if !corpus.dictionary.is_empty() {
        files.push(file("dictionary.txt", lines(&corpus.dictionary)));
    }
    if !corpus.synonyms.is_empty() {
        let groups: Vec<String> = corpus.synonyms.iter().map(|group| group.join("、")).collect();
        files.push(file("synonyms.txt", lines(&groups)));
    }
    if corpus.routing != Routing::default() {
        files.push(file("routing.toml", routing(&corpus.routing)));
    }
    if !corpus.golden.is_empty() {
        files.push(file("golden.jsonl", golden(&corpus.golden)?));
    }
    if !corpus.calibration.is_empty() {
        files.push(file("calibration.jsonl", golden(&corpus.calibration)?));
    }
    Ok(files)
}

fn file(path: &str, text: String) -> SourceFile {
    SourceFile { path: path.to_owned(), bytes: text.into_bytes() }
}

fn lines(words: &[String]) -> String {
    let line = |word: &String| match word.strip_prefix('#') {
        // Reading normalises the full-width form back, and does not take it for a remark.
        Some(rest) => format!("＃{rest}\n"),
        None => format!("{word}\n"),
    };
    words.iter().map(line).collect()
}

fn golden(cases: &[GoldenCase]) -> Result<String, ExportError> {
    let mut text = String::new();
    for case in cases {
        let mut row = match &case.expect {
            GoldenExpectation::Entry(id) => json!({"question": case.question, "faq_id": id}),
            GoldenExpectation::NoAnswer => json!({"question": case.question, "must_not_answer": true}),
        };
        if let Some(fields) = row.as_object_mut().filter(|_| !case.note.is_empty()) {
            fields.insert("note".to_owned(), json!(case.note));
        }
        text.push_str(&serde_json::to_string(&row)?);
        text.push('\n');
    }
    Ok(text)
}

fn routing(routing: &Routing) -> String {
    let mut text = String::new();
    if let Some(group) = &routing.default_group {
        key(&mut text, "default_group", group);
    }
    list(&mut text, "complaint_phrases", &routing.complaint_phrases);
    list(&mut text, "human_phrases", &routing.human_phrases);
    for group in &routing.groups {
        text.push_str("\n[[group]]\n");
        key(&mut text, "id", &group.id);
        key(&mut text, "name", &group.name);
        list(&mut text, "flow", &group.flow);
        if !group.promise.is_empty() {
            key(&mut text, "promise", &group.promise);
        }
        if let Some(precision) = group.precision {
            text.push_str(&format!("precision = {}\n", f64::from(precision) / 1_000.0));
        }
    }
    for one in &routing.rules {
        text.push_str("\n[[rule]]\n");
        rule(&mut text, one);
    }
    text
}

fn rule(text: &mut String, rule: &RoutingRule) {
    key(text, "name", &rule.name);
    list(text, "tier", &rule.tiers);
    list(text, "channel", &rule.channels);
    list(text, "keyword", &rule.keywords);
    if rule.complaint {
        text.push_str("complaint = true\n");
    }
    list(text, "predicted", &rule.predicted);
    if let Some(group) = &rule.group {
        key(text, "group", group);
    }
    if let Some(priority) = rule.priority {
        key(text, "priority", priority_name(priority));
    }
}
