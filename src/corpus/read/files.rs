//! The corpus directory → a list of files, and what each name means.
//!
//! Reads only what has a meaning; ticket sets and measurements that live beside the entries stay unread.

use std::path::{Path, PathBuf};

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
    Json,
    Yaml,
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

impl Kind {
    /// Whether such a file stands beside the entries and holds none.
    pub(super) fn is_settings(self) -> bool {
        matches!(
            self,
            Self::Synonyms
                | Self::Dictionary
                | Self::Stopwords
                | Self::Routing
                | Self::Smalltalk
                | Self::Golden
                | Self::Calibration
        )
    }
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
    match extension(&lower) {
        "toml" => Kind::Toml,
        "jsonl" => Kind::JsonLines,
        "csv" | "tsv" => Kind::Csv,
        "xlsx" | "xlsm" => Kind::Xlsx,
        "json" => Kind::Json,
        "yml" | "yaml" => Kind::Yaml,
        "md" => Kind::Ignored,
        _ if lower.starts_with("readme") || lower.starts_with("license") => Kind::Ignored,
        _ => Kind::Unknown,
    }
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// What to do with a file that is not read, in Chinese.
pub(super) fn advice(path: &str) -> &'static str {
    if kind(path) == Kind::Ignored {
        return "隐藏文件、临时文件和说明文件不算条目，没有读；里面有条目时请改名";
    }
    match extension(&path.to_lowercase()) {
        "xls" => "旧的 .xls 格式读不了，请用表格软件另存为 .xlsx",
        "et" | "ett" => "WPS 的 .et 格式读不了，请在 WPS 里另存为 .xlsx",
        "xlsb" | "ods" | "numbers" => "这种表格格式读不了，请用表格软件另存为 .xlsx",
        "doc" | "docx" | "wps" | "pdf" | "ppt" | "pptx" | "txt" => {
            "这种文档读不了，请把问题和答案整理成表格（.xlsx 或 .csv，第一行写 问题、答案）"
        }
        _ => "不认识的文件类型，没有读（条目请用 .xlsx、.csv、.toml、.jsonl、.json 或 .yml）",
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

/// The meaningful files below `dir`, sorted by path. What cannot be read is an issue; what leads elsewhere (links out of
/// the directory) or never ends (pipes, devices) is named and left alone.
pub(in crate::corpus) fn read_dir(dir: &Path, findings: &mut Findings) -> Vec<SourceFile> {
    let mut visit = Visit { root: PathBuf::new(), files: Vec::new(), findings };
    match std::fs::canonicalize(dir) {
        Ok(root) => {
            visit.root = root;
            visit.folder(dir, "");
        }
        Err(error) => visit.unreadable(".", &error),
    }
    visit.files.sort_by(|a, b| a.path.cmp(&b.path));
    visit.files
}

/// The files of a corpus directory that have a meaning, sorted by path; what cannot be read is left out.
#[must_use]
pub fn source_files(dir: &Path) -> Vec<SourceFile> {
    let mut files = read_dir(dir, &mut Findings::default());
    files.retain(|file| kind(&file.path) != Kind::Unknown);
    files
}

struct Visit<'a> {
    /// The corpus directory without links.
    root: PathBuf,
    files: Vec<SourceFile>,
    findings: &'a mut Findings,
}

impl Visit<'_> {
    fn unreadable(&mut self, path: &str, error: &std::io::Error) {
        self.findings.issue(&Place::new(path, None), format!("读不了：{error}"));
    }

    fn folder(&mut self, dir: &Path, below: &str) {
        let entries = match std::fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(if below.is_empty() { "." } else { below }, &error),
        };
        for entry in entries {
            let Ok(name) = entry.file_name().into_string() else {
                let place = Place::new(entry.file_name().to_string_lossy(), None);
                self.findings.issue(&place, "文件名不是 UTF-8，请改名");
                continue;
            };
            let path = if below.is_empty() { name } else { format!("{below}/{name}") };
            self.one(&entry.path(), path);
        }
    }

    fn one(&mut self, place: &Path, path: String) {
        let whole = Place::new(path.as_str(), None);
        match self.look(place, &path) {
            Ok(Found::Folder) if path.split('/').count() > MAX_DEPTH => {
                let message = format!("目录嵌套超过 {MAX_DEPTH} 层，请检查是否有指回上级的链接");
                self.findings.issue(&whole, message);
            }
            Ok(Found::Folder) => self.folder(place, &path),
            Ok(Found::File(bytes)) => self.files.push(SourceFile { path, bytes }),
            Ok(Found::Nothing) => {}
            Ok(Found::TooLarge) => self.findings.issue(&whole, "文件超过 64 MiB，请拆成几个文件"),
            Ok(Found::Elsewhere) => {
                self.findings.warn(&whole, "是指向知识库目录之外的链接，没有读；需要时请把文件复制进来");
            }
            Ok(Found::Endless) => self.findings.warn(&whole, "不是普通文件（管道或设备），没有读"),
            Err(error) => self.unreadable(&path, &error),
        }
    }

    fn look(&self, place: &Path, path: &str) -> std::io::Result<Found> {
        // A folder is judged as if it held something, so that reserved and hidden ones are not entered.
        let meaning = kind(path);
        if meaning == Kind::Ignored {
            return Ok(Found::Nothing);
        }
        if std::fs::symlink_metadata(place)?.is_symlink() && !std::fs::canonicalize(place)?.starts_with(&self.root) {
            return Ok(Found::Elsewhere);
        }
        let metadata = std::fs::metadata(place)?;
        if metadata.is_dir() {
            let inside = kind(&format!("{path}/entries.toml"));
            return Ok(if inside == Kind::Ignored { Found::Nothing } else { Found::Folder });
        }
        if !metadata.is_file() {
            // Reading a pipe or a device might never end.
            return Ok(Found::Endless);
        }
        match meaning {
            // Left empty: only the name matters for the warning.
            Kind::Unknown => Ok(Found::File(Vec::new())),
            _ if metadata.len() > MAX_FILE_BYTES => Ok(Found::TooLarge),
            _ => std::fs::read(place).map(Found::File),
        }
    }
}

enum Found {
    Folder,
    File(Vec<u8>),
    TooLarge,
    /// A link out of the corpus.
    Elsewhere,
    /// A pipe or a device.
    Endless,
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_corpus_and_pipes_are_named_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let corpus = dir.path().join("corpus");
        std::fs::create_dir_all(corpus.join("folder.csv")).unwrap();
        std::fs::write(dir.path().join("secret.csv"), "root:x:0:0").unwrap();
        std::fs::write(corpus.join("inside.csv"), "问题,答案\n一,甲\n").unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret.csv"), corpus.join("outside.csv")).unwrap();
        std::os::unix::fs::symlink(corpus.join("inside.csv"), corpus.join("again.csv")).unwrap();
        std::os::unix::fs::symlink(dir.path(), corpus.join("up")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(corpus.join("pipe.csv")).status().unwrap().success());
        let mut findings = Findings::default();
        let read: Vec<_> = read_dir(&corpus, &mut findings).into_iter().map(|file| file.path).collect();
        assert_eq!(read, ["again.csv", "inside.csv"]);
        assert_eq!(findings.issues, []);
        let mut warned: Vec<_> = findings.take_warnings().into_iter().map(|issue| issue.file).collect();
        warned.sort();
        assert_eq!(warned, ["outside.csv", "pipe.csv", "up"]);
    }

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
            ("LICENSE", Kind::Ignored),
            ("License常见问题.xlsx", Kind::Xlsx), // about licences, not a licence
            ("readme-faq.csv", Kind::Csv),
            ("export.json", Kind::Json),
            ("nlu.yml", Kind::Yaml),
            ("notes.md", Kind::Ignored),
            ("faq.docx", Kind::Unknown),
            ("noextension", Kind::Unknown),
        ];
        for (path, expected) in rows {
            assert_eq!(kind(path), expected, "{path}");
        }
    }
}
