//! What each open connection is doing, so that idle and slow ones can be closed, the oldest first where room is needed.
//!
//! Nothing here touches a socket: a connection is told to close and closes itself.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// No byte of a next request has come.
    Idle,
    /// A request has begun and its head is not complete.
    Head,
    /// A request is being read or answered.
    Serving,
}

/// How long a connection may stay in a phase.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) idle: Duration,
    pub(crate) head: Duration,
}

/// One connection's phase and since when.
#[derive(Debug)]
pub(super) struct Activity {
    /// Milliseconds since the registry began, times four, plus the phase; one number, so that both change together.
    state: AtomicU64,
    started: Instant,
    close: Notify,
}

impl Activity {
    fn new(started: Instant) -> Self {
        let activity = Self { state: AtomicU64::new(0), started, close: Notify::new() };
        activity.enter(Phase::Idle);
        activity
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.enter_at(phase, milliseconds(self.started));
    }

    fn enter_at(&self, phase: Phase, since: u64) {
        let phase = match phase {
            Phase::Idle => 0,
            Phase::Head => 1,
            Phase::Serving => 2,
        };
        self.state.store((since << 2) | phase, Ordering::Relaxed);
    }

    /// Notes that bytes have come; they begin a head where none was being read.
    pub(super) fn read(&self) {
        if self.phase() == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    pub(super) fn phase(&self) -> Phase {
        match self.state.load(Ordering::Relaxed) & 3 {
            0 => Phase::Idle,
            1 => Phase::Head,
            _ => Phase::Serving,
        }
    }

    /// Since when, in milliseconds of the registry.
    fn since(&self) -> u64 {
        self.state.load(Ordering::Relaxed) >> 2
    }

    /// Completes when the connection should close.
    pub(super) async fn told_to_close(&self) {
        self.close.notified().await;
    }
}

/// How long ago a moment was.
fn milliseconds(moment: Instant) -> u64 {
    u64::try_from(moment.elapsed().as_millis()).unwrap_or(u64::MAX >> 2)
}

/// All open connections.
#[derive(Debug)]
pub(super) struct Registry {
    started: Instant,
    open: Mutex<Open>,
    /// Told whenever one is gone.
    gone: Notify,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    connections: BTreeMap<u64, Arc<Activity>>,
}

/// A place in the registry, given back when dropped.
#[derive(Debug)]
pub(super) struct Registered {
    registry: Arc<Registry>,
    id: u64,
    pub(super) activity: Arc<Activity>,
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.registry.lock().connections.remove(&self.id);
        self.registry.gone.notify_waiters();
    }
}

impl Registry {
    pub(super) fn new() -> Self {
        Self { started: Instant::now(), open: Mutex::default(), gone: Notify::new() }
    }

    pub(super) fn register(self: &Arc<Self>) -> Registered {
        let activity = Arc::new(Activity::new(self.started));
        let mut open = self.lock();
        let id = open.next;
        open.next += 1;
        open.connections.insert(id, Arc::clone(&activity));
        Registered { registry: Arc::clone(self), id, activity }
    }

    pub(super) fn len(&self) -> usize {
        self.lock().connections.len()
    }

    /// Tells every connection to close that has been idle or sending a head for longer than it may.
    pub(super) fn close_overdue(&self, patience: Patience) {
        self.close_overdue_at(milliseconds(self.started), patience);
    }

    fn close_overdue_at(&self, now: u64, patience: Patience) {
        for activity in self.lock().connections.values() {
            let allowed = match activity.phase() {
                Phase::Idle => patience.idle,
                Phase::Head => patience.head,
                Phase::Serving => continue,
            };
            if u128::from(now.saturating_sub(activity.since())) >= allowed.as_millis() {
                activity.close.notify_one();
            }
        }
    }

    /// Tells the connection to close that has waited longest without a complete request; whether there is one.
    pub(super) fn close_longest_waiting(&self) -> bool {
        let open = self.lock();
        let waiting = open.connections.iter().filter(|(_, activity)| activity.phase() != Phase::Serving);
        let oldest = waiting.min_by_key(|(id, activity)| (activity.since(), **id));
        if let Some((_, activity)) = oldest {
            // Out of the way of the next search, should the connection be slow to go.
            activity.enter(Phase::Serving);
            activity.close.notify_one();
        }
        oldest.is_some()
    }

    /// Completes once no connection is open.
    pub(super) async fn emptied(&self) {
        loop {
            let gone = self.gone.notified();
            if self.len() == 0 {
                return;
            }
            gone.await;
        }
    }

    /// Whoever panicked left a map that is still whole.
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { idle: Duration::from_secs(75), head: Duration::from_secs(10) };

    fn is_told(connection: &Registered) -> bool {
        use std::future::Future as _;
        let mut told = Box::pin(connection.activity.told_to_close());
        told.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready()
    }

    #[test]
    fn slow_heads_and_idle_connections_are_closed_in_their_own_time() {
        let registry = Arc::new(Registry::new());
        let [idle, head, serving] = [Phase::Idle, Phase::Head, Phase::Serving].map(|phase| {
            let connection = registry.register();
            connection.activity.enter_at(phase, 1_000);
            connection
        });
        for (now, told) in [
            (10_999, [false, false, false]),
            (11_000, [false, true, false]),
            (75_999, [false, true, false]), // told again until it is gone
            (76_000, [true, true, false]),
            (999_000, [true, true, false]),
        ] {
            registry.close_overdue_at(now, PATIENCE);
            assert_eq!([&idle, &head, &serving].map(is_told), told, "at {now} ms");
        }
    }

    #[test]
    fn bytes_begin_a_head_and_a_request_its_work() {
        let registry = Arc::new(Registry::new());
        let connection = registry.register();
        connection.activity.read();
        assert_eq!(connection.activity.phase(), Phase::Head);
        connection.activity.enter(Phase::Serving);
        connection.activity.read(); // its body
        assert_eq!(connection.activity.phase(), Phase::Serving);
    }

    #[test]
    fn room_is_made_by_the_one_that_has_waited_longest() {
        let registry = Arc::new(Registry::new());
        let [serving, old, young] = [(Phase::Serving, 0), (Phase::Head, 5), (Phase::Idle, 7)].map(|(phase, since)| {
            let connection = registry.register();
            connection.activity.enter_at(phase, since);
            connection
        });
        assert!(registry.close_longest_waiting());
        assert_eq!([&serving, &old, &young].map(is_told), [false, true, false]);
        assert!(registry.close_longest_waiting());
        assert!(is_told(&young));
        assert!(!registry.close_longest_waiting(), "requests at work are never cut off for newcomers");
    }

    #[tokio::test]
    async fn an_empty_registry_is_noticed() {
        let registry = Arc::new(Registry::new());
        let connection = registry.register();
        let waiting = tokio::spawn({
            let registry = Arc::clone(&registry);
            async move { registry.emptied().await }
        });
        assert_eq!(registry.len(), 1);
        drop(connection);
        waiting.await.unwrap();
    }
}
