//! What all requests share, part by part. Handlers and middleware name the part they need, never the whole.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::config::{Config, Limits};

use super::bases::Bases;
use super::metrics::Metrics;
use super::middleware::admission::Admission;
use super::middleware::auth::Keyring;

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
}

impl App {
    pub(crate) fn new(config: Arc<Config>) -> Self {
        let metrics = Arc::new(Metrics::new());
        Self(Arc::new(Parts {
            keyring: Arc::new(Keyring::new(&config)),
            admission: Arc::new(Admission::new(config.max_in_flight, config.queue_wait, Arc::clone(&metrics))),
            bases: Arc::default(),
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

impl FromRef<App> for Limits {
    fn from_ref(app: &App) -> Self {
        app.0.config.limits
    }
}
