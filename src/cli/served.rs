//! What a configuration serves: the state directory of the process and the sources of each knowledge base. `serve` opens
//! them, `check` looks at them.

use std::path::{Path, PathBuf};

use crate::config::{Config, DEFAULT_KB, KnowledgeBaseSettings};
use crate::knowledge_base::{ClaimError, Sources, StateDirectory, cause_chain};

/// The state directory, or why there is none.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) directory: Option<StateDirectory>,
    /// Why nothing is kept although something should be, for operators, in Chinese.
    pub(super) unkept: Option<String>,
}

impl State {
    /// Claims the configured directory. The usual one, where the operator named none, may be another process's or
    /// impossible to make: then nothing is kept, and that is said.
    ///
    /// # Errors
    /// [`ClaimError::InUse`] for a directory that the operator named; anything where a database is named.
    pub(super) fn claim(config: &Config) -> Result<Self, ClaimError> {
        let Some(path) = &config.storage.data else { return Ok(Self::default()) };
        let why = match StateDirectory::claim(path) {
            Ok(directory) => return Ok(Self { directory: Some(directory), unkept: None }),
            Err(error @ ClaimError::InUse { .. }) if config.data_given => return Err(error),
            // Who names a database wants everything kept, and the way there leads through the directory.
            Err(error) if config.storage.database_url.is_some() => return Err(error),
            Err(error) => cause_chain(&error),
        };
        Ok(Self {
            directory: None, unkept: Some(format!("没有可用的状态目录，发布的版本重启后不保留：{why}"))
        })
    }

    pub(super) fn path(&self) -> Option<&Path> {
        self.directory.as_ref().map(StateDirectory::path)
    }
}

/// Where the parts of a knowledge base come from; its state lies below `state`.
pub(super) fn sources(name: &str, settings: &KnowledgeBaseSettings, state: Option<&Path>) -> Sources {
    let KnowledgeBaseSettings { places, answering } = settings;
    Sources {
        corpus: places.corpus.clone(),
        model: places.model.clone(),
        data: state.map(|state| directory_of(state, name)),
        unkept: None,
        time_zone: answering.time_zone.clone(),
        policy: answering.policy(),
        encoder: answering.encoder,
        max_lost: answering.max_lost,
    }
}

/// Where a knowledge base keeps its state: the default one in the state directory itself, others each in its own below.
fn directory_of(state: &Path, kb: &str) -> PathBuf {
    if kb == DEFAULT_KB { state.to_owned() } else { state.join("kb").join(kb) }
}
