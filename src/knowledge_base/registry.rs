//! All knowledge bases of a process by name: opened at the start or on first use, closed again when long unused.
//!
//! Opening is single-flight: whoever asks for one that is being opened waits for the same. Knows no protocol and reads
//! no clock.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use jiff::Timestamp;

use super::KnowledgeBase;
use super::refusal::{PublishError, cause_chain};
use super::routers::Routers;
use super::shared::Shared;
use super::sources::Sources;

/// Every knowledge base that can be asked for.
#[derive(Debug)]
pub struct Registry {
    slots: BTreeMap<String, Slot>,
    /// Routers in use, so that knowledge bases with the same bundle share one.
    routers: Routers,
    /// The publications of all replicas, where there are such.
    shared: Option<Shared>,
    /// Why it is not known what other replicas serve.
    unagreed: ArcSwapOption<String>,
}

/// One knowledge base, open or not.
#[derive(Debug)]
struct Slot {
    sources: Sources,
    open: ArcSwapOption<KnowledgeBase>,
    /// Held while it is opened or closed.
    changing: Mutex<()>,
    /// Second since 1970 of its last use.
    used: AtomicI64,
}

/// A knowledge base in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub name: String,
    /// `None` where it is not open.
    pub open: Option<Arc<KnowledgeBase>>,
}

impl Registry {
    /// A registry in which nothing is open yet.
    #[must_use]
    pub fn new(sources: BTreeMap<String, Sources>) -> Self {
        let slots = sources.into_iter().map(|(name, sources)| (name, Slot::new(sources)));
        Self { slots: slots.collect(), routers: Routers::default(), shared: None, unagreed: ArcSwapOption::empty() }
    }

    /// The same with the publications of other processes.
    #[must_use]
    pub fn sharing(self, shared: Option<Shared>) -> Self {
        Self { shared, ..self }
    }

    /// A registry of knowledge bases that are open already.
    #[must_use]
    pub fn of(bases: impl IntoIterator<Item = KnowledgeBase>) -> Self {
        let mut registry = Self::new(BTreeMap::new());
        for base in bases {
            let slot = Slot::new(base.sources().clone());
            let name = base.name().to_owned();
            slot.open.store(Some(Arc::new(base)));
            registry.slots.insert(name, slot);
        }
        registry
    }

    /// Whether there is such a knowledge base.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.slots.contains_key(name)
    }

    /// The knowledge base, if it is open; counts as a use.
    #[must_use]
    pub fn get(&self, name: &str, now: Timestamp) -> Option<Arc<KnowledgeBase>> {
        let slot = self.slots.get(name)?;
        slot.used.store(now.as_second(), Ordering::Relaxed);
        slot.open.load_full()
    }

    /// The knowledge base, opened where it is not open yet; `None` where there is none of this name. Blocking: up to
    /// seconds.
    ///
    /// # Errors
    /// As [`KnowledgeBase::open`]; the next call tries again.
    pub fn open(&self, name: &str, now: Timestamp) -> Result<Option<Arc<KnowledgeBase>>, PublishError> {
        let Some(slot) = self.slots.get(name) else { return Ok(None) };
        slot.used.store(now.as_second(), Ordering::Relaxed);
        let _changing = slot.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = slot.open.load_full() {
            return Ok(Some(open));
        }
        let shared = self.shared.clone();
        let opened = Arc::new(KnowledgeBase::open_sharing(name, slot.sources.clone(), &self.routers, shared, now)?);
        if let Err(error) = opened.follow(now) {
            tracing::warn!(kb = name, error = cause_chain(&error), "replicas have not agreed on what is live");
        }
        slot.open.store(Some(Arc::clone(&opened)));
        Ok(Some(opened))
    }

    /// Says why it is not known what other replicas serve, or that it is.
    pub fn set_unagreed(&self, why: Option<String>) {
        if why.is_some() || self.unagreed.load().is_some() {
            self.unagreed.store(why.map(Arc::new));
        }
    }

    /// Why it is not known what other replicas serve; `None` where it is, or where there are none.
    #[must_use]
    pub fn unagreed(&self) -> Option<Arc<String>> {
        self.unagreed.load_full()
    }

    /// Closes what was not used for `unused`, except `kept`; the names of what was closed. One that somebody still
    /// holds stays open.
    pub fn close_unused(&self, kept: &str, unused: Duration, now: Timestamp) -> Vec<String> {
        let before = now.as_second().saturating_sub(i64::try_from(unused.as_secs()).unwrap_or(i64::MAX));
        let idle = self
            .slots
            .iter()
            .filter(|(name, slot)| name.as_str() != kept && slot.used.load(Ordering::Relaxed) < before);
        idle.filter(|(_, slot)| slot.close()).map(|(name, _)| name.clone()).collect()
    }

    /// Every knowledge base, sorted by name.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        let listed = self.slots.iter().map(|(name, slot)| Listed { name: name.clone(), open: slot.open.load_full() });
        listed.collect()
    }
}

impl Slot {
    fn new(sources: Sources) -> Self {
        let (open, changing, used) = (ArcSwapOption::empty(), Mutex::new(()), AtomicI64::new(i64::MIN));
        Self { sources, open, changing, used }
    }

    /// Whether it was open and is closed now.
    fn close(&self) -> bool {
        // Somebody opens or closes it at this moment: then it is in use.
        let Ok(_changing) = self.changing.try_lock() else { return false };
        let Some(open) = self.open.swap(None) else { return false };
        if Arc::strong_count(&open) > 1 {
            // A request or a reload is at work on it; two of them must never write one directory.
            self.open.store(Some(open));
            return false;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(corpus: &std::path::Path) -> Registry {
        std::fs::write(corpus.join("a.csv"), "问题,答案\n运费怎么算,满九十九元包邮\n").unwrap();
        let own = Sources { corpus: Some(corpus.to_owned()), ..Sources::embedded() };
        let none = Sources { corpus: Some(corpus.join("none")), ..own.clone() };
        Registry::new(
            ["default", "phone"]
                .map(|name| (name.to_owned(), own.clone()))
                .into_iter()
                .chain([("broken".to_owned(), none)])
                .collect(),
        )
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_knowledge_base_is_opened_once_and_closed_when_nobody_uses_it() {
        let dir = tempfile::tempdir().unwrap();
        let registry = registry(dir.path());
        assert!(registry.get("phone", at(0)).is_none() && registry.knows("phone"));
        assert!(registry.open("moon", at(0)).unwrap().is_none() && !registry.knows("moon"));
        let opened: Vec<_> = std::thread::scope(|scope| {
            let both = [(); 2].map(|()| scope.spawn(|| registry.open("phone", at(0)).unwrap().unwrap()));
            both.map(|one| one.join().unwrap()).into()
        });
        assert!(Arc::ptr_eq(&opened[0], &opened[1]), "single-flight");
        registry.open("default", at(0)).unwrap();
        let idle = Duration::from_secs(60);
        assert!(registry.close_unused("default", idle, at(100)).is_empty(), "somebody holds it");
        drop(opened);
        assert!(registry.close_unused("default", idle, at(50)).is_empty(), "used a moment ago");
        assert!(registry.get("phone", at(90)).is_some());
        assert!(registry.close_unused("default", idle, at(100)).is_empty(), "and again");
        assert_eq!(registry.close_unused("default", idle, at(200)), ["phone"]);
        let open: Vec<String> =
            registry.list().into_iter().filter(|one| one.open.is_some()).map(|one| one.name).collect();
        assert_eq!(open, ["default"], "the default one is never closed");
        assert!(registry.open("phone", at(300)).unwrap().is_some(), "it comes back");
    }

    #[test]
    fn what_cannot_be_opened_is_tried_again() {
        let dir = tempfile::tempdir().unwrap();
        let registry = registry(dir.path());
        assert!(registry.open("broken", at(0)).is_err());
        std::fs::create_dir(dir.path().join("none")).unwrap();
        std::fs::write(dir.path().join("none/a.csv"), "问题,答案\n一,甲\n").unwrap();
        assert!(registry.open("broken", at(1)).unwrap().is_some());
    }
}
