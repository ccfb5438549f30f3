//! Corpus files → drafts, word lists, routing and cases. One file per format; all give the same drafts.
//!
//! Nothing here decides what an entry means to a customer or whether entries agree; that is `check/`. How bytes become
//! text and spreadsheets become rows is shared with the ticket files (`spreadsheet/`).

mod files;
mod golden_file;
mod header;
mod jsonl_file;
mod node;
mod record;
mod routing_file;
mod smalltalk_file;
mod spelling;
mod table;
mod toml_file;
mod words;

pub use self::files::SourceFile;
pub(super) use self::files::read_dir as directory;
pub(super) use self::header::reads_as_channel;
pub use self::words::DEFAULT_STOPWORDS;

use self::files::Kind;
use super::draft::{Draft, Findings};
use super::golden::GoldenCase;
use super::{Place, Routing};
use crate::smalltalk::Smalltalk;
use crate::spreadsheet::{csv, encoding, xlsx};

/// What all files together say, before entries are compared with each other.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) drafts: Vec<Draft>,
    pub(super) synonyms: Vec<Vec<String>>,
    pub(super) dictionary: Vec<String>,
    pub(super) stopwords: Vec<String>,
    pub(super) routing: Routing,
    pub(super) smalltalk: Smalltalk,
    /// Sorted by question.
    pub(super) golden: Vec<GoldenCase>,
    /// Sorted by question.
    pub(super) calibration: Vec<GoldenCase>,
}

/// What the files say, read in the order given.
pub(super) fn contents(files: &[SourceFile], findings: &mut Findings) -> Contents {
    let mut reading = Reading {
        findings,
        contents: Contents::default(),
        synonyms: None,
        stopwords: None,
        routing: None,
        smalltalk: None,
    };
    for file in files {
        reading.file(file);
    }
    let Reading { contents, synonyms, stopwords, routing, smalltalk, .. } = reading;
    Contents {
        synonyms: synonyms.map(|(_, groups)| groups).unwrap_or_default(),
        stopwords: stopwords.unwrap_or_else(words::default_stopwords),
        routing: routing.map(|(_, routing)| routing).unwrap_or_default(),
        smalltalk: smalltalk.map(|(_, smalltalk)| smalltalk).unwrap_or_default(),
        golden: sorted(contents.golden),
        calibration: sorted(contents.calibration),
        ..contents
    }
}

fn sorted(mut cases: Vec<GoldenCase>) -> Vec<GoldenCase> {
    cases.sort_by(|a, b| (&a.question, &a.expect, &a.note).cmp(&(&b.question, &b.expect, &b.note)));
    cases
}

struct Reading<'a> {
    findings: &'a mut Findings,
    contents: Contents,
    /// With the file that gave them.
    synonyms: Option<(String, Vec<Vec<String>>)>,
    stopwords: Option<Vec<String>>,
    /// With the file that gave it.
    routing: Option<(String, Routing)>,
    /// With the file that gave it.
    smalltalk: Option<(String, Smalltalk)>,
}

impl Reading<'_> {
    fn file(&mut self, file: &SourceFile) {
        let path = file.path.as_str();
        let whole = Place::new(path, None);
        let kind = files::kind(path);
        match kind {
            Kind::Ignored => return,
            Kind::Unknown => {
                self.findings.warn(&whole, "不认识的文件类型，已忽略（条目请用 .toml、.jsonl、.csv 或 .xlsx）");
                return;
            }
            Kind::Xlsx => return self.workbook(path, &file.bytes),
            _ => {}
        }
        let Some(text) = encoding::decode(&file.bytes) else {
            self.findings.issue(&whole, "文字编码无法识别，请另存为 UTF-8（也支持 GB18030 和带 BOM 的 UTF-16）");
            return;
        };
        self.text(kind, path, &text);
    }

    /// The drafts of a workbook. Issues name the sheet behind the file: `faq.xlsx#退货`.
    fn workbook(&mut self, path: &str, bytes: &[u8]) {
        for sheet in xlsx::sheets(bytes) {
            match sheet {
                Ok(sheet) => {
                    let name = format!("{path}#{}", sheet.name);
                    self.contents.drafts.extend(table::read(&name, &sheet.rows, self.findings));
                }
                Err(unreadable) => {
                    let place = Place::new(unreadable.file(path), None);
                    self.findings.issue(&place, unreadable.message);
                }
            }
        }
    }

    fn csv(&mut self, path: &str, text: &str) {
        if text.trim().is_empty() {
            return self.findings.warn(&Place::new(path, None), "文件是空的");
        }
        match csv::rows(text, table::known_headers) {
            Ok(rows) => self.contents.drafts.extend(table::read(path, &rows, self.findings)),
            Err(line) => self.findings.issue(&Place::new(path, line), csv::OPEN_QUOTE),
        }
    }

    fn text(&mut self, kind: Kind, path: &str, text: &str) {
        let Self { findings, contents, .. } = self;
        match kind {
            Kind::Toml => contents.drafts.extend(toml_file::read(path, text, findings)),
            Kind::JsonLines => contents.drafts.extend(jsonl_file::read(path, text, findings)),
            Kind::Csv => self.csv(path, text),
            Kind::Synonyms => {
                let groups = words::synonyms(path, text, findings);
                only_one(&mut self.synonyms, path, groups, findings);
            }
            Kind::Dictionary => {
                contents.dictionary.extend(words::dictionary(path, text, findings));
                contents.dictionary.sort();
                contents.dictionary.dedup();
            }
            Kind::Stopwords => {
                let list = self.stopwords.get_or_insert_default();
                list.extend(words::stopwords(path, text, findings));
                list.sort();
                list.dedup();
            }
            Kind::Routing => {
                let routing = routing_file::read(path, text, findings);
                only_one(&mut self.routing, path, routing, findings);
            }
            Kind::Smalltalk => {
                let smalltalk = smalltalk_file::read(path, text, findings);
                only_one(&mut self.smalltalk, path, smalltalk, findings);
            }
            Kind::Golden => contents.golden.extend(golden_file::read(path, text, findings)),
            Kind::Calibration => contents.calibration.extend(golden_file::read(path, text, findings)),
            Kind::Xlsx | Kind::Ignored | Kind::Unknown => {}
        }
    }
}

/// Two files of these kinds could contradict each other in ways that no order of reading settles.
fn only_one<T>(slot: &mut Option<(String, T)>, path: &str, value: T, findings: &mut Findings) {
    match slot {
        None => *slot = Some((path.to_owned(), value)),
        Some((first, _)) => {
            findings.issue(&Place::new(path, None), format!("已经有 {first}，这种文件只能有一个，请合并"));
        }
    }
}
