//! Binds, serves, and stops gracefully: no new requests, those at work get the grace to finish.

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::config::Config;
use crate::knowledge_base::Registry;

use super::bases::Bases;
use super::connections::{self, Patience};
use super::metrics::{Metrics, UPKEEP};
use super::router;
use super::state::{App, Remembering};

/// A bound server that does not accept yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: App,
}

/// Makes the server ready once the knowledge bases are prepared.
#[derive(Debug, Clone)]
pub struct Publisher(Arc<Bases>);

impl Publisher {
    /// From now on requests are answered. A second call changes nothing.
    pub fn publish(&self, bases: Arc<Registry>) {
        self.0.publish(bases);
    }
}

impl Server {
    /// Binds the configured address.
    ///
    /// # Errors
    /// The address is taken or not of this machine.
    pub async fn bind(config: Arc<Config>, remembering: Remembering) -> io::Result<Self> {
        let listener = TcpListener::bind(config.server.listen).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, app: App::new(config, remembering) })
    }

    /// The address really listened on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A handle to make the server ready, before or while it runs.
    #[must_use]
    pub fn publisher(&self) -> Publisher {
        Publisher(self.app.part())
    }

    /// Serves until `stop` completes and the requests at work have finished, or the grace is over.
    ///
    /// # Errors
    /// The listener fails for good.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let config: Arc<Config> = self.app.part();
        let (limits, server) = (config.limits, &config.server);
        let bounds = connections::Bounds {
            most: NonZeroUsize::new(limits.connections),
            patience: Patience { idle: limits.idle_timeout, head: limits.header_timeout },
            delay: server.shutdown_delay,
            grace: server.shutdown_grace,
        };
        let routes = router::service(&self.app);
        tokio::select! {
            () = connections::serve(self.listener, routes, self.app.part(), bounds, stop) => Ok(()),
            () = keep_up(self.app.part()) => Ok(()),
        }
    }
}

/// Folds recorded latencies together for as long as the server runs.
async fn keep_up(metrics: Arc<Metrics>) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        metrics.run_upkeep();
    }
}
