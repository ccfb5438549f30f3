//! Accepts connections, bounds how many there are and how long each may dawdle, and lets them go one by one at the end.
//!
//! HTTP/1.1 only, as before; TLS and HTTP/2 belong to the proxy in front. What a request says is not known here.

mod activity;
mod descriptors;
mod stream;

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

pub(crate) use activity::Patience;

use super::lifecycle::Lifecycle;
use activity::Registry;
use stream::{Handler, Watched};

/// Connections open at once where the configuration names no number: each costs up to some 50 KB while it dawdles.
const USUAL_CONNECTIONS: usize = 4_096;
/// How often idle and slow connections are looked for.
const REVIEW: Duration = Duration::from_millis(250);
/// How long to wait after a failed accept, which is nearly always a want of descriptors.
const RECOVERY: Duration = Duration::from_millis(20);
/// Room for one head; longer ones are refused with 431.
const HEAD_BYTES: usize = 64 << 10;
/// How long a connection may still be silent once the server stops.
const LAST_WORD: Duration = Duration::from_millis(100);
/// How long a head may still take once the server stops.
const LAST_HEAD: Duration = Duration::from_secs(1);
/// Longest pause between connections that still wait to be accepted when the server stops.
const BACKLOG_PAUSE: Duration = Duration::from_millis(5);
/// What a connection is told that finds no room. Nothing of its request is read.
const NO_ROOM: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Bounds of the connections of one server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Connections open at once, as far as the limit of open files allows; the usual number where `None`.
    pub(crate) most: Option<NonZeroUsize>,
    pub(crate) patience: Patience,
    /// How long to go on accepting after the readiness probe has turned.
    pub(crate) delay: Duration,
    /// How long requests at work may take to finish at the end.
    pub(crate) grace: Duration,
}

/// Serves until `stop` completes and the connections have gone.
pub(crate) async fn serve(
    listener: TcpListener,
    routes: Router,
    lifecycle: Arc<Lifecycle>,
    bounds: Bounds,
    stop: impl Future<Output = ()> + Send,
) {
    let (last_call, _) = watch::channel(());
    let most = descriptors::connections(bounds.most.map_or(USUAL_CONNECTIONS, NonZeroUsize::get));
    let server = Server { routes, lifecycle, registry: Arc::new(Registry::new()), most, last_call };
    tokio::select! {
        () = server.accept_all(&listener) => {}
        () = server.review(bounds.patience) => {}
        () = stop => {}
    }
    server.lifecycle.stop();
    // The probe has turned; whoever looks at it has this long to send its customers elsewhere.
    let lingering = timeout(bounds.delay, server.accept_all(&listener));
    tokio::select! {
        _ = lingering => {}
        () = server.review(bounds.patience) => {}
    }
    server.accept_backlog(&listener).await;
    drop(listener);
    server.let_go(bounds).await;
}

struct Server {
    routes: Router,
    lifecycle: Arc<Lifecycle>,
    registry: Arc<Registry>,
    most: usize,
    /// Told once: finish the request at work, then close.
    last_call: watch::Sender<()>,
}

impl Server {
    /// Accepts for ever.
    async fn accept_all(&self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => self.admit(stream),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    self.registry.close_longest_waiting();
                    sleep(RECOVERY).await;
                }
            }
        }
    }

    /// Accepts those whose connection the system has already made, so that closing the listener resets none of them.
    async fn accept_backlog(&self, listener: &TcpListener) {
        let most = Instant::now() + LAST_HEAD;
        while Instant::now() < most {
            let Ok(Ok((stream, _))) = timeout(BACKLOG_PAUSE, listener.accept()).await else { break };
            self.admit(stream);
        }
    }

    fn admit(&self, stream: TcpStream) {
        if self.registry.len() >= self.most && !self.registry.close_longest_waiting() {
            // Every connection has a request at work. Fits into the socket's buffer, or the client learns by the close.
            let _ = stream.try_write(NO_ROOM);
            return;
        }
        // Small responses must not wait for the client's acknowledgement of the previous one.
        let _ = stream.set_nodelay(true);
        let registered = self.registry.register();
        let activity = Arc::clone(&registered.activity);
        let handler = Handler {
            routes: self.routes.clone(),
            lifecycle: Arc::clone(&self.lifecycle),
            activity: Arc::clone(&activity),
        };
        let mut last_call = self.last_call.subscribe();
        let mut connection = Box::pin(
            http1::Builder::new().max_buf_size(HEAD_BYTES).serve_connection(Watched::new(stream, activity), handler),
        );
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    ended = connection.as_mut() => {
                        if let Err(error) = ended {
                            tracing::debug!(%error, "a connection ended early");
                        }
                        break;
                    }
                    Ok(()) = last_call.changed() => connection.as_mut().graceful_shutdown(),
                    () = registered.activity.told_to_close() => break,
                }
            }
        });
    }

    /// Closes overdue connections for ever.
    async fn review(&self, patience: Patience) {
        let mut ticks = interval(REVIEW.min(patience.head).max(Duration::from_millis(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.registry.close_overdue(patience);
        }
    }

    /// Idle connections first, then those at work, the rest when the grace is over.
    async fn let_go(&self, bounds: Bounds) {
        let _ = self.last_call.send(());
        // A connection on which nothing was ever asked is not idle to hyper, so that it must be told; but what it asks
        // may have come and not been read yet.
        let patience = Patience { idle: LAST_WORD, head: bounds.patience.head.min(LAST_HEAD) };
        let gone = timeout(bounds.grace, self.registry.emptied());
        tokio::select! {
            finished = gone => {
                if finished.is_err() {
                    let grace_ms = bounds.grace.as_millis();
                    tracing::warn!(grace_ms, "some requests were cut off at the end of the grace");
                }
            }
            () = self.review(patience) => {}
        }
    }
}

/// Faults of one connection that went away before it was accepted; the listener is well.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
