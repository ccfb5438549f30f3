//! What a knowledge base has in common with the same one in other processes: the order of its publications and the files
//! of its versions.

use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::runtime::Handle;

use super::refusal::PublishError;
use crate::corpus::history::{DEFAULT_KEPT, HistoryError, KeptVersion, Publication};
use crate::corpus::{Corpus, EntryFormat, SourceFile, load_files, write_directory};
use crate::store::{Publications, Published, StoreError};

/// Folder of a version's corpus among its files.
const CORPUS: &str = "corpus/";
/// What a snapshot of the version learnt; of use to the same program only, which its stamp tells.
const LEARNT: &str = "learnt.bin";

/// Publications that several processes share, for callers that may block.
#[derive(Debug, Clone)]
pub struct Shared {
    publications: Publications,
    runtime: Handle,
}

/// A version from elsewhere.
#[derive(Debug)]
pub(super) struct SharedVersion {
    pub(super) corpus: Arc<Corpus>,
    pub(super) learnt: Option<Vec<u8>>,
}

impl Shared {
    /// `runtime` is the one that the database's connections live in. Every call blocks, and must be made from a thread
    /// that may.
    #[must_use]
    pub fn new(publications: Publications, runtime: Handle) -> Self {
        Self { publications, runtime }
    }

    pub(super) fn last(&self, kb: &str) -> Result<Option<Published>, StoreError> {
        self.runtime.block_on(self.publications.last(kb))
    }

    /// The kept versions, the last published first.
    pub(super) fn kept(&self, kb: &str) -> Result<Vec<KeptVersion>, StoreError> {
        let kept = self.runtime.block_on(self.publications.kept(kb))?;
        let kept = kept.into_iter().map(|published| KeptVersion {
            version: published.version,
            published_at: published.at,
            entries: published.entries,
            questions: published.questions,
            forced: published.forced,
            source: Some(published.source),
            by: Some(published.key).filter(|key| !key.is_empty()),
        });
        Ok(kept.collect())
    }

    /// The content of a version.
    ///
    /// # Errors
    /// The database fails, does not have it, or has something else under its name.
    pub(super) fn version(&self, kb: &str, version: &str) -> Result<SharedVersion, PublishError> {
        let files = self.runtime.block_on(self.publications.files(kb, version))?;
        let (mut corpus, mut learnt) = (Vec::new(), None);
        for (path, bytes) in files {
            match path.strip_prefix(CORPUS) {
                Some(path) => corpus.push(SourceFile { path: path.to_owned(), bytes }),
                None if path == LEARNT => learnt = Some(bytes),
                None => {}
            }
        }
        if corpus.is_empty() {
            return Err(PublishError::UnknownVersion(version.to_owned()));
        }
        let damaged = |reason: String| PublishError::DamagedVersion { version: version.to_owned(), reason };
        let read = load_files(&corpus, &TimeZone::UTC)
            .map_err(|issues| damaged(issues.first().map(ToString::to_string).unwrap_or_default()))?;
        if read.version == version {
            Ok(SharedVersion { corpus: Arc::new(read), learnt })
        } else {
            Err(damaged(format!("its content is version {}", read.version)))
        }
    }

    /// Makes a version the one after number `after`, for all; its number, or `None` where another was first.
    ///
    /// # Errors
    /// The database fails.
    pub(super) fn publish(
        &self,
        kb: &str,
        after: u64,
        (corpus, learnt): (&Corpus, Vec<u8>),
        how: Publication<'_>,
    ) -> Result<Option<u64>, PublishError> {
        let files = write_directory(corpus, EntryFormat::JsonLines, &TimeZone::UTC)
            .map_err(|source| HistoryError::Export { version: corpus.version.clone(), source })?;
        let mut files: Vec<(String, Vec<u8>)> =
            files.into_iter().map(|file| (format!("{CORPUS}{}", file.path), file.bytes)).collect();
        files.push((LEARNT.to_owned(), learnt));
        let publication = Published {
            number: after + 1,
            version: corpus.version.clone(),
            at: how.at,
            pinned: how.pinned,
            forced: how.forced.map(str::to_owned),
            source: how.source.to_owned(),
            key: how.by.to_owned(),
            entries: corpus.entries.len(),
            questions: corpus.entries.iter().map(|entry| 1 + entry.similar.len()).sum(),
        };
        let added = self.runtime.block_on(self.publications.add(kb, &publication, &files, DEFAULT_KEPT))?;
        Ok(added.then_some(publication.number))
    }
}
