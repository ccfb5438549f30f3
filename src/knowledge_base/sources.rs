//! Where the parts of a knowledge base come from, and how they are loaded.

use std::path::PathBuf;

use jiff::tz::{Offset, TimeZone};

use super::refusal::PublishError;
use super::routers::Routers;
use crate::corpus::{self, Corpus, SourceFile};
use crate::encoder::{EncoderKind, SentenceEncoder};
use crate::policy::PolicySettings;
use crate::ranking::RankingModels;
use crate::snapshot::{Models, Snapshot};

/// Share of the live entries that the next corpus may lose without force, where nothing else is said.
pub const DEFAULT_MAX_LOST: f64 = 0.3;

/// Where the parts of a knowledge base come from.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Corpus directory; the embedded one where `None`.
    pub corpus: Option<PathBuf>,
    /// Router bundle directory. Where `None`, the embedded corpus has the embedded router, and a corpus of its own is
    /// routed by its rules alone, unless its `routing.toml` names every group of the embedded router: then it is the
    /// embedded corpus, edited.
    pub model: Option<PathBuf>,
    /// Directory for kept versions; memory only where `None`.
    pub data: Option<PathBuf>,
    /// Why there is no such directory although there should be one, for operators, in Chinese.
    pub unkept: Option<String>,
    /// Zone in which dates without an offset are read.
    pub time_zone: TimeZone,
    pub policy: PolicySettings,
    pub encoder: EncoderKind,
    /// Share of the live entries that the next corpus may lose without force, 0..=1.
    pub max_lost: f64,
}

impl Sources {
    /// Everything that ships, kept in memory only, in the time zone of [`corpus::DEFAULT_ZONE`].
    #[must_use]
    pub fn embedded() -> Self {
        Self {
            corpus: None,
            model: None,
            data: None,
            unkept: None,
            // The zone data is part of the program; the offset is what it says of every day since 1992.
            time_zone: TimeZone::get(corpus::DEFAULT_ZONE).unwrap_or_else(|_| Offset::constant(8).to_time_zone()),
            policy: PolicySettings::default(),
            encoder: EncoderKind::default(),
            max_lost: DEFAULT_MAX_LOST,
        }
    }

    /// The corpus as its files are now.
    ///
    /// # Errors
    /// [`PublishError::Invalid`] with every issue.
    pub fn load_corpus(&self) -> Result<Corpus, PublishError> {
        match &self.corpus {
            Some(dir) => corpus::load_dir(dir, &self.time_zone),
            None => corpus::load_files(&corpus::embedded::files(), &self.time_zone),
        }
        .map_err(PublishError::Invalid)
    }

    /// Names what the corpus is read from: a version that came from elsewhere says nothing about this source. The
    /// embedded corpus of another program is another source.
    #[must_use]
    pub fn identity(&self) -> String {
        match &self.corpus {
            Some(dir) => {
                let absolute = dir.canonicalize().or_else(|_| std::path::absolute(dir)).unwrap_or_else(|_| dir.clone());
                format!("directory:{}", absolute.display())
            }
            None => format!("embedded:{}", digest(&corpus::embedded::files())),
        }
    }

    /// What staff should know where the router that ships routes a corpus that does not.
    #[must_use]
    pub fn router_note(&self, snapshot: &Snapshot) -> Option<String> {
        let borrowed = self.corpus.is_some() && self.model.is_none() && !snapshot.router.labels().is_empty();
        borrowed.then(|| {
            "routing.toml 里有内置工单模型的全部技能组，所以用了这个按演示商店的工单训练的模型；自己的工单攒够后请另行训练"
                .to_owned()
        })
    }

    /// The router from its directory, or the embedded one, and the ranker that ships.
    ///
    /// # Errors
    /// What is wrong with the router or the ranker.
    pub fn load_models(&self) -> Result<Models, PublishError> {
        self.load_models_sharing(&Routers::default())
    }

    pub(super) fn load_models_sharing(&self, routers: &Routers) -> Result<Models, PublishError> {
        let router = routers.load(self.model.as_deref())?;
        let borrowed = self.corpus.is_some() && self.model.is_none();
        let instead = borrowed.then(|| routers.by_rules()).transpose()?;
        let encoder = SentenceEncoder::embedded(self.encoder)?;
        let (ranking, ranker_version) = RankingModels::embedded(encoder, self.encoder)?;
        Ok(Models { router, instead, ranking, ranker_version, policy: self.policy })
    }
}

fn digest(files: &[SourceFile]) -> String {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(file.path.as_bytes()).update(&[0]).update(blake3::hash(&file.bytes).as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_itself_however_it_is_written_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("faq")).unwrap();
        let named = |path: PathBuf| Sources { corpus: Some(path), ..Sources::embedded() }.identity();
        assert_eq!(named(dir.path().join("faq")), named(dir.path().join("faq/../faq/.")));
        assert_ne!(named(dir.path().join("faq")), named(dir.path().to_owned()));
        assert!(Sources::embedded().identity().starts_with("embedded:"));
    }
}
