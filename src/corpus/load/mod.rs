//! Corpus files → a checked [`Corpus`], or every issue found. One file per format; all give the same drafts.
//!
//! Nothing here decides what an entry means to a customer, and nothing is kept of a corpus with issues. How bytes become
//! text and spreadsheets become rows is shared with the ticket files.

pub(crate) mod csv_file;
mod dates;
pub(in crate::corpus) mod draft;
pub(crate) mod encoding;
mod files;
pub(in crate::corpus) mod findings;
mod golden_file;
mod header;
mod jsonl_file;
mod node;
mod record;
mod routing_file;
pub(crate) mod sheet;
mod spelling;
mod toml_file;
mod words;
pub(crate) mod xlsx_file;

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use files::SourceFile;
pub use words::DEFAULT_STOPWORDS;

use self::draft::Draft;
use self::files::Kind;
use self::findings::Findings;
use super::golden::GoldenCase;
use super::{Corpus, Issue, Place, Routing, validate, version};

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
    let files = files::read_dir(dir, &mut findings);
    load(&files, zone, findings)
}

/// The corpus in a list of files, in any order.
///
/// # Errors
/// As [`load_dir`].
pub fn load_files(files: &[SourceFile], zone: &TimeZone) -> Result<Corpus, Vec<Issue>> {
    let mut sorted: Vec<SourceFile> = files.to_vec();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    load(&sorted, zone, Findings::default())
}

/// What all files together say, before entries are compared with each other.
#[derive(Debug, Default)]
struct Contents {
    drafts: Vec<Draft>,
    synonyms: Option<(String, Vec<Vec<String>>)>,
    dictionary: Vec<String>,
    stopwords: Option<Vec<String>>,
    routing: Option<(String, Routing)>,
    golden: Vec<GoldenCase>,
    calibration: Vec<GoldenCase>,
}

fn load(files: &[SourceFile], zone: &TimeZone, mut findings: Findings) -> Result<Corpus, Vec<Issue>> {
    let mut contents = Contents::default();
    for file in files {
        read_file(file, &mut contents, &mut findings);
    }
    let entries = validate::entries(contents.drafts, zone, &mut findings);
    let golden = sorted(contents.golden);
    validate::golden(&entries, &golden, &mut findings);
    let calibration = validate::calibration(&entries, sorted(contents.calibration), &mut findings);
    if !findings.issues.is_empty() {
        return Err(listed(findings.issues, "问题，请先改正上面的"));
    }
    let mut corpus = Corpus {
        entries,
        synonyms: contents.synonyms.map(|(_, groups)| groups).unwrap_or_default(),
        dictionary: contents.dictionary,
        stopwords: contents.stopwords.unwrap_or_else(words::default_stopwords),
        routing: contents.routing.map(|(_, routing)| routing).unwrap_or_default(),
        golden,
        calibration,
        version: String::new(),
        warnings: listed(findings.warnings, "提醒"),
    };
    corpus.version = version::of(&corpus);
    Ok(corpus)
}

fn sorted(mut cases: Vec<GoldenCase>) -> Vec<GoldenCase> {
    cases.sort_by(|a, b| (&a.question, &a.expect, &a.note).cmp(&(&b.question, &b.expect, &b.note)));
    cases
}

fn read_file(file: &SourceFile, contents: &mut Contents, findings: &mut Findings) {
    let path = file.path.as_str();
    let whole = Place { file: path.to_owned(), line: 0 };
    let kind = files::kind(path);
    match kind {
        Kind::Ignored => return,
        Kind::Unknown => {
            findings.warn(&whole, "不认识的文件类型，已忽略（条目请用 .toml、.jsonl、.csv 或 .xlsx）");
            return;
        }
        Kind::Xlsx => {
            contents.drafts.extend(xlsx_file::read(path, &file.bytes, findings));
            return;
        }
        _ => {}
    }
    let Some(text) = encoding::decode(&file.bytes) else {
        findings.issue(&whole, "文字编码无法识别，请另存为 UTF-8（也支持 GB18030 和带 BOM 的 UTF-16）");
        return;
    };
    read_text(kind, path, &text, contents, findings);
}

fn read_text(kind: Kind, path: &str, text: &str, contents: &mut Contents, findings: &mut Findings) {
    match kind {
        Kind::Toml => contents.drafts.extend(toml_file::read(path, text, findings)),
        Kind::JsonLines => contents.drafts.extend(jsonl_file::read(path, text, findings)),
        Kind::Csv => contents.drafts.extend(csv_file::read(path, text, findings)),
        Kind::Synonyms => {
            let groups = words::synonyms(path, text, findings);
            only_one(&mut contents.synonyms, path, groups, findings);
        }
        Kind::Dictionary => {
            contents.dictionary.extend(words::dictionary(path, text, findings));
            contents.dictionary.sort();
            contents.dictionary.dedup();
        }
        Kind::Stopwords => {
            let list = contents.stopwords.get_or_insert_default();
            list.extend(words::stopwords(path, text, findings));
            list.sort();
            list.dedup();
        }
        Kind::Routing => {
            let routing = routing_file::read(path, text, findings);
            only_one(&mut contents.routing, path, routing, findings);
        }
        Kind::Golden => contents.golden.extend(golden_file::read(path, text, findings)),
        Kind::Calibration => contents.calibration.extend(golden_file::read(path, text, findings)),
        Kind::Xlsx | Kind::Ignored | Kind::Unknown => {}
    }
}

/// Two files of these kinds could contradict each other in ways that no order of reading settles.
fn only_one<T>(slot: &mut Option<(String, T)>, path: &str, value: T, findings: &mut Findings) {
    match slot {
        None => *slot = Some((path.to_owned(), value)),
        Some((first, _)) => {
            let place = Place { file: path.to_owned(), line: 0 };
            findings.issue(&place, format!("已经有 {first}，这种文件只能有一个，请合并"));
        }
    }
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

/// A validity window as a file gives it, with what could not be read of it.
#[derive(Debug, Default)]
pub(super) struct Window {
    pub(super) from: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    pub(super) messages: Vec<String>,
}

/// Reads both ends of a validity window.
pub(super) fn window(from: &str, until: &str, zone: &TimeZone) -> Window {
    let mut window = Window::default();
    match dates::parse(from, zone, dates::Edge::From) {
        Ok(moment) => window.from = moment,
        Err(message) => window.messages.push(format!("生效时间：{message}")),
    }
    match dates::parse(until, zone, dates::Edge::Until) {
        Ok(moment) => window.until = moment,
        Err(message) => window.messages.push(format!("失效时间：{message}")),
    }
    window
}

/// A moment in the notation that [`window`] reads back as the same moment in `zone`.
pub(super) fn date_text(moment: Timestamp, zone: &TimeZone) -> String {
    dates::write(moment, zone)
}

/// Whether a header is read as the answer column of exactly this channel.
pub(super) fn reads_as_channel(header: &str, channel: &str) -> bool {
    header::Column::parse(header).is_some_and(|column| column.field == header::Field::ChannelAnswer(channel.to_owned()))
}
