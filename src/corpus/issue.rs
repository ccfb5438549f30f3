//! What is wrong with a corpus, where, and how to mend it. Loading collects every issue instead of stopping at one.

use serde::{Deserialize, Serialize};

use super::entry::Place;

/// One finding about a corpus file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Issue {
    /// Path below the corpus directory.
    pub file: String,
    /// 1-based line or spreadsheet row; absent where the whole file is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What is wrong and what to do about it, in Chinese.
    pub message: String,
}

impl Issue {
    /// An issue at a place. Names and messages quote what files say, so controls in them become blanks: an issue is one
    /// line wherever it is written.
    #[must_use]
    pub fn at(place: &Place, message: impl Into<String>) -> Self {
        let one_line = |text: String| {
            if text.contains(char::is_control) { text.replace(char::is_control, " ") } else { text }
        };
        Self { file: one_line(place.file.clone()), line: place.line, message: one_line(message.into()) }
    }
}

impl std::fmt::Display for Issue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{}: {}", self.file, line, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}
