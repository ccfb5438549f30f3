//! What all requests share, part by part. Handlers and middleware name the part they need, never the whole.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::config::{Config, Limits};
use crate::conversation::{Conversations, InMemory};
use crate::record::{NullRecorder, Recorder};
use crate::store::Store;

use super::bases::Bases;
use super::corpus::OneAtATime;
use super::lifecycle::Lifecycle;
use super::metrics::Metrics;
use super::middleware::admission::Admission;
use super::middleware::auth::Keyring;
use super::questions::usage::Usage;
use super::request::HeldBytes;

/// Shared by all requests of one server; cloning it is one count.
#[derive(Debug, Clone)]
pub(crate) struct App(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    config: Arc<Config>,
    keyring: Arc<Keyring>,
    admission: Arc<Admission>,
    metrics: Arc<Metrics>,
    bases: Arc<Bases>,
    lifecycle: Arc<Lifecycle>,
    changes: Arc<OneAtATime>,
    held: HeldBytes,
    conversations: Arc<dyn Conversations>,
    recorder: Arc<dyn Recorder>,
    store: Option<Store>,
    usage: Arc<Usage>,
}

/// What the service remembers with.
#[derive(Debug)]
pub struct Remembering {
    pub conversations: Arc<dyn Conversations>,
    pub recorder: Arc<dyn Recorder>,
    /// For what must be durable before it is acknowledged; refused where `None`.
    pub store: Option<Store>,
}

/// Conversations in memory, and nothing kept.
impl Default for Remembering {
    fn default() -> Self {
        Self { conversations: Arc::new(InMemory::default()), recorder: Arc::new(NullRecorder), store: None }
    }
}

impl App {
    pub(crate) fn new(config: Arc<Config>, remembering: Remembering) -> Self {
        let metrics = Arc::new(Metrics::new());
        Self(Arc::new(Parts {
            keyring: Arc::new(Keyring::new(&config)),
            admission: Arc::new(Admission::new(
                config.server.max_in_flight,
                config.server.workers,
                config.server.queue_wait,
                Arc::clone(&metrics),
            )),
            bases: Arc::default(),
            lifecycle: Arc::default(),
            changes: Arc::default(),
            held: HeldBytes::default(),
            conversations: remembering.conversations,
            recorder: remembering.recorder,
            store: remembering.store,
            usage: Arc::default(),
            metrics,
            config,
        }))
    }

    /// One part, as extractors get it.
    pub(crate) fn part<T: FromRef<Self>>(&self) -> T {
        T::from_ref(self)
    }
}

impl FromRef<App> for Arc<Config> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.0.config)
    }
}

impl FromRef<App> for Arc<Keyring> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.0.keyring)
    }
}

impl FromRef<App> for Arc<Admission> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.0.admission)
    }
}

impl FromRef<App> for Arc<Metrics> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.0.metrics)
    }
}

impl FromRef<App> for Arc<Bases> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.0.bases)
    }
}

impl FromRef<App> for Arc<Lifecycle> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.0.lifecycle)
    }
}

impl FromRef<App> for Arc<OneAtATime> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.0.changes)
    }
}

impl FromRef<App> for HeldBytes {
    fn from_ref(app: &App) -> Self {
        app.0.held.clone()
    }
}

impl FromRef<App> for Limits {
    fn from_ref(app: &App) -> Self {
        app.0.config.limits
    }
}

impl FromRef<App> for Arc<dyn Conversations> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.0.conversations)
    }
}

impl FromRef<App> for Option<Store> {
    fn from_ref(app: &App) -> Self {
        app.0.store.clone()
    }
}

impl FromRef<App> for Arc<Usage> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.0.usage)
    }
}

impl FromRef<App> for Arc<dyn Recorder> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.0.recorder)
    }
}
