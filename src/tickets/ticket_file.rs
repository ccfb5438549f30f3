//! Ticket files → rows: JSON Lines and CSV, UTF-8 with or without BOM and GB18030, every problem with its file and line.
//!
//! Nothing is dropped silently and nothing is kept that is wrong: one issue refuses the files, all issues are said.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::dataset::{DatasetError, TicketRow};
use super::terms::TicketText;
use crate::corpus::{Issue, Place};

/// Column names of a CSV file in lower case, and the field each stands for.
const HEADERS: [(&str, &[&str]); 5] = [
    ("title", &["title", "subject", "标题", "主题", "工单标题"]),
    ("text", &["text", "content", "body", "内容", "正文", "文本", "描述", "问题", "工单内容", "留言", "留言内容"]),
    ("label", &["label", "skill_group", "group", "标签", "技能组", "分类", "类别", "组别"]),
    ("channel", &["channel", "渠道", "来源"]),
    ("customer_tier", &["customer_tier", "tier", "会员等级", "客户等级", "等级"]),
];

/// Whether labels must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labels {
    Required,
    Optional,
}

/// Reads every file; a directory stands for the `*.jsonl` and `*.csv` directly in it, by name.
///
/// # Errors
/// [`DatasetError::Read`] for a file that cannot be read, [`DatasetError::Invalid`] with every issue found.
pub fn read_tickets(paths: &[PathBuf], labels: Labels) -> Result<Vec<TicketRow>, DatasetError> {
    let mut rows = Vec::new();
    let mut issues = Vec::new();
    for file in expand(paths)? {
        let bytes = std::fs::read(&file).map_err(|source| DatasetError::Read { file: file.clone(), source })?;
        let mut reader = Reader { file: file.display().to_string(), labels, rows: &mut rows, issues: &mut issues };
        match decode(&bytes) {
            Some(text) if is_csv(&file) => reader.csv(&text),
            Some(text) => reader.json_lines(&text),
            None => reader.issue(0, "既不是 UTF-8 也不是 GB18030 编码，请另存为 UTF-8"),
        }
    }
    if issues.is_empty() { Ok(rows) } else { Err(DatasetError::Invalid(issues)) }
}

fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, DatasetError> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let failed = |source| DatasetError::Read { file: path.clone(), source };
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let file = entry.map_err(failed)?.path();
            if is_csv(&file) || file.extension().is_some_and(|ext| ext == "jsonl") {
                inside.push(file);
            }
        }
        inside.sort();
        files.append(&mut inside);
    }
    Ok(files)
}

fn is_csv(file: &Path) -> bool {
    file.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("csv") || ext.eq_ignore_ascii_case("tsv"))
}

fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let (text, _, false) = encoding_rs::UTF_8.decode(bytes) {
        return Some(text);
    }
    let (text, _, broken) = encoding_rs::GB18030.decode(bytes);
    (!broken).then_some(text)
}

/// Collects the rows and issues of one file.
struct Reader<'a> {
    file: String,
    labels: Labels,
    rows: &'a mut Vec<TicketRow>,
    issues: &'a mut Vec<Issue>,
}

impl Reader<'_> {
    fn issue(&mut self, line: usize, message: impl Into<String>) {
        let place = Place { file: self.file.clone(), line };
        self.issues.push(Issue::at(&place, message));
    }

    fn json_lines(&mut self, text: &str) {
        for (line, content) in (1..).zip(text.lines()) {
            if content.trim().is_empty() {
                continue;
            }
            match serde_json::from_str::<Map<String, Value>>(content) {
                Ok(fields) => self.json_row(line, &fields),
                Err(error) => self.issue(line, format!("不是一个 JSON 对象（第 {} 列）：{error}", error.column())),
            }
        }
    }

    fn json_row(&mut self, line: usize, fields: &Map<String, Value>) {
        let mut values = [const { None }; HEADERS.len()];
        for (value, (name, _)) in values.iter_mut().zip(HEADERS) {
            *value = match fields.get(name) {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(text.clone()),
                Some(Value::Number(number)) if name == "label" => Some(number.to_string()),
                Some(_) => return self.issue(line, format!("字段 {name} 应为字符串")),
            };
        }
        self.row(line, values);
    }

    fn csv(&mut self, text: &str) {
        let first = text.lines().next().unwrap_or_default();
        let delimiter = if first.contains('\t') { b'\t' } else { b',' };
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
        let columns = match reader.headers() {
            Ok(headers) => columns(headers),
            Err(error) => return self.issue(1, format!("表头读不出来：{error}")),
        };
        if columns[1].is_none() {
            return self.issue(1, "缺少文本列，列名可以是 text、content、内容、正文 等");
        }
        if columns[2].is_none() && self.labels == Labels::Required {
            return self.issue(1, "缺少标签列，列名可以是 label、标签、技能组 等");
        }
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    let values = columns.map(|column| column.and_then(|at| record.get(at)).map(ToOwned::to_owned));
                    self.row(usize::try_from(line).unwrap_or(0), values);
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    self.issue(usize::try_from(line).unwrap_or(0), format!("这一行读不出来：{error}"));
                }
            }
        }
    }

    /// Checks the values of one row, in the order of [`HEADERS`].
    fn row(&mut self, line: usize, [title, text, label, channel, customer_tier]: [Option<String>; 5]) {
        let Some(text) = text else {
            return self.issue(line, "缺少 text（工单正文）");
        };
        let label = label.unwrap_or_default().trim().to_owned();
        if label.is_empty() && self.labels == Labels::Required {
            return self.issue(line, "标签为空：请填写 label（技能组）");
        }
        let filled = |value: Option<String>| value.map(|v| v.trim().to_lowercase()).filter(|v| !v.is_empty());
        self.rows.push(TicketRow {
            ticket: TicketText::new(&title.unwrap_or_default(), &text).by(channel.as_deref()),
            label,
            channel: filled(channel),
            customer_tier: filled(customer_tier),
            place: Place { file: self.file.clone(), line },
        });
    }
}

fn columns(headers: &csv::StringRecord) -> [Option<usize>; HEADERS.len()] {
    HEADERS.map(|(_, names)| {
        headers
            .iter()
            .position(|header| names.contains(&header.trim().trim_start_matches('\u{feff}').to_lowercase().as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, bytes: &[u8]) -> Result<Vec<TicketRow>, DatasetError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        read_tickets(&[file], Labels::Required)
    }

    #[test]
    fn reads_both_formats_and_both_encodings() {
        let csv = "标题,内容,技能组\n退货,\"衣服小了，\n想退\",refund\n,话费没到账,phone\n";
        let (gb18030, _, _) = encoding_rs::GB18030.encode(csv);
        let jsonl = concat!(
            r#"{"title":"退货","text":"衣服小了,想退","label":"refund","channel":"WeChat"}"#,
            "\n\n",
            r#"{"text":"话费没到账","label":"phone"}"#
        );
        for (name, bytes) in [
            ("a.csv", csv.as_bytes()),
            ("bom.csv", format!("\u{feff}{csv}").as_bytes()),
            ("gb.csv", &gb18030),
            ("tab.tsv", csv.replace(',', "\t").as_bytes()),
            ("a.jsonl", jsonl.as_bytes()),
        ] {
            let rows = read(name, bytes).unwrap();
            assert_eq!(rows.len(), 2, "{name}");
            assert_eq!((rows[0].ticket.title.as_str(), rows[0].label.as_str()), ("退货", "refund"), "{name}");
            assert_eq!((rows[1].ticket.text.as_str(), rows[1].label.as_str()), ("话费没到账", "phone"), "{name}");
        }
    }

    #[test]
    fn says_every_problem_with_its_line() {
        let rows: [(&str, &[u8], &[&str]); 5] = [
            // each kind of bad row, all in one answer
            (
                "a.jsonl",
                b"{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"a\"\n{\"label\":\"x\"}\n{\"text\":\"a\",\"label\":\" \"}\n{\"text\":1,\"label\":\"x\"}\n",
                &["a.jsonl:2: 不是一个 JSON", "a.jsonl:3: 缺少 text", "a.jsonl:4: 标签为空", "a.jsonl:5: 字段 text"],
            ),
            ("a.csv", "序号,标签\n1,x\n".as_bytes(), &["a.csv:1: 缺少文本列"]),
            ("b.csv", "内容\n退款\n".as_bytes(), &["b.csv:1: 缺少标签列"]),
            ("c.csv", "内容,标签\n退款,\n".as_bytes(), &["c.csv:2: 标签为空"]),
            ("d.jsonl", b"{\"text\":\"\xff\xff\"}", &["d.jsonl: 既不是 UTF-8"]),
        ];
        for (name, bytes, expected) in rows {
            let error = read(name, bytes).unwrap_err().to_string();
            for line in expected {
                assert!(error.contains(line), "{line} not in {error}");
            }
            assert_eq!(error.lines().count(), expected.len(), "{error}");
        }
    }

    #[test]
    fn says_which_file_is_missing() {
        let error = read_tickets(&[PathBuf::from("nowhere.jsonl")], Labels::Required).unwrap_err();
        assert!(error.to_string().contains("nowhere.jsonl"));
    }
}
