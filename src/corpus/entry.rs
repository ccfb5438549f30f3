//! One FAQ entry as the rest of the service sees it: checked, with its place in the files.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::channel::channel_key;

/// One standard question with everything the corpus says about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Unique in the corpus; derived from the question's content where the file gives none.
    pub id: String,
    /// A number for protocols that know no other ids, 1..=2147483647; unique in the corpus where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The standard question, as written.
    pub question: String,
    /// Other wordings with the same answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub similar: Vec<String>,
    /// Questions that look alike and must not get this answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub negative: Vec<String>,
    /// The answer where no channel has its own.
    pub answer: String,
    /// Channel, as [`channel_key`] writes it → answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
    /// Slash-separated path; empty where the file gives none.
    #[serde(default)]
    pub category: String,
    /// First moment the answer holds; always where `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// First moment the answer no longer holds; never where `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// What is said once the answer no longer holds; the entry says nothing then where empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expired_answer: String,
    /// What is said before the answer holds; the entry says nothing then where empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub not_yet_answer: String,
    /// Ids of entries worth offering with this answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<String>,
    /// Whether the entry takes part at all.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Where the entry stands; not part of its content.
    #[serde(skip)]
    pub place: Place,
}

fn yes() -> bool {
    true
}

/// A line of a corpus file, for messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Path below the corpus directory, with `/`.
    pub file: String,
    /// 1-based line (row of a spreadsheet); `None` where the whole file is meant.
    pub line: Option<usize>,
}

impl Place {
    /// A line of a file: `Place::new("faq.csv", 7)`, or the whole file: `Place::new("faq.csv", None)`.
    #[must_use]
    pub fn new(file: impl Into<String>, line: impl Into<Option<usize>>) -> Self {
        Self { file: file.into(), line: line.into() }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

impl Entry {
    /// Whether the entry may answer at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.enabled
            && self.valid_from.is_none_or(|from| from <= now)
            && self.valid_until.is_none_or(|until| now < until)
    }

    /// What the entry says at `now` although it may not answer then: that it is over, or has not begun.
    #[must_use]
    pub fn answer_outside_validity(&self, now: Timestamp) -> Option<&str> {
        let ended = self.valid_until.is_some_and(|until| until <= now);
        let ahead = self.valid_from.is_some_and(|from| now < from);
        let text = match (ended, ahead) {
            (true, _) => &self.expired_answer,
            (false, true) => &self.not_yet_answer,
            (false, false) => return None,
        };
        (self.enabled && !text.is_empty()).then_some(text.as_str())
    }

    /// The answer for a channel, falling back to the general one.
    #[must_use]
    pub fn answer_for(&self, channel: Option<&str>) -> &str {
        channel.and_then(|name| self.answers.get(&channel_key(name))).unwrap_or(&self.answer)
    }

    /// The standard question followed by the similar ones.
    pub fn questions(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.question.as_str()).chain(self.similar.iter().map(String::as_str))
    }
}
