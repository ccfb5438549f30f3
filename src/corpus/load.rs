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

/// The corpus in a directory. Dates without an offset are meant in `zone`.
///
/// # Errors
/// Every issue found, sorted by file and line, at most 1,000 with a last one that counts the rest.
pub fn load_dir(dir: &Path, zone: &TimeZone) -> Result<Corpus, Vec<Issue>> {
    let mut findings = Findings::default();
    let files = read::directory(dir, &mut findings);
    load(&files, Given::InDirectory, zone, findings)
}

/// The corpus in a list of files, in any order.
///
/// # Errors
/// As [`load_dir`].
pub fn load_files(files: &[SourceFile], zone: &TimeZone) -> Result<Corpus, Vec<Issue>> {
    load(&sorted(files), Given::InDirectory, zone, Findings::default())
}

/// As [`load_files`], for files that somebody named one by one: each must hold entries, and one that cannot be read is
/// an issue with its name.
///
/// # Errors
/// As [`load_dir`].
pub fn load_named_files(files: &[SourceFile], zone: &TimeZone) -> Result<Corpus, Vec<Issue>> {
    load(&sorted(files), Given::ByName, zone, Findings::default())
}

fn sorted(files: &[SourceFile]) -> Vec<SourceFile> {
    let mut sorted: Vec<SourceFile> = files.to_vec();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    sorted
}

fn load(files: &[SourceFile], given: Given, zone: &TimeZone, mut findings: Findings) -> Result<Corpus, Vec<Issue>> {
    let contents = read::contents(files, given, &mut findings);
    let entries = check::entries(contents.drafts, zone, &mut findings);
    check::golden(&entries, &contents.golden, &mut findings);
    let calibration = check::calibration(&entries, contents.calibration, &mut findings);
    let warnings = findings.take_warnings();
    if entries.is_empty() {
        // Where nothing is left, what was left out is why.
        findings.issues.extend(warnings.iter().cloned());
    }
    if !findings.issues.is_empty() {
        return Err(listed(findings.issues, "问题，请先改正上面的"));
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
