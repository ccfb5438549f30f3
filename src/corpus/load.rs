//! Files → a checked [`Corpus`], or every issue found: reads all files, then checks what they say together.

use std::path::Path;

use jiff::tz::TimeZone;

use super::draft::Findings;
use super::read::{Given, SourceFile};
use super::{Corpus, Issue, check, read, version};

/// Time zone of dates without an offset where nothing else is said.
pub const DEFAULT_ZONE: &str = "Asia/Shanghai";

/// Issues listed at most; a summary line counts the rest.
const MAX_ISSUES: usize = 1_000;

/// Why files make no corpus, and what else there is to say about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unloadable {
    /// At least one; sorted by file and line.
    pub issues: Vec<Issue>,
    pub warnings: Vec<Issue>,
}

/// The corpus in a directory. Dates without an offset are meant in `zone`.
///
/// # Errors
/// Every issue found, sorted by file and line, at most 1,000 with a last one that counts the rest.
pub fn load_dir(dir: &Path, zone: &TimeZone) -> Result<Corpus, Vec<Issue>> {
    let mut findings = Findings::default();
    let files = read::directory(dir, &mut findings);
    load(&files, Given::InDirectory, zone, findings).map_err(|found| found.issues)
}

/// The corpus that a directory would hold with these files written into it, in place of those of the same paths.
///
/// # Errors
/// As [`load_dir`].
pub fn load_dir_with(dir: &Path, written: &[SourceFile], zone: &TimeZone) -> Result<Corpus, Vec<Issue>> {
    let mut findings = Findings::default();
    let mut files = if dir.exists() { read::directory(dir, &mut findings) } else { Vec::new() };
    files.retain(|file| written.iter().all(|new| new.path != file.path));
    files.extend_from_slice(written);
    load(&sorted(&files), Given::InDirectory, zone, findings).map_err(|found| found.issues)
}

/// The corpus in a list of files, in any order.
///
/// # Errors
/// As [`load_dir`].
pub fn load_files(files: &[SourceFile], zone: &TimeZone) -> Result<Corpus, Vec<Issue>> {
    load(&sorted(files), Given::InDirectory, zone, Findings::default()).map_err(|found| found.issues)
}

/// As [`load_files`], for files that somebody named one by one: each must hold entries, and one that cannot be read is
/// an issue with its name.
///
/// # Errors
/// As [`load_dir`], with the warnings beside.
pub fn load_named_files(files: &[SourceFile], zone: &TimeZone) -> Result<Corpus, Unloadable> {
    load(&sorted(files), Given::ByName, zone, Findings::default())
}

fn sorted(files: &[SourceFile]) -> Vec<SourceFile> {
    let mut sorted: Vec<SourceFile> = files.to_vec();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    sorted
}

fn load(files: &[SourceFile], given: Given, zone: &TimeZone, mut findings: Findings) -> Result<Corpus, Unloadable> {
    let contents = read::contents(files, given, &mut findings);
    let entries = check::entries(contents.drafts, zone, &mut findings);
    check::golden(&entries, &contents.golden, &mut findings);
    let calibration = check::calibration(&entries, contents.calibration, &mut findings);
    let mut warnings = findings.take_warnings();
    if entries.is_empty() {
        // Where nothing is left, what was left out is why.
        findings.issues.append(&mut warnings);
    }
    if !findings.issues.is_empty() {
        let issues = listed(findings.issues, "问题，请先改正上面的");
        return Err(Unloadable { issues, warnings: listed(warnings, "提醒") });
    }
    let mut corpus = Corpus {
        entries,
        synonyms: contents.synonyms,
        dictionary: contents.dictionary,
        stopwords: contents.stopwords,
        routing: contents.routing,
        smalltalk: contents.smalltalk,
        golden: contents.golden,
        calibration,
        version: String::new(),
        warnings: listed(warnings, "提醒"),
    };
    corpus.version = version::of(&corpus);
    Ok(corpus)
}

fn listed(mut issues: Vec<Issue>, what: &str) -> Vec<Issue> {
    issues.sort();
    issues.dedup();
    if issues.len() > MAX_ISSUES {
        let rest = issues.len() - MAX_ISSUES;
        issues.truncate(MAX_ISSUES);
        issues.push(Issue { file: ".".to_owned(), line: None, message: format!("还有 {rest} 个{what}") });
    }
    issues
}
