//! Files of other products: JSON lists, and the YAML of bots.
//!
//! Our own JSON Lines and TOML are strict and say every slip; these are read by the heads of spreadsheets, and what has
//! no meaning here is passed over and said once.

mod bot_corpus;
mod json_file;
mod objects;
mod yaml_file;

pub(super) use self::bot_corpus::Rasa;
use crate::corpus::draft::Draft;
use crate::corpus::read::node::Node;
use crate::spreadsheet::Row;

/// The two notations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    Json,
    Yaml,
}

/// What such a file turned out to hold.
#[derive(Debug)]
pub(super) enum Found {
    /// A table made of objects.
    Rows(Vec<Row>),
    /// What a bot learns from; the drafts of Rasa come when all files are read.
    Bot(Vec<Draft>),
    /// Nothing that could be questions and answers.
    Other,
}

/// Reads a file of either notation.
///
/// # Errors
/// Line and cause where the text does not follow its notation, or holds too many different keys.
pub(super) fn read(file: &str, text: &str, notation: Notation, rasa: &mut Rasa) -> Result<Found, (usize, String)> {
    let root: Node = match notation {
        Notation::Json => json_file::read(text)?,
        Notation::Yaml => yaml_file::read(text)?,
    };
    let mut drafts = Vec::new();
    let Some(root) = bot_corpus::read(file, root, rasa, &mut drafts) else { return Ok(Found::Bot(drafts)) };
    let objects = objects::of(root);
    if objects.is_empty() {
        return Ok(Found::Other);
    }
    objects::rows(objects).map(Found::Rows).ok_or_else(|| (1, "不同的键太多，读不出一张表".to_owned()))
}
