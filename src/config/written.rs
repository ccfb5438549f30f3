//! What the operator wrote, each value with its place, and what is wrong with it. Nothing is judged here, and nothing is
//! read: that is for `raw.rs` and `flags.rs`.

use std::collections::BTreeMap;

/// One value with the place the operator gave it at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) text: String,
    pub(super) origin: Origin,
}

/// Where a setting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// 1-based line of the file.
    File(usize),
    /// Variable or flag, by name.
    Given(String),
}

/// Everything the operator wrote, not yet checked.
#[derive(Debug, Clone, Default)]
pub struct RawConfig {
    /// Key path → value; `key[0].role` of an API key, `kb.phone.corpus` of a knowledge base.
    pub(super) settings: BTreeMap<String, Setting>,
    /// Paths of the tables that repeat, with the line they begin at: `key[0]`, `kb.phone`.
    pub(super) tables: BTreeMap<String, usize>,
    /// Unknown keys and wrong shapes found while reading.
    pub(super) problems: Vec<Problem>,
    /// Name of the file; empty where the text came without one.
    pub(super) file: String,
}

impl RawConfig {
    /// How a setting's place is written in messages.
    pub(super) fn place(&self, setting: &Setting) -> String {
        match &setting.origin {
            Origin::File(line) => self.line(*line),
            Origin::Given(name) => name.clone(),
        }
    }

    /// How a line is written in messages.
    pub(super) fn line(&self, line: usize) -> String {
        if self.file.is_empty() { format!("第 {line} 行") } else { format!("{}:{line}", self.file) }
    }
}

/// A mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Key path, or name of a variable.
    pub key: String,
    /// File and line, flag or variable; empty where it is in none.
    pub at: String,
    /// What is wrong and what is accepted, in Chinese. Holds no secret.
    pub message: String,
}

impl Problem {
    pub(super) fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), at: String::new(), message: message.into() }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.at.as_str() {
            "" => write!(f, "{}: {}", self.key, self.message),
            at => write!(f, "{} ({at}): {}", self.key, self.message),
        }
    }
}
