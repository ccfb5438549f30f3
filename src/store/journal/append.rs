//! The writing end: a thread that takes entries from a bounded queue and appends them to the current segment.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};

use super::Position;
use super::frame::{self, Entry};
use super::segments::{Segments, path};

/// Entries waiting at most: a quarter of a second at the highest load measured.
const QUEUE: usize = 16_384;
/// Bytes after which a segment is full.
const SEGMENT: u64 = 8 << 20;
/// Bytes written at a time.
const BATCH: usize = 1 << 20;
/// How long entries may wait for the disk's own memory before they are flushed from it.
const FLUSH: Duration = Duration::from_secs(1);

/// What is asked of the thread.
enum Order {
    Append(Entry),
    /// Begin a new segment, so that the current one can be removed.
    Rotate,
    /// Tell where what was taken before ends.
    Mark(oneshot::Sender<Position>),
    Stop,
}

/// Counts for metrics.
#[derive(Debug, Default)]
pub(in crate::store) struct AppenderStatus {
    /// Entries that wait for the thread.
    pub(in crate::store) queued: AtomicU64,
    /// Entries that were lost: the queue was full, or the disk took nothing.
    pub(in crate::store) dropped: AtomicU64,
    /// Entries written.
    pub(in crate::store) appended: AtomicU64,
}

/// Hands entries to the thread; never waits.
#[derive(Debug)]
pub(in crate::store) struct Appender {
    orders: SyncSender<Order>,
    end: watch::Receiver<Position>,
    status: Arc<AppenderStatus>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Append(_) => "Append",
            Self::Rotate => "Rotate",
            Self::Mark(_) => "Mark",
            Self::Stop => "Stop",
        })
    }
}

impl Appender {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(in crate::store) fn start(segments: Segments) -> io::Result<Self> {
        let (orders, received) = sync_channel(QUEUE);
        let begun = Position { segment: segments.next, byte: 0 };
        let (publish, end) = watch::channel(begun);
        let status = Arc::new(AppenderStatus::default());
        // As in `rotate`: the number is taken at once, and what fails now is tried again with the first entry.
        let file = create(&segments.dir, begun.segment).ok();
        let writer = Writer { dir: segments.dir, file, at: begun, buffer: Vec::new(), flushed: Instant::now() };
        let counted = Arc::clone(&status);
        let thread = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run(&received, &publish, &counted))?;
        Ok(Self { orders, end, status, thread: Mutex::new(Some(thread)) })
    }

    /// Takes an entry, or counts it as lost where too many wait.
    pub(in crate::store) fn append(&self, entry: Entry) {
        self.status.queued.fetch_add(1, Ordering::Relaxed);
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = self.orders.try_send(Order::Append(entry)) {
            self.status.queued.fetch_sub(1, Ordering::Relaxed);
            self.status.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Begins a new segment once what was taken before is written.
    pub(in crate::store) fn rotate(&self) {
        // A full queue rotates soon by itself; the caller asks again.
        let _ = self.orders.try_send(Order::Rotate);
    }

    /// The end of what is written.
    pub(in crate::store) fn end(&self) -> watch::Receiver<Position> {
        self.end.clone()
    }

    pub(in crate::store) fn status(&self) -> &AppenderStatus {
        &self.status
    }

    /// Where what was taken before this call ends, once it is written or counted as lost.
    pub(in crate::store) async fn mark(&self) -> Position {
        loop {
            let (told, end) = oneshot::channel();
            match self.orders.try_send(Order::Mark(told)) {
                Ok(()) => {
                    if let Ok(end) = end.await {
                        return end;
                    }
                }
                Err(TrySendError::Full(_)) => tokio::time::sleep(Duration::from_millis(1)).await,
                // The thread has ended, and so has the journal.
                Err(TrySendError::Disconnected(_)) => return *self.end.borrow(),
            }
        }
    }

    /// Writes what waits, flushes it and ends the thread.
    pub(in crate::store) fn stop(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = self.orders.send(Order::Stop);
            let _ = thread.join();
        }
    }
}

/// The thread's own.
struct Writer {
    dir: PathBuf,
    /// None where it could not be made yet.
    file: Option<File>,
    at: Position,
    buffer: Vec<u8>,
    flushed: Instant,
}

impl Writer {
    fn run(mut self, orders: &Receiver<Order>, end: &watch::Sender<Position>, status: &AppenderStatus) {
        let mut failing = false;
        loop {
            let first = match orders.recv_timeout(FLUSH) {
                Ok(order) => order,
                Err(RecvTimeoutError::Timeout) => {
                    self.flush();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let (mut taken, mut unwritable, mut last) = (0, 0, None);
            let mut next = Some(first);
            while let Some(order) = next {
                match order {
                    Order::Append(entry) => {
                        taken += 1;
                        unwritable += u64::from(!frame::write(&entry, &mut self.buffer));
                    }
                    order => {
                        last = Some(order);
                        break;
                    }
                }
                next = if self.buffer.len() < BATCH { orders.try_recv().ok() } else { None };
            }
            let written = self.write_out();
            if written.is_err() {
                status.dropped.fetch_add(taken, Ordering::Relaxed);
            } else {
                status.dropped.fetch_add(unwritable, Ordering::Relaxed);
                status.appended.fetch_add(taken - unwritable, Ordering::Relaxed);
                end.send_replace(self.at);
            }
            // After the end is known: whoever sees an empty queue then sees the end of what was in it.
            status.queued.fetch_sub(taken, Ordering::Release);
            match (&written, failing) {
                (Err(error), false) => {
                    tracing::error!(%error, journal = %self.dir.display(),
                        "decisions cannot be written to the journal and are lost until it takes them again");
                }
                (Ok(()), true) => tracing::info!("the journal takes decisions again"),
                _ => {}
            }
            failing = written.is_err();
            match last {
                Some(Order::Rotate) => {
                    self.rotate();
                    end.send_replace(self.at);
                }
                Some(Order::Mark(told)) => {
                    // Who asked may have gone.
                    let _ = told.send(*end.borrow());
                }
                Some(Order::Stop) => break,
                _ if self.at.byte >= SEGMENT => self.rotate(),
                _ if self.flushed.elapsed() >= FLUSH => self.flush(),
                _ => {}
            }
        }
        self.flush();
    }

    /// Appends the buffer whole, or leaves the segment as it was.
    fn write_out(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let written = self.append();
        if written.is_ok() {
            self.at.byte += self.buffer.len() as u64;
        } else if let Some(file) = &mut self.file {
            // What part of it was written must not stand before the next entry; where even that fails, the next
            // entries go to another segment.
            let cut = file.set_len(self.at.byte).and_then(|()| file.seek(io::SeekFrom::Start(self.at.byte)));
            if cut.is_err() {
                self.rotate();
            }
        }
        self.buffer.clear();
        written
    }

    fn append(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(create(&self.dir, self.at.segment)?),
        };
        file.write_all(&self.buffer)
    }

    /// The new file is made at once: while one is there, its number says where a start goes on without the database.
    fn rotate(&mut self) {
        self.flush();
        self.at = Position { segment: self.at.segment + 1, byte: 0 };
        // Where that fails, the next entry tries again.
        self.file = create(&self.dir, self.at.segment).ok();
    }

    fn flush(&mut self) {
        self.flushed = Instant::now();
        if let Some(Err(error)) = self.file.as_ref().map(File::sync_data) {
            tracing::warn!(%error, "the journal could not be flushed to the disk");
        }
    }
}

fn create(dir: &Path, segment: u64) -> io::Result<File> {
    File::options().write(true).create_new(true).open(path(dir, segment))
}
