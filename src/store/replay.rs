//! Follows the journal and brings what it holds into the database.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::database::Store;
use super::error::StoreError;
use super::journal::{Position, read_batch, remove_before};

/// Entries of one transaction.
const ENTRIES: usize = 1_000;
/// While decisions keep coming, this many times the work of a batch is left to those who answer.
const REST: u32 = 9;
/// Longest rest: the figures stay within seconds of what happens.
const LONGEST_REST: Duration = Duration::from_secs(5);
/// Longest a batch may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// First and longest wait after the database failed.
const RETRY: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// Runs until the store is closed.
pub(super) async fn follow(store: Store) {
    if !open(&store).await {
        return;
    }
    let mut end = store.inner().journal.end();
    let mut retry = RETRY.0;
    loop {
        let (applied, known) = (*store.inner().applied.borrow(), *end.borrow_and_update());
        if applied >= known {
            tokio::select! {
                () = store.inner().closing.notified() => return,
                changed = end.changed() => if changed.is_err() && *end.borrow() <= applied {
                    store.inner().closing.notified().await;
                    return;
                },
            }
            continue;
        }
        let started = Instant::now();
        match step(&store, applied, known).await {
            Ok(()) => {
                if retry > RETRY.0 {
                    tracing::info!("the database takes decisions again");
                }
                retry = RETRY.0;
                let busy = end.has_changed().unwrap_or(false);
                if busy {
                    rest(&store, (started.elapsed() * REST).min(LONGEST_REST)).await;
                }
            }
            Err(error) => {
                store.inner().failures.fetch_add(1, Ordering::Relaxed);
                if retry == RETRY.0 {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "the database takes no decisions; the journal keeps them until it does");
                }
                tokio::select! {
                    () = store.inner().closing.notified() => return,
                    () = tokio::time::sleep(retry) => {}
                }
                retry = (retry * 2).min(RETRY.1);
            }
        }
    }
}

/// Tries to open the database until it can; false where the store is closed before.
async fn open(store: &Store) -> bool {
    let mut retry = RETRY.0;
    while !store.is_open() {
        tokio::select! {
            () = store.inner().closing.notified() => return false,
            () = tokio::time::sleep(retry) => {}
        }
        retry = (retry * 2).min(RETRY.1);
        // On a thread of its own: what migrates is no future that may change threads.
        let (opening, runtime) = (store.clone(), tokio::runtime::Handle::current());
        let opened = tokio::task::spawn_blocking(move || runtime.block_on(opening.try_to_open())).await;
        if opened.unwrap_or(false) {
            tracing::info!("the database is open; what waited in the journal is brought in");
        } else {
            store.inner().failures.fetch_add(1, Ordering::Relaxed);
        }
    }
    true
}

/// One batch, and the removal of segments that are in the database whole.
async fn step(store: &Store, applied: Position, known: Position) -> Result<(), StoreError> {
    let dir = store.inner().journal_dir.clone();
    let read = tokio::task::spawn_blocking(move || read_batch(&dir, applied, known, ENTRIES));
    let batch = read.await.map_err(|_| StoreError::Behind)??;
    if batch.damaged > 0 {
        tracing::error!(
            segment = batch.next.segment,
            bytes = batch.damaged,
            "a part of the journal is damaged and was passed over"
        );
    }
    let count = batch.entries.len() as u64;
    // A connection that was cut off without a word would be waited for as long as the system retries.
    let applied_now = store.again(|| store.apply(&batch.entries, batch.next));
    tokio::time::timeout(PATIENCE, applied_now).await.unwrap_or(Err(StoreError::Silent))?;
    store.inner().replayed.fetch_add(count, Ordering::Relaxed);
    store.inner().applied.send_replace(batch.next);
    if batch.next.segment > applied.segment {
        remove_before(&store.inner().journal_dir, batch.next)?;
    }
    Ok(())
}

/// Leaves the processor to others, unless somebody waits for the database.
async fn rest(store: &Store, long: Duration) {
    if store.inner().waiting.load(Ordering::Acquire) > 0 {
        return;
    }
    tokio::select! {
        () = tokio::time::sleep(long) => {}
        () = store.inner().urgent.notified() => {}
        () = store.inner().closing.notified() => store.inner().closing.notify_one(),
    }
}
