//! A ticket set made ready for every check: normalised once, keyed once, clustered once.

use std::borrow::Cow;

use super::defect::Spot;
use crate::text::match_key;
use crate::text::placeholder::{EMAIL, IDENTITY, NUMBER, PHONE, URL};
use crate::tickets::dataset::{RawTicket, TicketRow, near_duplicates};
use crate::tickets::features::TicketText;

/// Characters of a text that are shown.
const EXCERPT: usize = 30;
/// Digits, blanks and hyphens between them passed over, from which a number is not shown: normalisation may not know
/// it for personal.
const MANY_DIGITS: usize = 6;

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
    let text = Some(excerpt(&row.ticket.joined()));
    Spot { file: row.place.file.clone(), line: row.place.line.unwrap_or_default(), label: row.label.clone(), text }
}

/// How a text begins, on one line, long numbers starred out.
pub(super) fn excerpt(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    for run in chars.chunk_by_mut(|a, b| in_number(*a) && in_number(*b)) {
        if run.iter().filter(|c| c.is_numeric()).count() >= MANY_DIGITS {
            run.iter_mut().filter(|c| c.is_numeric()).for_each(|c| *c = '*');
        }
    }
    let mut shown: String = chars.iter().take(EXCERPT).map(|c| named(*c)).collect();
    if chars.len() > EXCERPT {
        shown.push('…');
    }
    shown
}

/// A placeholder as people call what it stands for; any other character as it is.
fn named(c: char) -> Cow<'static, str> {
    match c {
        PHONE => Cow::Borrowed("[电话]"),
        NUMBER => Cow::Borrowed("[号码]"),
        IDENTITY => Cow::Borrowed("[证件号]"),
        EMAIL => Cow::Borrowed("[邮箱]"),
        URL => Cow::Borrowed("[网址]"),
        other => Cow::Owned(other.to_string()),
    }
}

fn in_number(c: char) -> bool {
    c.is_numeric() || matches!(c, ' ' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_and_holds_no_long_number() {
        for (text, shown) in [
            ("充值100元\n没到账", "充值100元 没到账"),
            ("2026年11月11日，100元", "2026年11月11日，100元"),
            ("卡6222 0212 3456", "卡**** **** ****"),
            ("尾号123456", "尾号******"),
            ("打⌁没人接", "打[电话]没人接"),
            (&"长".repeat(31), &format!("{}…", "长".repeat(30))),
        ] {
            assert_eq!(excerpt(text), shown);
        }
        // The end of a number that the excerpt cuts off counts too.
        let cut = excerpt(&format!("{}62220212", "长".repeat(28)));
        assert!(cut.ends_with("**…"), "{cut}");
    }
}
