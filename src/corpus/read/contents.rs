//! All files of a corpus → what they say together, before entries are compared with each other.

use super::files::{self, Kind, SourceFile};
use super::foreign::{self, Notation, Rasa};
use super::settings::{golden_file, routing_file, smalltalk_file, words};
use super::table::{self, Kept};
use super::{jsonl_file, toml_file};
use crate::corpus::Place;
use crate::corpus::draft::{Draft, Findings};
use crate::corpus::golden::GoldenCase;
use crate::routing::Routing;
use crate::smalltalk::Smalltalk;
use crate::spreadsheet::{Row, csv, encoding, xlsx};

/// What all files together say.
#[derive(Debug, Default)]
pub(in crate::corpus) struct Contents {
    pub(in crate::corpus) drafts: Vec<Draft>,
    pub(in crate::corpus) synonyms: Vec<Vec<String>>,
    pub(in crate::corpus) dictionary: Vec<String>,
    pub(in crate::corpus) stopwords: Vec<String>,
    pub(in crate::corpus) routing: Routing,
    pub(in crate::corpus) smalltalk: Smalltalk,
    /// Sorted by question.
    pub(in crate::corpus) golden: Vec<GoldenCase>,
    /// Sorted by question.
    pub(in crate::corpus) calibration: Vec<GoldenCase>,
}

/// How the files were chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::corpus) enum Given {
    /// By standing in a directory: what is no part of a corpus is a warning.
    InDirectory,
    /// By somebody who named each: one that cannot be read is an issue.
    ByName,
}

/// What the files say, read in the order given.
pub(in crate::corpus) fn contents(files: &[SourceFile], given: Given, findings: &mut Findings) -> Contents {
    let mut reading = Reading {
        findings,
        given,
        contents: Contents::default(),
        rasa: Rasa::default(),
        synonyms: None,
        stopwords: None,
        routing: None,
        smalltalk: None,
    };
    for file in files {
        reading.file(file);
    }
    let Reading { findings, mut contents, rasa, synonyms, stopwords, routing, smalltalk, .. } = reading;
    contents.drafts.extend(rasa.drafts(findings));
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
    given: Given,
    contents: Contents,
    rasa: Rasa,
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
            Kind::Ignored if self.given == Given::InDirectory => return,
            Kind::Ignored | Kind::Unknown => return self.passed_over(path, files::advice(path)),
            kind if self.given == Given::ByName && kind.is_settings() => {
                return self.passed_over(path, "这是词表、路由或用例，不是条目，请直接放进知识库目录");
            }
            Kind::Xlsx => return self.workbook(path, &file.bytes),
            _ => {}
        }
        let text = match encoding::decode(&file.bytes) {
            Some(text) => text,
            None if encoding::is_cut(&file.bytes) => {
                return self.findings.issue(&whole, "文件在一个字的中间断了，可能还没有复制完，请重新复制");
            }
            None => {
                let message = "文字编码无法识别，请另存为 UTF-8（也支持 GB18030、Big5 和带 BOM 的 UTF-16）";
                return self.findings.issue(&whole, message);
            }
        };
        self.text(kind, path, &text);
    }

    /// A file that is no part of a corpus: worth a word in a directory, a mistake where somebody named it.
    fn passed_over(&mut self, path: &str, advice: &str) {
        let place = Place::new(path, None);
        match self.given {
            Given::InDirectory => self.findings.warn(&place, advice),
            Given::ByName => self.findings.issue(&place, advice),
        }
    }

    /// The drafts of a workbook. Issues name the sheet behind the file: `faq.xlsx#退货`. Sheets without questions are
    /// helpers (instructions, lists to choose from) as long as another sheet has some.
    fn workbook(&mut self, path: &str, bytes: &[u8]) {
        let (mut helpers, mut tables) = (Vec::new(), 0);
        for sheet in xlsx::sheets(bytes) {
            let sheet = match sheet {
                Ok(sheet) => sheet,
                Err(unreadable) => {
                    let place = Place::new(unreadable.file(path), None);
                    self.findings.issue(&place, unreadable.message);
                    continue;
                }
            };
            let name = format!("{path}#{}", sheet.name);
            if sheet.hidden {
                self.findings.warn(&Place::new(name, None), "工作表是隐藏的，没有读；需要的话请在表格软件里取消隐藏");
                continue;
            }
            match table::read(&name, &sheet.rows, Kept::InCells, self.findings) {
                table::Found::Drafts(drafts) => {
                    tables += 1;
                    self.contents.drafts.extend(drafts);
                    table::note_hidden_rows(&name, &sheet.hidden_rows, self.findings);
                }
                table::Found::NoQuestions(place, heads) => helpers.push((place, heads)),
                table::Found::Nothing => {}
            }
        }
        for (place, heads) in helpers {
            if tables == 0 {
                self.findings.issue(&place, table::no_questions(&heads));
            } else {
                self.findings.warn(&place, format!("没有问题列，整张工作表没有读（第一行是：{heads}）"));
            }
        }
    }

    fn csv(&mut self, path: &str, text: &str) {
        if text.trim().is_empty() {
            return self.findings.warn(&Place::new(path, None), "文件是空的");
        }
        match csv::rows(text, table::known_headers) {
            Ok(rows) => {
                table::note_missing_end(path, text, &rows, self.findings);
                self.table(path, &rows, Kept::Separated);
            }
            Err(line) => self.findings.issue(&Place::new(path, line), csv::OPEN_QUOTE),
        }
    }

    fn table(&mut self, path: &str, rows: &[Row], kept: Kept) {
        match table::read(path, rows, kept, self.findings) {
            table::Found::Drafts(drafts) => self.contents.drafts.extend(drafts),
            table::Found::NoQuestions(place, heads) => self.findings.issue(&place, table::no_questions(&heads)),
            table::Found::Nothing => {}
        }
    }

    fn foreign(&mut self, path: &str, text: &str, notation: Notation) {
        match foreign::read(path, text, notation, &mut self.rasa) {
            Ok(foreign::Found::Rows(rows)) => match table::read(path, &rows, Kept::InCells, self.findings) {
                table::Found::Drafts(drafts) => self.contents.drafts.extend(drafts),
                table::Found::NoQuestions(..) | table::Found::Nothing => self.passed_over(path, NOT_A_CORPUS),
            },
            Ok(foreign::Found::Bot(drafts)) => self.contents.drafts.extend(drafts),
            Ok(foreign::Found::Other) => self.passed_over(path, NOT_A_CORPUS),
            Err((line, cause)) => {
                let name = if notation == Notation::Json { "JSON" } else { "YAML" };
                self.findings.issue(&Place::new(path, line), format!("{name} 读不出来：{cause}"));
            }
        }
    }

    fn text(&mut self, kind: Kind, path: &str, text: &str) {
        let Self { findings, contents, .. } = self;
        match kind {
            Kind::Toml => contents.drafts.extend(toml_file::read(path, text, findings)),
            Kind::JsonLines => contents.drafts.extend(jsonl_file::read(path, text, findings)),
            Kind::Csv => self.csv(path, text),
            Kind::Json => self.foreign(path, text, Notation::Json),
            Kind::Yaml => self.foreign(path, text, Notation::Yaml),
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

const NOT_A_CORPUS: &str =
    "看不出是问答，没有读（支持问答对象的 JSON 数组、Rasa 的 nlu 与 responses、ChatterBot 的 conversations）";

/// Two files of these kinds could contradict each other in ways that no order of reading settles.
fn only_one<T>(slot: &mut Option<(String, T)>, path: &str, value: T, findings: &mut Findings) {
    match slot {
        None => *slot = Some((path.to_owned(), value)),
        Some((first, _)) => {
            findings.issue(&Place::new(path, None), format!("已经有 {first}，这种文件只能有一个，请合并"));
        }
    }
}
