//! A ticket set made ready for every check: normalised once, keyed once, clustered once.

use super::finding::Spot;
use crate::text::match_key;
use crate::tickets::dataset::TicketRow;
use crate::tickets::folds::near_duplicates;
use crate::tickets::terms::TicketText;
use crate::tickets::ticket_file::RawTicket;

/// Characters of a text that are shown.
const EXCERPT: usize = 30;
/// Digits of a text from which none of them is shown: they may belong to a number that normalisation does not know.
const MANY_DIGITS: usize = 7;

/// The rows under examination.
pub(super) struct TicketSet<'a> {
    pub(super) raw: &'a [RawTicket],
    pub(super) rows: Vec<TicketRow>,
    /// Letters, digits and placeholders of each row: rows with the same key have the same text.
    pub(super) keys: Vec<String>,
    /// The first row of each row's cluster of near-duplicates.
    pub(super) clusters: Vec<usize>,
}

impl<'a> TicketSet<'a> {
    pub(super) fn new(raw: &'a [RawTicket]) -> Self {
        let rows: Vec<TicketRow> = raw.iter().map(RawTicket::to_row).collect();
        let keys = rows.iter().map(|row| match_key(&row.ticket.joined())).collect();
        let tickets: Vec<TicketText> = rows.iter().map(|row| row.ticket.clone()).collect();
        Self { raw, clusters: near_duplicates(&tickets), rows, keys }
    }

    pub(super) fn label(&self, row: usize) -> &str {
        &self.rows[row].label
    }

    /// Share of the set that this many rows make up.
    pub(super) fn share(&self, rows: usize) -> f64 {
        rows as f64 / self.rows.len().max(1) as f64
    }

    /// Rows of each cluster with at least two, cluster by cluster in the order of the files. Rows that say nothing are
    /// like each other and are left out.
    pub(super) fn repeated(&self) -> Vec<Vec<usize>> {
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); self.rows.len()];
        for (row, cluster) in self.clusters.iter().enumerate().filter(|(row, _)| !self.keys[*row].is_empty()) {
            members[*cluster].push(row);
        }
        members.retain(|cluster| cluster.len() > 1);
        members
    }

    /// The row's place with the beginning of its text.
    pub(super) fn spot(&self, row: usize) -> Spot {
        spot(&self.rows[row])
    }

    /// The row's place alone.
    pub(super) fn bare_spot(&self, row: usize) -> Spot {
        Spot { text: None, ..self.spot(row) }
    }
}

/// A row's place with the beginning of its text.
pub(super) fn spot(row: &TicketRow) -> Spot {
    let joined = row.ticket.joined();
    let hide = joined.chars().filter(char::is_ascii_digit).count() >= MANY_DIGITS;
    let shown = joined.chars().map(|c| match c {
        '\n' => ' ',
        '0'..='9' if hide => '*',
        other => other,
    });
    let mut text: String = shown.take(EXCERPT).collect();
    if joined.chars().count() > EXCERPT {
        text.push('…');
    }
    Spot { file: row.place.file.clone(), line: row.place.line, label: row.label.clone(), text: Some(text) }
}
