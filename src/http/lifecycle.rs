//! Whether the server is on its way out: known to the readiness probe and to every connection.

use std::sync::atomic::{AtomicBool, Ordering};

/// Shared by everything that behaves differently once the server is told to stop.
#[derive(Debug, Default)]
pub(crate) struct Lifecycle {
    stopping: AtomicBool,
}

impl Lifecycle {
    /// From now on the server is not ready and answers are the last of their connection.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
