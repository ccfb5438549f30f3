//! A knowledge base among its replicas: its publications take their numbers in the database that all share, and it serves
//! what another publishes.

use std::sync::Arc;

use jiff::Timestamp;

use super::derived::learnt_file;
use super::refusal::{Overtaking, PublishError};
use super::shared::{Shared, SharedVersion};
use super::{KnowledgeBase, Live, Notice, NoticeCode};
use crate::corpus::history::{History, HistoryError, Publication};
use crate::corpus::{self, Corpus, CorpusDiff};
use crate::snapshot::Snapshot;
use crate::store::Published;

impl KnowledgeBase {
    /// Serves what replicas agreed on, if that is not live here already; where they agreed on nothing yet, what is live
    /// here becomes their first publication. Whether anything changed. Blocking: as long as preparing takes.
    ///
    /// # Errors
    /// The database fails, or what it holds cannot be served; the live snapshot stays.
    pub fn follow(&self, now: Timestamp) -> Result<bool, PublishError> {
        let Some(shared) = &self.shared else { return Ok(false) };
        let mut history = self.lock();
        let before = self.live();
        match shared.last(&self.name)? {
            Some(published) if published.number == before.generation => Ok(false),
            Some(published) => self.take_over(shared, &mut history, &before, &published).map(|()| true),
            None => {
                let source = self.sources.identity();
                let how = Publication { at: now, pinned: false, forced: None, source: &source, by: "" };
                let generation = match self.agree(&mut history, &before, &before.snapshot, how) {
                    Ok(generation) => generation,
                    Err(PublishError::Overtaken(_)) => return Ok(true),
                    Err(error) => return Err(error),
                };
                let notices = before.notices.iter().filter(|notice| notice.code != NoticeCode::NotAgreed);
                self.put_live(&before.snapshot, before.published_at, notices.cloned().collect(), generation);
                Ok(true)
            }
        }
    }

    /// A kept version: of this disk, or of the database that replicas share.
    pub(super) fn kept(&self, history: &History, version: &str) -> Result<Arc<Corpus>, PublishError> {
        let unknown = || PublishError::UnknownVersion(version.to_owned());
        let here = match history.get(version) {
            Ok(Some(corpus)) => return Ok(corpus),
            Ok(None) => unknown(),
            Err(HistoryError::Damaged { version, reason }) => {
                // Offered no more; it comes back when it is published again.
                let _ = history.set_version_aside(&version);
                PublishError::DamagedVersion { version, reason }
            }
            Err(error) => error.into(),
        };
        match &self.shared {
            Some(shared) => Ok(shared.version(&self.name, version)?.corpus),
            None => Err(here),
        }
    }

    /// The number under which a snapshot is published: with replicas the next one of all, taken for it in the database
    /// with everything the others need.
    ///
    /// # Errors
    /// [`PublishError::Overtaken`] where another replica was first; what it published is live here then.
    pub(super) fn agree(
        &self,
        history: &mut History,
        before: &Live,
        snapshot: &Snapshot,
        how: Publication<'_>,
    ) -> Result<u64, PublishError> {
        let Some(shared) = &self.shared else { return Ok(before.generation + 1) };
        let learnt = snapshot.learnt().to_bytes(&learnt_file::stamp(&snapshot.corpus, &self.models));
        let number = shared.publish(&self.name, before.generation, (&snapshot.corpus, learnt), how)?;
        match number {
            Some(number) => Ok(number),
            None => Err(self.overtaken(shared, history, before)?),
        }
    }

    /// Serves what another replica published first, and says what that was.
    fn overtaken(&self, shared: &Shared, history: &mut History, before: &Live) -> Result<PublishError, PublishError> {
        let published = shared.last(&self.name)?.ok_or_else(|| PublishError::UnknownVersion(String::new()))?;
        let by = published.key.clone();
        self.take_over(shared, history, before, &published)?;
        let live = self.live();
        let CorpusDiff { added, changed, removed, .. } = corpus::diff(&before.snapshot.corpus, &live.snapshot.corpus);
        let (version, published_at) = (published.version, published.at);
        Ok(PublishError::Overtaken(Box::new(Overtaking {
            version,
            published_at,
            published_by: by,
            added,
            changed,
            removed,
        })))
    }

    /// Makes a publication of another replica live here.
    fn take_over(
        &self,
        shared: &Shared,
        history: &mut History,
        before: &Live,
        published: &Published,
    ) -> Result<(), PublishError> {
        let version = &published.version;
        let mut notices: Vec<Notice> = Vec::new();
        let snapshot = if before.snapshot.corpus.version == *version {
            notices.extend(before.notices.iter().filter(|notice| notice.code != NoticeCode::NotAgreed).cloned());
            Arc::clone(&before.snapshot)
        } else {
            let SharedVersion { corpus, learnt } = shared.version(&self.name, version)?;
            let learnt =
                learnt.and_then(|learnt| learnt_file::sound(&learnt, &learnt_file::stamp(&corpus, &self.models)));
            Arc::new(Snapshot::prepare_learnt(corpus, &self.models, before.snapshot.embeddings(), learnt)?)
        };
        let Published { at, pinned, forced, key, .. } = published;
        let source = self.sources.identity();
        let how = Publication { at: *at, pinned: *pinned, forced: forced.as_deref(), source: &source, by: key };
        notices.extend(self.not_kept(history.publish(&snapshot.corpus, how), &mut Vec::new()));
        self.put_live(&snapshot, *at, notices, published.number);
        tracing::info!(
            kb = self.name,
            corpus.version = version,
            snapshot.generation = published.number,
            "serves what another replica published"
        );
        Ok(())
    }
}
