//! Which groups are taken for which: the most frequent pairs, and all of them as a shaded table.

use std::fmt::Write as _;

use html_escape::encode_text;
use serde::Serialize;

use crate::tickets::RoutingQuality;

/// Tickets of one group that were taken for another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Confusion {
    pub truth: String,
    pub guess: String,
    pub rows: usize,
    /// Of the true group's tickets, 0..=1.
    pub share: f64,
}

/// Every pair of groups that was confused, most frequent first.
#[must_use]
pub fn confusions(measures: &RoutingQuality) -> Vec<Confusion> {
    let name = |group: usize| measures.groups[group].label.clone();
    let mut found: Vec<Confusion> = Vec::new();
    for (truth, row) in measures.confusion.iter().enumerate() {
        let wrong = row.iter().enumerate().filter(|(guess, rows)| *guess != truth && **rows > 0);
        found.extend(wrong.map(|(guess, rows)| {
            let share = share(*rows, measures.groups[truth].rows);
            Confusion { truth: name(truth), guess: name(guess), rows: *rows, share }
        }));
    }
    // Groups stand in the order of their labels, which a stable sort keeps among equals.
    found.sort_by_key(|confusion| std::cmp::Reverse(confusion.rows));
    found
}

/// The whole matrix as a table, true groups downwards, guesses across; the darker, the larger the share of the true
/// group's tickets. Groups that neither occur nor were guessed are left out.
pub(super) fn matrix(page: &mut String, measures: &RoutingQuality) -> std::fmt::Result {
    let guessed = |group: usize| measures.confusion.iter().any(|row| row[group] > 0);
    let shown: Vec<usize> =
        (0..measures.groups.len()).filter(|group| measures.groups[*group].rows > 0 || guessed(*group)).collect();
    page.push_str("<div class=\"scroll\"><table class=\"matrix\">\n<tr><th>应为 ＼ 猜作</th>");
    for group in &shown {
        write!(page, "<th><span>{}</span></th>", encode_text(&measures.groups[*group].label))?;
    }
    page.push_str("</tr>\n");
    for truth in &shown {
        let group = &measures.groups[*truth];
        write!(page, "<tr><th>{}</th>", encode_text(&group.label))?;
        for guess in &shown {
            match measures.confusion[*truth][*guess] {
                0 => page.push_str("<td></td>"),
                rows => {
                    let class = if truth == guess { "right" } else { "wrong" };
                    let share = share(rows, group.rows);
                    // The smallest share still has to be seen, the largest not to hide its number.
                    let shade = 0.12 + 0.73 * share;
                    let light = if shade > 0.5 { " strong" } else { "" };
                    write!(page, "<td class=\"{class}{light}\" style=\"--shade:{shade:.2}\">{rows}</td>")?;
                }
            }
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table></div>\n");
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts of tickets are far below 2^53")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::{JudgedTicket, measure};

    fn measures() -> RoutingQuality {
        let row = |truth, guess| JudgedTicket { truth, guess, confidence: 0.5, routed: false, shortlist: vec![guess] };
        let judged = [row(0, 1), row(0, 1), row(0, 0), row(1, 0), row(1, 1)];
        measure(&judged, &["<b>".to_owned(), "乙".to_owned(), "空".to_owned()])
    }

    #[test]
    fn pairs_stand_by_frequency() {
        let found = confusions(&measures());
        let pairs: Vec<(&str, &str, usize)> =
            found.iter().map(|pair| (pair.truth.as_str(), pair.guess.as_str(), pair.rows)).collect();
        assert_eq!(pairs, [("<b>", "乙", 2), ("乙", "<b>", 1)]);
        assert!((found[0].share - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn the_matrix_is_escaped_and_leaves_out_empty_groups() {
        let mut page = String::new();
        matrix(&mut page, &measures()).unwrap();
        assert!(page.contains("&lt;b&gt;") && !page.contains("<b>") && !page.contains('空'), "{page}");
        assert_eq!(page.matches("<td").count(), 4, "two groups by two");
        assert!(page.contains("class=\"wrong strong\" style=\"--shade:0.61\">2<"), "{page}");
    }
}
