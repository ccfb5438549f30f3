//! Entries as one file for each sheet or file they came from, and new entries among those that stand already.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::{EntryFormat, ExportError, in_file_order, write_entries};
use crate::corpus::read::SourceFile;
use crate::corpus::{Corpus, Entry, Issue, Place, load_files};

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

/// The files of `standing` that change when the entries of `new` are put among its own: an entry with an id that stands
/// already takes its place, others are added at the end of the file named after their source.
///
/// # Errors
/// As [`write_entries`]; the inner error holds what is wrong with the whole that would result, or the entries that
/// stand in files which cannot be rewritten (spreadsheets).
pub fn merge_entries(
    standing: &Corpus,
    new: &Corpus,
    format: EntryFormat,
    zone: &TimeZone,
) -> Result<Result<Vec<SourceFile>, Vec<Issue>>, ExportError> {
    let mut changed: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    let mut issues = Vec::new();
    let mut placed: Vec<Entry> = Vec::new();
    for entry in in_file_order(&new.entries) {
        let place = match standing.entry(&entry.id) {
            Some(old) if format_of(&old.place.file).is_some() => old.place.clone(),
            Some(old) => {
                let message = format!("条目“{}”在表格里，合并只能改 .toml 和 .jsonl，请直接改表格", entry.question);
                issues.push(Issue::at(&old.place, message));
                continue;
            }
            None => {
                let file = file_name(&entry.place.file, format, &mut BTreeSet::new());
                Place::new(file, usize::MAX)
            }
        };
        changed.entry(place.file.clone()).or_default();
        placed.push(Entry { place, ..entry.clone() });
    }
    if !issues.is_empty() {
        return Ok(Err(issues));
    }
    let replaced: BTreeSet<&str> = placed.iter().map(|entry| entry.id.as_str()).collect();
    let mut kept: Vec<Entry> =
        standing.entries.iter().filter(|entry| !replaced.contains(entry.id.as_str())).cloned().collect();
    kept.extend(placed.iter().cloned());
    for entry in &kept {
        if let Some(group) = changed.get_mut(&entry.place.file) {
            group.push(entry.clone());
        }
    }
    let whole = write_entries(&in_file_order(&kept), EntryFormat::JsonLines, zone)?;
    if let Err(issues) = load_files(&[SourceFile { path: "entries.jsonl".to_owned(), bytes: whole }], zone) {
        return Ok(Err(issues));
    }
    let mut files = Vec::new();
    for (path, mut entries) in changed {
        // New entries keep the order they came in, behind those that stand.
        entries.sort_by_key(|entry| entry.place.line);
        let format = format_of(&path).unwrap_or(format);
        files.push(SourceFile { path, bytes: write_entries(&entries.iter().collect::<Vec<_>>(), format, zone)? });
    }
    Ok(Ok(files))
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
