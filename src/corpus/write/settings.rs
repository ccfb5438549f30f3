//! Everything of a corpus beside its entries: word lists, routing and golden cases, each in its own file.

use serde::Serialize;
use serde_json::json;

use super::ExportError;
use crate::corpus::read::SourceFile;
use crate::corpus::{Corpus, GoldenCase, GoldenExpectation};
use crate::routing::{Routing, RoutingRule, SkillGroup};

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
        files.push(file("routing.toml", routing(&corpus.routing)?));
    }
    if !corpus.smalltalk.is_empty() {
        files.push(file("smalltalk.toml", toml::to_string(&corpus.smalltalk)?));
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

/// `routing.toml`, in the order of its keys.
#[derive(Debug, Serialize)]
struct RoutingFile<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    default_group: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    default_promise: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    complaint_phrases: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    human_phrases: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    group: Vec<GroupTable<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rule: Vec<RuleTable<'a>>,
}

#[derive(Debug, Serialize)]
struct GroupTable<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    aliases: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    flow: &'a [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    promise: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<f64>,
}

#[derive(Debug, Serialize)]
struct RuleTable<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tier: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    channel: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    keyword: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    complaint: Option<bool>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    predicted: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<&'static str>,
}

fn routing(routing: &Routing) -> Result<String, toml::ser::Error> {
    toml::to_string_pretty(&RoutingFile {
        default_group: routing.default_group.as_deref(),
        default_promise: &routing.default_promise,
        complaint_phrases: &routing.complaint_phrases,
        human_phrases: &routing.human_phrases,
        group: routing.groups.iter().map(group).collect(),
        rule: routing.rules.iter().map(rule).collect(),
    })
}

fn group(group: &SkillGroup) -> GroupTable<'_> {
    GroupTable {
        id: &group.id,
        name: &group.name,
        aliases: &group.aliases,
        flow: &group.flow,
        promise: &group.promise,
        precision: group.precision.map(|thousandths| f64::from(thousandths) / 1_000.0),
    }
}

fn rule(rule: &RoutingRule) -> RuleTable<'_> {
    RuleTable {
        name: &rule.name,
        tier: &rule.tiers,
        channel: &rule.channels,
        keyword: &rule.keywords,
        complaint: rule.complaint.then_some(true),
        predicted: &rule.predicted,
        group: rule.group.as_deref(),
        priority: rule.priority.map(|priority| priority.name()),
    }
}
