//! Admission control and the processors: what is in the house is counted from its arrival, what finds no place is
//! shed at once, and what is admitted works on a bounded number of threads beside the asynchronous ones.
//!
//! A request that nobody waits for any more leaves the queue, or is told so while it works.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};
use tracing::Instrument as _;

use crate::http::metrics::Metrics;
use crate::http::problem::{Code, Problem};
use crate::telemetry::TRACES;

/// Where the queue has not been empty for as long as one request may wait, it is standing, and each may wait only this
/// part of that time. A burst is worked off; a lasting overload is shed early instead of making everybody wait.
const STANDING: u32 = 10;

/// The places and threads of one server.
#[derive(Debug)]
pub(crate) struct Admission {
    /// Waiting and at work.
    inside: AtomicUsize,
    most: usize,
    threads: Arc<Semaphore>,
    patience: Duration,
    queue: Queue,
    metrics: Arc<Metrics>,
}

/// How many wait for a thread, and since when there has been somebody.
#[derive(Debug)]
struct Queue {
    started: Instant,
    waiting: AtomicUsize,
    /// Milliseconds after `started`; meaningful while somebody waits.
    since: AtomicU64,
}

/// A counted request. Gives its place back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    admission: Arc<Admission>,
    /// Whether it has worked already; then it waits for further threads as long as its time lasts.
    admitted: AtomicBool,
}

/// Whether somebody still waits for the work.
#[derive(Debug)]
pub(crate) struct Asker(Arc<AtomicBool>);

impl Asker {
    /// Whether the answer would reach nobody: the client has gone, or the time is over.
    pub(crate) fn has_left(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

struct LeavesWhenDropped(Arc<AtomicBool>);

impl Drop for LeavesWhenDropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Admission {
    /// `most` requests waiting or at work, of which `threads` work; the others wait for `patience` at most.
    pub(crate) fn new(most: NonZeroUsize, threads: NonZeroUsize, patience: Duration, metrics: Arc<Metrics>) -> Self {
        let threads = threads.get().min(Semaphore::MAX_PERMITS);
        Self {
            inside: AtomicUsize::new(0),
            most: most.get(),
            threads: Arc::new(Semaphore::new(threads)),
            patience,
            queue: Queue { started: Instant::now(), waiting: AtomicUsize::new(0), since: AtomicU64::new(0) },
            metrics,
        }
    }

    /// Requests waiting or at work now.
    pub(crate) fn in_flight(&self) -> usize {
        self.inside.load(Ordering::Relaxed)
    }

    /// A place, or the problem that there is none.
    pub(crate) fn enter(self: &Arc<Self>) -> Result<Place, Problem> {
        if self.inside.fetch_add(1, Ordering::Relaxed) >= self.most {
            self.inside.fetch_sub(1, Ordering::Relaxed);
            return Err(self.shed());
        }
        Ok(Place { admission: Arc::clone(self), admitted: AtomicBool::new(false) })
    }

    /// Enters and works at once, as most requests do.
    pub(crate) async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Asker) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        Arc::new(self.enter()?).work(job).await
    }

    fn shed(&self) -> Problem {
        self.metrics.shed();
        Problem::new(Code::Overloaded, "too many requests are at work; try again shortly").retry_after(1)
    }

    /// A thread, now or within the patience that the queue leaves.
    async fn thread(&self, admitted: bool) -> Option<OwnedSemaphorePermit> {
        if let Ok(thread) = Arc::clone(&self.threads).try_acquire_owned() {
            return Some(thread);
        }
        let now = self.queue.now();
        let patience = if admitted { Duration::MAX } else { self.queue.patience(now, self.patience) };
        let _waiting = self.queue.join(now);
        timeout(patience, Arc::clone(&self.threads).acquire_owned()).await.ok()?.ok()
    }
}

impl Place {
    /// Runs a job on one of the threads. Dropping the future tells the job that its asker has left; the place and the
    /// thread are given back when the job ends.
    pub(crate) async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Asker) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let admitted = self.admitted.load(Ordering::Relaxed);
        let waiting = tracing::info_span!(target: TRACES, "wait for a thread");
        let thread = self.admission.thread(admitted).instrument(waiting).await;
        let thread = thread.ok_or_else(|| self.admission.shed())?;
        self.admitted.store(true, Ordering::Relaxed);
        let left = Arc::new(AtomicBool::new(false));
        let (asker, _here) = (Asker(Arc::clone(&left)), LeavesWhenDropped(left));
        let (place, span) = (Arc::clone(self), tracing::Span::current());
        let working = tracing::info_span!(target: TRACES, "work");
        let working = tokio::task::spawn_blocking(move || {
            let _held = (place, thread);
            span.in_scope(|| working.in_scope(|| job(&asker)))
        });
        // A panic has been logged under the request id by the hook of `telemetry`.
        working.await.map_err(|_| Problem::new(Code::Internal, "the request failed; the log names it under its id"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.admission.inside.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Queue {
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// How long a newcomer may wait.
    fn patience(&self, now: u64, longest: Duration) -> Duration {
        let standing = self.waiting.load(Ordering::Relaxed) > 0
            && u128::from(now.saturating_sub(self.since.load(Ordering::Relaxed))) > longest.as_millis();
        if standing { longest / STANDING } else { longest }
    }

    fn join(&self, now: u64) -> Waiting<'_> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) == 0 {
            self.since.store(now, Ordering::Relaxed);
        }
        Waiting(self)
    }
}

/// One who waits, until dropped; also when the client goes away.
struct Waiting<'a>(&'a Queue);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Middleware: sheds before a body is read where the house is full. The place itself is taken with the work, so that
/// a slow body holds none.
pub(crate) async fn admit(State(admission): State<Arc<Admission>>, request: Request, next: Next) -> Response {
    if admission.in_flight() >= admission.most {
        return admission.shed().into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn house(most: usize, patience_ms: u64) -> Arc<Admission> {
        let most = NonZeroUsize::new(most).unwrap();
        let patience = Duration::from_millis(patience_ms);
        Arc::new(Admission::new(most, NonZeroUsize::MIN, patience, Arc::default()))
    }

    /// Occupies the only thread until the returned sender is dropped.
    async fn occupy(house: &Arc<Admission>) -> mpsc::Sender<()> {
        let (release, held) = mpsc::channel::<()>();
        let (started, begun) = tokio::sync::oneshot::channel();
        let place = Arc::new(house.enter().unwrap());
        tokio::spawn(async move {
            place
                .work(move |_| {
                    let _ = started.send(());
                    let _ = held.recv();
                })
                .await
        });
        begun.await.unwrap();
        release
    }

    #[tokio::test]
    async fn a_full_house_sheds_at_once_and_reopens() {
        let house = house(1, 60_000);
        let release = occupy(&house).await;
        assert_eq!(house.in_flight(), 1);
        assert_eq!(house.enter().unwrap_err().code, Code::Overloaded);
        assert_eq!(house.in_flight(), 1, "who was shed is not counted");
        drop(release);
        while house.in_flight() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(house.work(|_| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn who_waits_longer_than_the_patience_is_shed() {
        let house = house(9, 5);
        let _release = occupy(&house).await;
        assert_eq!(house.work(|_| ()).await.unwrap_err().code, Code::Overloaded);
        assert_eq!((house.in_flight(), house.queue.waiting.load(Ordering::Relaxed)), (1, 0));
    }

    #[tokio::test]
    async fn who_leaves_the_queue_is_counted_no_longer_and_never_works() {
        let house = house(9, 60_000);
        let release = occupy(&house).await;
        let (worked, done) = mpsc::channel();
        let waiting = tokio::spawn({
            let house = Arc::clone(&house);
            async move { house.work(move |_| worked.send(())).await.map(|_| ()) }
        });
        while house.in_flight() < 2 {
            tokio::task::yield_now().await;
        }
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        assert_eq!(house.in_flight(), 1);
        drop(release);
        house.work(|_| ()).await.unwrap();
        assert!(done.try_recv().is_err(), "it worked for nobody");
    }

    #[tokio::test]
    async fn work_is_told_that_its_asker_has_left_and_keeps_its_place_until_it_ends() {
        let house = house(1, 60_000);
        let (started, begun) = tokio::sync::oneshot::channel();
        let (noticed, told) = tokio::sync::oneshot::channel();
        let asking = tokio::spawn({
            let house = Arc::clone(&house);
            async move {
                let job = move |asker: &Asker| {
                    let _ = started.send(());
                    while !asker.has_left() {
                        std::thread::yield_now();
                    }
                    let _ = noticed.send(());
                };
                house.work(job).await
            }
        });
        begun.await.unwrap();
        assert_eq!(house.in_flight(), 1);
        asking.abort();
        told.await.unwrap();
    }

    #[test]
    fn a_standing_queue_makes_newcomers_less_patient() {
        let queue = Queue { started: Instant::now(), waiting: AtomicUsize::new(0), since: AtomicU64::new(0) };
        let longest = Duration::from_millis(200);
        assert_eq!(queue.patience(9_000, longest), longest, "nobody waits");
        let first = queue.join(9_000);
        assert_eq!(queue.patience(9_150, longest), longest, "a burst");
        let second = queue.join(9_150);
        drop(first);
        assert_eq!(queue.patience(9_201, longest), Duration::from_millis(20), "there has been somebody for 201 ms");
        drop(second);
        assert_eq!(queue.patience(9_300, longest), longest, "the queue was empty again");
    }

    #[tokio::test]
    async fn a_panic_in_the_work_is_a_problem_and_gives_the_place_back() {
        let house = house(1, 1_000);
        let failed = house.work(|_| panic!("on purpose")).await;
        assert_eq!(failed.unwrap_err().code, Code::Internal);
        assert_eq!(house.in_flight(), 0);
    }
}
