//! Collects what loading finds, so that every reader reports all it sees instead of stopping at the first.

use crate::corpus::{Issue, Place};

/// Issues forbid the corpus; warnings do not.
#[derive(Debug, Default)]
pub(in crate::corpus) struct Findings {
    pub(in crate::corpus) issues: Vec<Issue>,
    pub(in crate::corpus) warnings: Vec<Issue>,
}

impl Findings {
    pub(in crate::corpus) fn issue(&mut self, place: &Place, message: impl Into<String>) {
        self.issues.push(Issue::at(place, message));
    }

    pub(in crate::corpus) fn warn(&mut self, place: &Place, message: impl Into<String>) {
        self.warnings.push(Issue::at(place, message));
    }

    pub(in crate::corpus) fn append(&mut self, mut other: Self) {
        self.issues.append(&mut other.issues);
        self.warnings.append(&mut other.warnings);
    }
}
