//! Drafts → entries: each checked alone, then all compared with each other. Collects every issue.

mod between;
mod entry;

use jiff::tz::TimeZone;
use rayon::prelude::*;

pub(super) use between::{calibration, golden};

use super::Entry;
use super::draft::{Draft, Findings};

/// A draft that became an entry, with what comparing it needs.
#[derive(Debug)]
struct Checked {
    entry: Entry,
    /// Whether the file gave the id, rather than it being derived from the question.
    id_given: bool,
    /// Match keys of `entry.questions()`, in that order.
    keys: Vec<String>,
    /// Literal keys of the same questions.
    literals: Vec<String>,
    /// Equal where all answers are.
    answers: blake3::Hash,
}

/// The entries, sorted by id. They are complete only if no issue was added.
pub(super) fn entries(drafts: Vec<Draft>, zone: &TimeZone, findings: &mut Findings) -> Vec<Entry> {
    // Normalising is the expensive part of loading, and drafts do not know of each other yet.
    let results: Vec<(Option<Checked>, Findings)> =
        drafts.into_par_iter().map(|draft| entry::check(draft, zone)).collect();
    let mut checked = Vec::with_capacity(results.len());
    for (one, found) in results {
        checked.extend(one);
        findings.append(found);
    }
    between::compare(checked, findings)
}
