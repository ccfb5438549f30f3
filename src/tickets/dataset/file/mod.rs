//! Ticket files → rows: JSON Lines, CSV and XLSX in the encodings of the corpus, every problem with its file and line.
//!
//! Nothing is dropped silently and nothing is kept that is wrong: one issue refuses the files, all issues are said. How
//! bytes become text and spreadsheets become rows is the corpus's; one file per format says where a row's fields are.

mod column;
mod csv_file;
mod json_lines;
mod label;
mod table;
mod xlsx_file;

use std::path::{Path, PathBuf};

use self::column::COLUMNS;
pub use self::label::LabelField;
use super::labelled::{DatasetError, TicketRow};
use crate::corpus::{Issue, Place};
use crate::spreadsheet::encoding;
use crate::tickets::features::TicketText;

/// Longest title and text together, in characters: the largest limit that the service can be given.
const MOST_CHARS: usize = 1_000_000;
/// Longest label, in characters; what is longer is a text in the wrong column.
const MOST_LABEL_CHARS: usize = 200;

/// Whether labels must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labels {
    Required,
    Optional,
}

/// A ticket as it stands in its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawTicket {
    /// Empty where none is given.
    pub title: String,
    pub text: String,
    /// Trimmed; empty only where labels are optional.
    pub label: String,
    /// Trimmed and in lower case.
    pub channel: Option<String>,
    /// Trimmed and in lower case.
    pub customer_tier: Option<String>,
    /// The line is 1-based; a sheet is named behind its file: `tickets.xlsx#一月`.
    pub place: Place,
}

impl RawTicket {
    /// The row to learn from: without the personal numbers and whatever else normalisation takes away.
    #[must_use]
    pub fn to_row(&self) -> TicketRow {
        TicketRow {
            ticket: TicketText::new(&self.title, &self.text).by(self.channel.as_deref()),
            label: self.label.clone(),
            channel: self.channel.clone(),
            customer_tier: self.customer_tier.clone(),
            place: self.place.clone(),
        }
    }
}

/// Reads every file and normalises its tickets; a directory stands for the ticket files directly in it, by name.
///
/// # Errors
/// [`DatasetError::Read`] for a file that cannot be read, [`DatasetError::NoFiles`] for a directory without ticket
/// files, [`DatasetError::Invalid`] with every issue found.
pub fn read_tickets(paths: &[PathBuf], labels: Labels) -> Result<Vec<TicketRow>, DatasetError> {
    Ok(read_files(paths, labels, LabelField::SkillGroup)?.iter().map(RawTicket::to_row).collect())
}

/// As [`read_tickets`], with this field as the label, which every ticket must have.
///
/// # Errors
/// As [`read_tickets`].
pub fn read_labelled(paths: &[PathBuf], field: LabelField) -> Result<Vec<TicketRow>, DatasetError> {
    Ok(read_raw(paths, field)?.iter().map(RawTicket::to_row).collect())
}

/// As [`read_labelled`], with the tickets as they were written.
///
/// # Errors
/// As [`read_tickets`].
pub fn read_raw(paths: &[PathBuf], field: LabelField) -> Result<Vec<RawTicket>, DatasetError> {
    read_files(paths, Labels::Required, field)
}

fn read_files(paths: &[PathBuf], labels: Labels, field: LabelField) -> Result<Vec<RawTicket>, DatasetError> {
    let mut rows = Vec::new();
    let mut issues = Vec::new();
    for file in expand(paths)? {
        let bytes = std::fs::read(&file).map_err(|source| DatasetError::Read { file: file.clone(), source })?;
        let mut reader =
            Reader { file: file.display().to_string(), labels, field, rows: &mut rows, issues: &mut issues };
        match Format::of(&file) {
            Format::Xlsx => xlsx_file::read(&mut reader, &bytes),
            Format::OldExcel => reader.issue(0, "旧的 .xls 格式读不了，请用表格软件另存为 .xlsx"),
            Format::Csv => reader.decoded(&bytes, csv_file::read),
            Format::JsonLines | Format::Other => reader.decoded(&bytes, json_lines::read),
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
            // Spreadsheet programs leave a lock named `~$tickets.xlsx` beside an open file.
            let lock = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("~$"));
            if Format::of(&file) != Format::Other && !lock {
                inside.push(file);
            }
        }
        if inside.is_empty() {
            return Err(DatasetError::NoFiles(path.clone()));
        }
        inside.sort();
        files.append(&mut inside);
    }
    Ok(files)
}

/// What a file holds, told from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    JsonLines,
    Csv,
    Xlsx,
    OldExcel,
    /// Read as JSON Lines where it is named, left alone in a directory.
    Other,
}

impl Format {
    fn of(file: &Path) -> Self {
        let extension = file.extension().map(|ext| ext.to_string_lossy().to_lowercase()).unwrap_or_default();
        match extension.as_str() {
            "jsonl" => Self::JsonLines,
            "csv" | "tsv" => Self::Csv,
            "xlsx" => Self::Xlsx,
            "xls" => Self::OldExcel,
            _ => Self::Other,
        }
    }
}

/// Collects the rows and issues of one file.
struct Reader<'a> {
    file: String,
    labels: Labels,
    /// What the label is.
    field: LabelField,
    rows: &'a mut Vec<RawTicket>,
    issues: &'a mut Vec<Issue>,
}

impl Reader<'_> {
    /// Notes a problem; line 0 means the whole file.
    fn issue(&mut self, line: usize, message: impl Into<String>) {
        let place = Place::new(self.file.clone(), (line > 0).then_some(line));
        self.issues.push(Issue::at(&place, message));
    }

    fn decoded(&mut self, bytes: &[u8], read: fn(&mut Self, &str)) {
        match encoding::decode(bytes) {
            Some(text) => read(self, &text),
            None => self.issue(broken_line(bytes), "既不是 UTF-8 也不是 GB18030 编码，请另存为 UTF-8"),
        }
    }

    /// Checks the values of one row, in the order of [`COLUMNS`]; `None` where the row has no such field.
    fn row(&mut self, line: usize, values: [Option<String>; COLUMNS.len()]) {
        let [title, text, label, channel, customer_tier] = values;
        if title.is_none() && text.is_none() {
            return self.issue(line, "缺少 text（工单正文）");
        }
        let (title, text) = (title.unwrap_or_default(), text.unwrap_or_default());
        let chars = title.chars().count() + text.chars().count();
        if chars > MOST_CHARS {
            return self.issue(line, format!("标题和正文共 {chars} 字，超过 {MOST_CHARS} 字：是不是少了换行或引号？"));
        }
        let label = match self.label(label.unwrap_or_default().trim()) {
            Ok(label) => label,
            Err(message) => return self.issue(line, message),
        };
        let filled = |value: Option<String>| value.map(|v| v.trim().to_lowercase()).filter(|v| !v.is_empty());
        let place = Place::new(self.file.clone(), line);
        let (channel, customer_tier) = (filled(channel), filled(customer_tier));
        self.rows.push(RawTicket { title, text, label, channel, customer_tier, place });
    }

    fn label(&self, label: &str) -> Result<String, String> {
        if label.is_empty() && self.labels == Labels::Required {
            let (name, meaning) = (self.field.columns()[0], self.field.meaning());
            return Err(format!("标签为空：请填写 {name}（{meaning}）"));
        }
        if label.chars().any(char::is_control) {
            return Err("标签里有换行、制表符或其他控制字符，请删去".to_owned());
        }
        let chars = label.chars().count();
        if chars > MOST_LABEL_CHARS {
            return Err(format!("标签有 {chars} 字，超过 {MOST_LABEL_CHARS} 字：是不是把正文填进了标签？"));
        }
        self.field.value(label.to_owned())
    }
}

/// The line of the first byte that is not UTF-8, in a file that is UTF-8 up to there; 0 in any other.
fn broken_line(bytes: &[u8]) -> usize {
    let sound = std::str::from_utf8(bytes).err().map_or(0, |error| error.valid_up_to());
    let before = &bytes[..sound];
    if before.is_ascii() { 0 } else { 1 + before.split(|byte| *byte == b'\n').count() - 1 }
}

#[cfg(test)]
mod tests;
