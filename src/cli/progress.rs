//! Progress of long work: a bar on a terminal, a plain line at each tenth elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

/// Counts steps and shows them on standard error.
#[derive(Debug)]
pub struct Progress {
    label: &'static str,
    total: usize,
    done: AtomicUsize,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Begins counting to `total`.
    #[must_use]
    pub fn new(label: &'static str, total: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(u64::try_from(total).unwrap_or(u64::MAX));
            if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:40} {pos}/{len} {eta}") {
                bar.set_style(style);
            }
            bar.set_prefix(label);
            bar
        });
        Self { label, total, done: AtomicUsize::new(0), bar }
    }

    /// Counts `steps` more.
    pub fn advance(&self, steps: usize) {
        let before = self.done.fetch_add(steps, Ordering::Relaxed);
        self.show(before, before + steps);
    }

    /// Says that `done` steps are done; a thread that comes late with fewer changes nothing.
    pub fn reach(&self, done: usize) {
        let before = self.done.fetch_max(done, Ordering::Relaxed);
        self.show(before, done);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn show(&self, before: usize, done: usize) {
        match &self.bar {
            Some(bar) => bar.set_position(u64::try_from(done.max(before)).unwrap_or(u64::MAX)),
            None if self.tenth(done) > self.tenth(before) => {
                // Progress is a courtesy: a closed standard error must not end the work.
                let _ = writeln!(std::io::stderr(), "{} {done}/{}", self.label, self.total);
            }
            None => {}
        }
    }

    fn tenth(&self, done: usize) -> usize {
        done * 10 / self.total.max(1)
    }
}

/// Does work that tells how many of how many steps are done.
pub(super) fn with_steps<T>(label: &'static str, work: impl FnOnce(&(dyn Fn(usize, usize) + Sync)) -> T) -> T {
    let progress = OnceLock::new();
    let result = work(&|done, steps| progress.get_or_init(|| Progress::new(label, steps)).reach(done));
    if let Some(progress) = progress.get() {
        progress.finish();
    }
    result
}
