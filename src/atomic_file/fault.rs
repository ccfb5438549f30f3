//! Lets a test fail any one of the calls by which state is written, or end the process there, as far as files go.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What becomes of the call at which a plan strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It fails, and those after it work: a disk that was full for a moment.
    Error,
    /// Neither it nor any call after it does anything: the process was killed.
    Crash,
    /// As [`Fault::Crash`], and of a file that is being written the first half is there.
    TornCrash,
}

#[derive(Debug)]
struct Plan {
    below: PathBuf,
    strikes_at: usize,
    fault: Fault,
    calls: usize,
}

/// One plan for each directory, so that tests at work at the same time do not meet.
static PLANS: Mutex<Vec<Plan>> = Mutex::new(Vec::new());

/// Makes the call of this number, counted from 0, of those on paths below a directory fail.
pub(crate) fn plan(below: &Path, strikes_at: usize, fault: Fault) {
    let mut plans = PLANS.lock().unwrap_or_else(PoisonError::into_inner);
    plans.push(Plan { below: below.to_owned(), strikes_at, fault, calls: 0 });
}

/// Ends the plan of a directory; how many calls there were.
pub(crate) fn end(below: &Path) -> usize {
    let mut plans = PLANS.lock().unwrap_or_else(PoisonError::into_inner);
    let at = plans.iter().position(|plan| plan.below == below).expect("a plan for this directory");
    plans.remove(at).calls
}

/// Counts a call; the fault that strikes it.
fn struck(path: &Path) -> Option<Fault> {
    let mut plans = PLANS.lock().unwrap_or_else(PoisonError::into_inner);
    let plan = plans.iter_mut().find(|plan| path.starts_with(&plan.below))?;
    let call = plan.calls;
    plan.calls += 1;
    match plan.fault {
        Fault::Error => (call == plan.strikes_at).then_some(Fault::Error),
        // Dead is dead; only the first call is torn.
        Fault::TornCrash if call == plan.strikes_at => Some(Fault::TornCrash),
        Fault::Crash | Fault::TornCrash => (call >= plan.strikes_at).then_some(Fault::Crash),
    }
}

/// Stands before each call that changes files.
pub(super) fn step(path: &Path) -> io::Result<()> {
    struck(path).map_or(Ok(()), |fault| Err(io::Error::other(format!("{fault:?} planned by a test"))))
}

/// Writes all bytes, or as many as the plan lets through.
pub(super) fn write_all(file: &mut File, path: &Path, bytes: &[u8]) -> io::Result<()> {
    match struck(path) {
        None => file.write_all(bytes),
        Some(fault) => {
            if fault == Fault::TornCrash {
                file.write_all(&bytes[..bytes.len() / 2])?;
            }
            Err(io::Error::other(format!("{fault:?} planned by a test")))
        }
    }
}
