//! Corpus files → drafts, word lists, routing and cases. One file per format; all give the same drafts.
//!
//! Nothing here decides what an entry means to a customer or whether entries agree; that is `check/`. How bytes become
//! text and spreadsheets become rows is shared with the ticket files (`spreadsheet/`).

mod contents;
mod files;
mod foreign;
mod jsonl_file;
mod node;
mod record;
mod settings;
mod spelling;
mod table;
mod toml_file;

pub(super) use self::contents::{Given, contents};
pub(super) use self::files::read_dir as directory;
pub use self::files::{SourceFile, source_files};
pub(super) use self::table::{VERBATIM, reads_as_channel};
