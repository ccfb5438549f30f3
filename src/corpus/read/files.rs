//! The corpus directory → a list of files, and what each name means.
//!
//! Reads only what has a meaning; ticket sets and measurements that live beside the entries stay unread.

use std::path::Path;

use crate::corpus::Place;
use crate::corpus::draft::Findings;

/// A file of a corpus, wherever it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path below the corpus directory, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// What a file holds, told from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Toml,
    JsonLines,
    Csv,
    Xlsx,
    Synonyms,
    Dictionary,
    Stopwords,
    Routing,
    Smalltalk,
    Golden,
    Calibration,
    /// Not part of the corpus, and expected to be there.
    Ignored,
    /// Not part of the corpus; worth a warning.
    Unknown,
}

/// Folders directly below the corpus directory that hold no entries.
const RESERVED_FOLDERS: [&str; 2] = ["tickets", "eval"];

/// Folders inside folders; deeper means a link that leads back up.
const MAX_DEPTH: usize = 16;

/// A corpus file is written by people; anything larger is something else.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// What the file at a path below the corpus directory holds.
pub(super) fn kind(path: &str) -> Kind {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_lowercase();
    if path.split('/').any(|part| part.starts_with('.')) || is_leftover(name) || is_reserved(path) {
        return Kind::Ignored;
    }
    match lower.as_str() {
        "synonyms.txt" => return Kind::Synonyms,
        "dictionary.txt" => return Kind::Dictionary,
        "stopwords.txt" => return Kind::Stopwords,
        "routing.toml" => return Kind::Routing,
        "smalltalk.toml" => return Kind::Smalltalk,
        "golden.jsonl" => return Kind::Golden,
        "calibration.jsonl" => return Kind::Calibration,
        _ => {}
    }
    if lower.starts_with("readme") || lower.starts_with("license") {
        return Kind::Ignored;
    }
    match lower.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "toml" => Kind::Toml,
        "jsonl" => Kind::JsonLines,
        "csv" | "tsv" => Kind::Csv,
        "xlsx" => Kind::Xlsx,
        "md" => Kind::Ignored,
        _ => Kind::Unknown,
    }
}

fn is_reserved(path: &str) -> bool {
    path.split_once('/').is_some_and(|(folder, _)| RESERVED_FOLDERS.contains(&folder))
}

/// Lock and backup files of editors and office programs.
fn is_leftover(name: &str) -> bool {
    name.starts_with("~$")
        || name.starts_with('#')
        || name.ends_with('~')
        || [".swp", ".swo", ".bak", ".tmp"].iter().any(|end| name.ends_with(end))
}

/// The meaningful files below `dir`, sorted by path. What cannot be read is an issue.
pub(in crate::corpus) fn read_dir(dir: &Path, findings: &mut Findings) -> Vec<SourceFile> {
    let mut files = Vec::new();
    visit(dir, "", &mut files, findings);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn visit(dir: &Path, below: &str, files: &mut Vec<SourceFile>, findings: &mut Findings) {
    let unreadable = |path: &str, error: &std::io::Error| (Place::new(path, None), format!("读不了：{error}"));
    let entries = match std::fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
        Ok(entries) => entries,
        Err(error) => {
            let (place, message) = unreadable(if below.is_empty() { "." } else { below }, &error);
            findings.issue(&place, message);
            return;
        }
    };
    for entry in entries {
        let Ok(name) = entry.file_name().into_string() else {
            let place = Place::new(entry.file_name().to_string_lossy(), None);
            findings.issue(&place, "文件名不是 UTF-8，请改名");
            continue;
        };
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        match read_one(&entry.path(), &path) {
            Ok(Found::Folder) if path.split('/').count() > MAX_DEPTH => {
                let place = Place::new(path, None);
                findings.issue(&place, format!("目录嵌套超过 {MAX_DEPTH} 层，请检查是否有指回上级的链接"));
            }
            Ok(Found::Folder) => visit(&entry.path(), &path, files, findings),
            Ok(Found::File(bytes)) => files.push(SourceFile { path, bytes }),
            Ok(Found::Nothing) => {}
            Ok(Found::TooLarge) => {
                findings.issue(&Place::new(path, None), "文件超过 64 MiB，请拆成几个文件");
            }
            Err(error) => {
                let (place, message) = unreadable(&path, &error);
                findings.issue(&place, message);
            }
        }
    }
}

enum Found {
    Folder,
    File(Vec<u8>),
    TooLarge,
    Nothing,
}

fn read_one(place: &Path, path: &str) -> std::io::Result<Found> {
    // A folder is judged as if it held something, so that reserved and hidden ones are not entered.
    let meaning = kind(path);
    if meaning == Kind::Ignored {
        return Ok(Found::Nothing);
    }
    let metadata = std::fs::metadata(place)?;
    if metadata.is_dir() {
        return Ok(if kind(&format!("{path}/entries.toml")) == Kind::Ignored { Found::Nothing } else { Found::Folder });
    }
    if !metadata.is_file() {
        // Reading a pipe or a device might never end.
        return Ok(Found::Nothing);
    }
    match meaning {
        // Left empty: only the name matters for the warning.
        Kind::Unknown => Ok(Found::File(Vec::new())),
        _ if metadata.len() > MAX_FILE_BYTES => Ok(Found::TooLarge),
        _ => std::fs::read(place).map(Found::File),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_files_hold() {
        let rows = [
            ("售后/退款.toml", Kind::Toml),
            ("faq.CSV", Kind::Csv),
            ("sub/synonyms.txt", Kind::Synonyms),
            ("smalltalk.toml", Kind::Smalltalk),
            ("~$faq.xlsx", Kind::Ignored),    // Excel's lock
            (".faq.toml.swp", Kind::Ignored), // vim's
            ("faq.toml~", Kind::Ignored),
            (".git/config.toml", Kind::Ignored),
            ("tickets/a.jsonl", Kind::Ignored), // ticket sets
            ("eval/questions.csv", Kind::Ignored),
            ("sub/tickets/a.jsonl", Kind::JsonLines), // reserved only at the top
            ("README.txt", Kind::Ignored),
            ("notes.md", Kind::Ignored),
            ("faq.docx", Kind::Unknown),
            ("noextension", Kind::Unknown),
        ];
        for (path, expected) in rows {
            assert_eq!(kind(path), expected, "{path}");
        }
    }
}
