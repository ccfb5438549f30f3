//! Prepared → live: loads, checks, gates and swaps the snapshots of one knowledge base, and keeps its versions.
//!
//! Everything that can fail happens while preparing; publishing is one store. Changes are serialised by a lock and
//! generations only rise. Readers never wait.

#[cfg(test)]
mod crashes;
mod derived;
mod live;
mod opening;
mod publishing;
mod refusal;
mod registry;
mod replicas;
mod report;
mod routers;
mod shared;
mod sources;
mod state_directory;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::corpus::Issue;
use crate::corpus::history::{History, HistoryError};
use crate::snapshot::{Models, Snapshot};

use derived::{embedding_file, learnt_file};
use routers::Routers;

pub use live::{Live, Notice, NoticeCode};
pub use opening::foresee;
pub use publishing::ReloadOptions;
pub use refusal::{Overtaking, PublishError, cause_chain};
pub use registry::{Listed, Registry};
pub use report::{ReloadReport, VersionInfo};
pub use shared::Shared;
pub use sources::Sources;
pub use state_directory::{ClaimError, LOCK, StateDirectory};

/// One knowledge base: what is live, its sources and its kept versions.
#[derive(Debug)]
pub struct KnowledgeBase {
    name: String,
    live: ArcSwap<Live>,
    sources: Sources,
    models: Models,
    /// What other processes have in common with this one, where there are such.
    shared: Option<Shared>,
    /// Held while anything changes, so that the newest change is also the last.
    history: Mutex<History>,
}

impl KnowledgeBase {
    /// Prepares and serves the version published last, or, where nothing was published from this source, publishes what
    /// the corpus directory holds. Blocking: up to seconds.
    ///
    /// # Errors
    /// What is wrong with the model; where nothing was published yet, every issue of the corpus.
    pub fn open(name: &str, sources: Sources, now: Timestamp) -> Result<Self, PublishError> {
        Self::open_sharing(name, sources, &Routers::default(), None, now)
    }

    /// The same with a router that another knowledge base may hold already, and with the publications of other
    /// processes.
    fn open_sharing(
        name: &str,
        sources: Sources,
        routers: &Routers,
        shared: Option<Shared>,
        now: Timestamp,
    ) -> Result<Self, PublishError> {
        let models = sources.load_models_sharing(routers)?;
        let opening = opening::open(name, &sources, shared.as_ref(), now)?;
        let known = embedding_file::read(sources.data.as_deref(), sources.encoder);
        let stamp = learnt_file::stamp(&opening.corpus, &models);
        let learnt = learnt_file::read(sources.data.as_deref(), &stamp);
        let learnt = learnt.or_else(|| learnt_file::sound(opening.learnt.as_deref()?, &stamp));
        let is_kept = learnt.is_some();
        let snapshot = Snapshot::prepare_learnt(opening.corpus, &models, &known, learnt)?;
        embedding_file::write(sources.data.as_deref(), sources.encoder, &known, snapshot.embeddings());
        if !is_kept {
            learnt_file::write(sources.data.as_deref(), &stamp, &snapshot);
        }
        for notice in &opening.notices {
            tracing::warn!(kb = name, notice = ?notice.code, "{}", notice.message);
        }
        let live = Live {
            generation: opening.generation,
            published_at: opening.published_at,
            snapshot: Arc::new(snapshot),
            notices: opening.notices,
        };
        let history = Mutex::new(opening.history);
        Ok(Self { name: name.to_owned(), live: ArcSwap::from_pointee(live), sources, models, shared, history })
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The live snapshot; hold it for the whole request.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.live.load().snapshot)
    }

    /// The live snapshot with its number, its moment and what operators should know.
    #[must_use]
    pub fn live(&self) -> Arc<Live> {
        self.live.load_full()
    }

    /// Where the parts come from.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// What staff should know about the live snapshot although it serves.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let snapshot = self.snapshot();
        let mut warnings: Vec<String> = snapshot.corpus.warnings.iter().map(ToString::to_string).collect();
        warnings.extend(snapshot.router.warnings(&snapshot.corpus.routing));
        warnings.extend(self.sources.router_note(&snapshot));
        warnings
    }

    /// A change that panicked left the history as files hold it; the lock is usable again.
    fn lock(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is told of a version that is live and could not be written down.
    fn not_kept(&self, kept: Result<(), HistoryError>, warnings: &mut Vec<Issue>) -> Vec<Notice> {
        let Err(error) = kept else { return Vec::new() };
        let notice = opening::not_kept(&error);
        tracing::error!(kb = self.name, "{}", notice.message);
        warnings.push(Issue { file: String::new(), line: None, message: notice.message.clone() });
        vec![notice]
    }

    /// The store that makes a snapshot live.
    fn put_live(&self, snapshot: &Arc<Snapshot>, published_at: Timestamp, notices: Vec<Notice>, generation: u64) {
        let before = self.live.load();
        let data = self.sources.data.as_deref();
        embedding_file::write(data, self.sources.encoder, before.snapshot.embeddings(), snapshot.embeddings());
        if before.snapshot.corpus.version != snapshot.corpus.version {
            learnt_file::write(data, &learnt_file::stamp(&snapshot.corpus, &self.models), snapshot);
        }
        self.live.store(Arc::new(Live { generation, published_at, snapshot: Arc::clone(snapshot), notices }));
    }
}
