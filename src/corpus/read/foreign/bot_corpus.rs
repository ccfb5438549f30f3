//! Training data of open-source bots → drafts: Rasa (`nlu` with `responses`) and `ChatterBot` (`conversations`).

use std::collections::BTreeMap;

use crate::corpus::Place;
use crate::corpus::draft::{Draft, Findings};
use crate::corpus::read::node::{Node, Table, Value};

/// What Rasa files say; intents and their responses may stand in different ones.
#[derive(Debug, Default)]
pub(in crate::corpus::read) struct Rasa {
    intents: Vec<Draft>,
    /// Name without `utter_` → text.
    responses: BTreeMap<String, String>,
}

/// Reads what a file holds of either; gives the root back where it holds neither.
pub(super) fn read(file: &str, root: Node, rasa: &mut Rasa, drafts: &mut Vec<Draft>) -> Option<Node> {
    let Value::Table(fields) = root.value else { return Some(root) };
    let has = |name: &str| fields.iter().any(|(key, ..)| key == name);
    if has("conversations") {
        drafts.extend(conversations(file, fields));
        return None;
    }
    if has("nlu") || has("responses") || has("intents") {
        for (key, _, node) in fields {
            match key.as_str() {
                "nlu" => rasa.intents.extend(items(node).into_iter().filter_map(|item| intent(file, item))),
                "responses" => rasa.responses.extend(responses(node)),
                _ => {}
            }
        }
        return None;
    }
    Some(Node { value: Value::Table(fields), ..root })
}

impl Rasa {
    /// The intents that have a response, each with it. Others are said.
    pub(in crate::corpus::read) fn drafts(self, findings: &mut Findings) -> Vec<Draft> {
        let mut drafts = Vec::new();
        let mut silent: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for mut draft in self.intents {
            match self.responses.get(&draft.id) {
                Some(text) => {
                    draft.answer.clone_from(text);
                    drafts.push(draft);
                }
                None => silent.entry(draft.place.file).or_default().push(draft.id),
            }
        }
        for (file, intents) in silent {
            let names = intents.iter().take(10).map(String::as_str).collect::<Vec<_>>().join("、");
            let message = format!("{} 个意图没有 utter_ 回复，没有导入：{names}", intents.len());
            findings.warn(&Place::new(file, None), message);
        }
        drafts
    }
}

fn items(node: Node) -> Vec<Node> {
    match node.value {
        Value::List(items) => items,
        Value::Nothing | Value::Text(_) | Value::Bool(_) | Value::Table(_) => Vec::new(),
    }
}

fn text(node: Node) -> Option<String> {
    match node.value {
        Value::Text(text) => Some(text),
        Value::Nothing | Value::Bool(_) | Value::List(_) | Value::Table(_) => None,
    }
}

/// `- intent: name` with `examples: |` below it.
fn intent(file: &str, item: Node) -> Option<Draft> {
    let Value::Table(fields) = item.value else { return None };
    let mut draft = Draft { place: Place::new(file, item.line), ..Draft::default() };
    for (key, _, node) in fields {
        match key.as_str() {
            "intent" => draft.id = text(node).unwrap_or_default(),
            "examples" => {
                let examples = text(node).unwrap_or_default();
                let lines = examples.lines().map(|line| without_annotations(line.trim().trim_start_matches("- ")));
                let mut questions = lines.filter(|line| !line.is_empty());
                draft.question = questions.next().unwrap_or_default();
                draft.similar = questions.collect();
            }
            _ => {}
        }
    }
    (!draft.id.is_empty() && !draft.question.is_empty()).then_some(draft)
}

/// `[北京](city)` and `[北京]{"entity": "city"}` are 北京.
fn without_annotations(example: &str) -> String {
    let mut plain = String::new();
    let mut rest = example;
    while let Some((before, tail)) = rest.split_once('[') {
        let annotated = tail.split_once(']').and_then(|(word, behind)| {
            let close = match behind.chars().next() {
                Some('(') => ')',
                Some('{') => '}',
                _ => return None,
            };
            behind.split_once(close).map(|(_, behind)| (word, behind))
        });
        plain.push_str(before);
        match annotated {
            Some((word, behind)) => {
                plain.push_str(word);
                rest = behind;
            }
            None => {
                plain.push('[');
                rest = tail;
            }
        }
    }
    plain.push_str(rest);
    plain.trim().to_owned()
}

/// `utter_name: [{text: …}]`; the first text of each.
fn responses(node: Node) -> Vec<(String, String)> {
    let Value::Table(fields) = node.value else { return Vec::new() };
    let first_text = |node: Node| {
        items(node).into_iter().find_map(|variant| {
            let Value::Table(fields) = variant.value else { return None };
            fields.into_iter().find(|(key, ..)| key == "text").and_then(|(_, _, node)| text(node))
        })
    };
    let named = |(key, _, node): (String, usize, Node)| {
        Some((key.strip_prefix("utter_")?.to_owned(), first_text(node)?.trim().to_owned()))
    };
    fields.into_iter().filter_map(named).collect()
}

/// Each conversation is a question and what is said to it.
fn conversations(file: &str, fields: Table) -> Vec<Draft> {
    let (mut category, mut drafts) = (String::new(), Vec::new());
    for (key, _, node) in fields {
        match key.as_str() {
            "categories" => category = items(node).into_iter().filter_map(text).collect::<Vec<_>>().join("/"),
            "conversations" => {
                for conversation in items(node) {
                    let place = Place::new(file, conversation.line);
                    let mut said = items(conversation).into_iter().filter_map(text);
                    if let (Some(question), Some(answer)) = (said.next(), said.next()) {
                        drafts.push(Draft { place, question, answer, ..Draft::default() });
                    }
                }
            }
            _ => {}
        }
    }
    for draft in &mut drafts {
        draft.category.clone_from(&category);
    }
    drafts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_of_examples_go() {
        assert_eq!(without_annotations("去[北京](city)怎么走"), "去北京怎么走");
        assert_eq!(without_annotations("[明天]{\"entity\": \"day\"}开吗"), "明天开吗");
        assert_eq!(without_annotations("a[b]c[d"), "a[b]c[d");
    }
}
