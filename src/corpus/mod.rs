//! Files → entries and back: read every format, check, name versions, compare them, keep them, write them.
//!
//! `draft` lies below `read` (files → drafts) and `check` (drafts → entries); [`load_dir`] calls one, then the other.
//! A [`Corpus`] exists only when nothing is wrong with it. This room reads files and nothing else: no index, no model.

mod channel;
mod check;
mod diff;
mod draft;
pub mod embedded;
mod entry;
mod golden;
pub mod history;
mod issue;
mod load;
mod read;
mod version;
mod write;

pub use channel::channel_key;
pub use diff::{CorpusDiff, diff};
pub use entry::{Entry, Place};
pub use golden::{GoldenCase, GoldenExpectation};
pub use issue::Issue;
pub use load::{DEFAULT_ZONE, load_dir, load_dir_with, load_files, load_named_files};
pub use read::{SourceFile, source_files};
pub use write::{
    EntryFormat, ExportError, Merged, in_file_order, merge_entries, write_by_source, write_directory, write_entries,
};

use crate::routing::Routing;
use crate::smalltalk::Smalltalk;

/// A checked, immutable knowledge base.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// Sorted by id.
    pub entries: Vec<Entry>,
    /// Groups of words with one meaning, normalised; the first word stands for the group.
    pub synonyms: Vec<Vec<String>>,
    /// Words jieba should know, normalised.
    pub dictionary: Vec<String>,
    /// Words without meaning for matching, normalised; the built-in list where the corpus has no `stopwords.txt`.
    pub stopwords: Vec<String>,
    pub routing: Routing,
    /// What `smalltalk.toml` changes of the small talk that ships.
    pub smalltalk: Smalltalk,
    /// Sorted by question; every entry they name exists.
    pub golden: Vec<GoldenCase>,
    /// Labelled questions of `calibration.jsonl`, by which confidences are fitted to this corpus; sorted by question.
    pub calibration: Vec<GoldenCase>,
    /// Content address: the first 16 hexadecimal digits of a BLAKE3 over everything above in canonical form.
    pub version: String,
    /// Findings that do not stop the corpus from serving.
    pub warnings: Vec<Issue>,
}

impl Corpus {
    /// The entry with this id.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.position(id).and_then(|at| self.entries.get(at as usize))
    }

    /// Position of the entry with this id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<u32> {
        let found = self.entries.binary_search_by(|entry| entry.id.as_str().cmp(id));
        found.ok().and_then(|at| u32::try_from(at).ok())
    }
}
