//! Admission control: a bounded number of requests at work, a bounded number waiting briefly, the rest shed at once.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::http::metrics::Metrics;
use crate::http::problem::{Code, Problem};

/// The permits of one server.
#[derive(Debug)]
pub(crate) struct Admission {
    permits: Semaphore,
    capacity: usize,
    waiting: AtomicUsize,
    patience: Duration,
    metrics: Arc<Metrics>,
}

impl Admission {
    pub(crate) fn new(capacity: NonZeroUsize, patience: Duration, metrics: Arc<Metrics>) -> Self {
        let capacity = capacity.get().min(Semaphore::MAX_PERMITS);
        Self { permits: Semaphore::new(capacity), capacity, waiting: AtomicUsize::new(0), patience, metrics }
    }

    /// Requests at work now.
    pub(crate) fn in_flight(&self) -> usize {
        self.capacity.saturating_sub(self.permits.available_permits())
    }

    /// A permit now or within the patience; `None` means the request must be shed.
    async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Some(permit);
        }
        let _place = Place::take(&self.waiting, self.capacity)?;
        tokio::time::timeout(self.patience, self.permits.acquire()).await.ok()?.ok()
    }
}

/// A place in the queue, given back when dropped, also when the client goes away.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, capacity: usize) -> Option<Self> {
        let place = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < capacity).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(crate) async fn admit(State(admission): State<Arc<Admission>>, request: Request, next: Next) -> Response {
    let Some(_permit) = admission.enter().await else {
        admission.metrics.shed();
        return Problem::new(Code::Overloaded, "too many requests are at work; try again shortly")
            .retry_after(1)
            .into_response();
    };
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_house_sheds_after_the_patience_and_reopens() {
        let admission = Admission::new(NonZeroUsize::MIN, Duration::from_millis(5), Arc::default());
        let inside = admission.enter().await;
        assert!(inside.is_some());
        assert_eq!(admission.in_flight(), 1);
        assert!(admission.enter().await.is_none());
        assert_eq!(admission.waiting.load(Ordering::Relaxed), 0);
        drop(inside);
        assert!(admission.enter().await.is_some());
    }

    #[tokio::test]
    async fn the_queue_is_bounded() {
        let admission = Admission::new(NonZeroUsize::MIN, Duration::from_secs(60), Arc::default());
        let _inside = admission.enter().await;
        let waiting = admission.enter();
        tokio::pin!(waiting);
        assert!(tokio::time::timeout(Duration::from_millis(5), &mut waiting).await.is_err());
        // One waits already, so the next is refused at once instead of after a minute.
        assert!(admission.enter().await.is_none());
    }
}
