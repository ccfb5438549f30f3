//! Files → entries: reading every format, collecting every issue, naming versions, comparing them.
//!
//! A [`Corpus`] exists only when nothing is wrong with it. This room reads files and nothing else: no index, no model.

pub mod diff;
pub mod embedded;
pub mod entry;
pub mod export;
pub mod golden;
pub mod history;
pub mod issue;
pub mod load;
pub mod routing;
mod validate;
mod version;

pub use diff::{CorpusDiff, diff};
pub use entry::{Entry, Place, channel_key};
pub use golden::{GoldenCase, GoldenExpectation};
pub use issue::Issue;
pub use load::{SourceFile, load_dir, load_files};
pub use routing::{Priority, Routing, RoutingRule, SkillGroup};

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
