//! Binds, serves, and stops gracefully: no new requests, those at work get the grace to finish.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::config::Config;

use super::bases::{Bases, KnowledgeBases};
use super::metrics::{Metrics, UPKEEP};
use super::router;
use super::state::App;

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
    pub fn publish(&self, bases: KnowledgeBases) {
        self.0.publish(bases);
    }
}

impl Server {
    /// Binds the configured address.
    ///
    /// # Errors
    /// The address is taken or not of this machine.
    pub async fn bind(config: Arc<Config>) -> io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, app: App::new(config) })
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
        let grace = config.shutdown_grace;
        let service = router::service(&self.app);
        // Small responses must not wait for the client's acknowledgement of the previous one.
        let listener = self.listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let (stopped, stopping) = oneshot::channel();
        let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
            stop.await;
            let _ = stopped.send(());
        });
        let overdue = async {
            // Fails only where serving has ended by itself, in which case the other branch wins.
            if stopping.await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(grace).await;
        };
        tokio::select! {
            served = async { serving.await } => served,
            () = overdue => {
                tracing::warn!(grace_ms = grace.as_millis(), "some requests were cut off at the end of the grace");
                Ok(())
            }
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
