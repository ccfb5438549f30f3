//! A corpus → files that load as the same version, in every format.
//!
//! Comments and the layout of the original files are not kept; content is.

mod by_source;
mod settings;
mod table;
mod toml;
mod workbook;

use jiff::tz::TimeZone;

pub use self::by_source::{Merged, merge_entries, write_by_source};

use super::read::SourceFile;
use super::{Corpus, Entry};

/// A file format for entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryFormat {
    Toml,
    JsonLines,
    Csv,
    Xlsx,
}

/// Why a corpus cannot be written in a format.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("cannot write the entries as JSON Lines")]
    Json(#[from] serde_json::Error),
    #[error("cannot write the entries or the routing as TOML")]
    Toml(#[from] ::toml::ser::Error),
    #[error("cannot write the entries as CSV")]
    Csv(#[from] csv::Error),
    #[error("cannot write the entries as a workbook")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
}

impl EntryFormat {
    /// The extension of the format's files, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Toml => "toml",
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// The entries in the order of the files they came from, each file's in the order they stand in.
#[must_use]
pub fn in_file_order(entries: &[Entry]) -> Vec<&Entry> {
    let mut ordered: Vec<&Entry> = entries.iter().collect();
    ordered.sort_by(|a, b| (&a.place, &a.id).cmp(&(&b.place, &b.id)));
    ordered
}

/// The entries alone as one file, in the order given; dates are written for `zone`. A workbook has a sheet for each file
/// the entries came from.
///
/// # Errors
/// When the format cannot hold them: a workbook has at most 16,384 columns.
pub fn write_entries(entries: &[&Entry], format: EntryFormat, zone: &TimeZone) -> Result<Vec<u8>, ExportError> {
    match format {
        EntryFormat::Toml => Ok(toml::write(entries, zone)?.into_bytes()),
        EntryFormat::JsonLines => json_lines(entries),
        EntryFormat::Csv => table::csv(entries, zone),
        EntryFormat::Xlsx => workbook::xlsx(entries, zone),
    }
}

/// The whole corpus as the files of a corpus directory.
///
/// # Errors
/// As [`write_entries`].
pub fn write_directory(corpus: &Corpus, format: EntryFormat, zone: &TimeZone) -> Result<Vec<SourceFile>, ExportError> {
    let path = format!("entries.{}", format.extension());
    let mut files = vec![SourceFile { path, bytes: write_entries(&in_file_order(&corpus.entries), format, zone)? }];
    files.extend(settings::files(corpus)?);
    Ok(files)
}

fn json_lines(entries: &[&Entry]) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut bytes, entry)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}
