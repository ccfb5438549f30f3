//! Entries as one file for each sheet or file they came from, and new entries among those that stand already.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::{EntryFormat, ExportError, in_file_order, write_entries};
use crate::corpus::read::SourceFile;
use crate::corpus::{Corpus, Entry, Issue, Place};

/// The entries as files: one for each sheet or file they came from, named after it, in the order they stand there.
///
/// # Errors
/// As [`write_entries`].
pub fn write_by_source(
    entries: &[Entry],
    format: EntryFormat,
    zone: &TimeZone,
) -> Result<Vec<SourceFile>, ExportError> {
    let ordered = in_file_order(entries);
    let mut taken = BTreeSet::new();
    let mut files = Vec::new();
    for group in ordered.chunk_by(|a, b| a.place.file == b.place.file) {
        let source = group.first().map_or("", |first| first.place.file.as_str());
        let path = file_name(source, format, &mut taken);
        files.push(SourceFile { path, bytes: write_entries(group, format, zone)? });
    }
    Ok(files)
}

/// What comes of putting new entries among those that stand.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The files that change, whole.
    pub files: Vec<SourceFile>,
    /// Entries that take the place of one with the same id.
    pub changed: usize,
    pub added: usize,
    /// Entries that stand already as they are.
    pub unchanged: usize,
}

/// The files of `standing` that change when the entries of `new` are put among its own: an entry with an id that stands
/// already takes its place, others are added at the end of the file named after their sheet or file. Whether the whole
/// that results is a corpus is not judged here.
///
/// # Errors
/// As [`write_entries`]; the inner error holds the entries that stand in files which cannot be rewritten
/// (spreadsheets).
pub fn merge_entries(
    standing: &Corpus,
    new: &Corpus,
    format: EntryFormat,
    zone: &TimeZone,
) -> Result<Result<Merged, Vec<Issue>>, ExportError> {
    let mut issues = Vec::new();
    let mut merged = Merged::default();
    let mut placed: Vec<Entry> = Vec::new();
    for entry in in_file_order(&new.entries) {
        let Some(old) = standing.entry(&entry.id) else {
            merged.added += 1;
            placed
                .push(Entry { place: Place::new(standing_file(standing, entry, format), usize::MAX), ..entry.clone() });
            continue;
        };
        // A sheet without numbers does not take them away.
        let entry = Entry { place: old.place.clone(), number: entry.number.or(old.number), ..entry.clone() };
        if entry == *old {
            merged.unchanged += 1;
        } else if format_of(&old.place.file).is_some() {
            merged.changed += 1;
            placed.push(entry);
        } else {
            let message = format!("条目“{}”在表格里，合并只能改 .toml 和 .jsonl，请直接改表格", entry.question);
            issues.push(Issue::at(&old.place, message));
        }
    }
    if !issues.is_empty() {
        return Ok(Err(issues));
    }
    let replaced: BTreeSet<&str> = placed.iter().map(|entry| entry.id.as_str()).collect();
    let stays = |entry: &&Entry| !replaced.contains(entry.id.as_str());
    let mut files: BTreeMap<&str, Vec<&Entry>> =
        placed.iter().map(|entry| (entry.place.file.as_str(), Vec::new())).collect();
    for entry in standing.entries.iter().filter(stays).chain(&placed) {
        if let Some(file) = files.get_mut(entry.place.file.as_str()) {
            file.push(entry);
        }
    }
    for (path, mut entries) in files {
        // New entries keep the order they came in, behind those that stand.
        entries.sort_by_key(|entry| entry.place.line);
        let bytes = write_entries(&entries, format_of(path).unwrap_or(format), zone)?;
        merged.files.push(SourceFile { path: path.to_owned(), bytes });
    }
    Ok(Ok(merged))
}

/// Where a new entry goes: to the file that its sheet was exported from, else to the one named after its source.
fn standing_file(standing: &Corpus, entry: &Entry, format: EntryFormat) -> String {
    let sheet = entry.place.file.split_once('#').map_or("", |(_, sheet)| sheet);
    let is_of_sheet = |path: &&str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        format_of(path).is_some() && name.rsplit_once('.').is_some_and(|(stem, _)| stem == sheet)
    };
    let mut paths = standing.entries.iter().map(|entry| entry.place.file.as_str());
    let found = paths.find(is_of_sheet).map(str::to_owned);
    found.unwrap_or_else(|| file_name(&entry.place.file, format, &mut BTreeSet::new()))
}

/// The format a file can be rewritten in.
fn format_of(path: &str) -> Option<EntryFormat> {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("toml") => Some(EntryFormat::Toml),
        Some("jsonl") => Some(EntryFormat::JsonLines),
        _ => None,
    }
}

/// Names with a meaning of their own in a corpus directory.
const RESERVED: [&str; 4] = ["routing", "smalltalk", "golden", "calibration"];

/// `faq.xlsx#售后` as `faq-售后.toml`: a name that a corpus directory reads as entries and no other file has.
fn file_name(source: &str, format: EntryFormat, taken: &mut BTreeSet<String>) -> String {
    let (file, sheet) = source.split_once('#').unwrap_or((source, ""));
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let joined = if sheet.is_empty() { stem.to_owned() } else { format!("{stem}-{sheet}") };
    let plain: String = joined.chars().map(|c| if is_plain(c) { c } else { '_' }).take(60).collect();
    let plain = plain.trim_matches(['.', ' ', '~', '$', '#']);
    let base = match plain {
        "" => "entries".to_owned(),
        reserved if RESERVED.contains(&reserved.to_lowercase().as_str()) => format!("faq-{reserved}"),
        plain => plain.to_owned(),
    };
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    let mut names = std::iter::once(base.clone()).chain(numbered);
    let free = names.find(|name| taken.insert(name.to_lowercase())).unwrap_or_default();
    format!("{free}.{}", format.extension())
}

/// Whether every file system takes the character in a name.
fn is_plain(c: char) -> bool {
    !c.is_control() && !"/\\:*?\"<>|#".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_where_entries_came_from() {
        let mut taken = BTreeSet::new();
        let rows = [
            ("faq.xlsx#售后", "faq-售后.toml"),
            ("sub/faq.csv", "faq.toml"),
            ("FAQ.json", "FAQ-2.toml"),
            ("golden.csv", "faq-golden.toml"), // not the golden questions
            ("a.xlsx#问/答", "a-问_答.toml"),
            ("", "entries.toml"),
        ];
        for (source, name) in rows {
            assert_eq!(file_name(source, EntryFormat::Toml, &mut taken), name);
        }
    }
}
