//! The pieces of a report page: frame and style, tables of measures and of their changes, lists that fold.
//!
//! A page needs nothing beside itself: no scripts, no fonts, no pictures from elsewhere. Everything that comes from
//! files is escaped by whoever writes it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::change::MeasureChange;
use super::measure::Measure;
use super::plots::PlotError;
use crate::stats::Interval;

const STYLE: &str = include_str!("page.css");
/// Longer lists start folded.
const FOLDED_FROM: usize = 60;

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("cannot draw a plot")]
    Plot(#[from] PlotError),
    #[error("cannot write a part of the page")]
    Format(#[from] std::fmt::Error),
}

/// The beginning of a page.
pub(super) fn open(title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    )
}

/// The end of a page.
pub(super) const CLOSE: &str = "</main>\n</body>\n</html>\n";

/// Stands where there is nothing.
pub(super) fn dash() -> String {
    "–".to_owned()
}

/// Every measure with its interval.
pub(super) fn measures<Q>(
    page: &mut String,
    measures: &[Measure<Q>],
    quality: &Q,
    intervals: &BTreeMap<&'static str, Interval>,
) -> std::fmt::Result {
    page.push_str(
        "<div class=\"scroll\"><table class=\"few\">\n\
         <tr><th>指标</th><th class=\"n\">数值</th><th class=\"n\">区间</th></tr>\n",
    );
    for measure in measures {
        writeln!(
            page,
            "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            measure.label,
            measure.show((measure.of)(quality)),
            intervals.get(measure.name).map_or_else(dash, |interval| measure.show_interval(*interval)),
        )?;
    }
    page.push_str("</table></div>\n");
    Ok(())
}

/// Every measure then and now; `names` are the two columns' headings. Differences beyond chance are coloured.
pub(super) fn changes<Q>(
    page: &mut String,
    measures: &[Measure<Q>],
    changes: &[MeasureChange],
    names: [&str; 2],
) -> std::fmt::Result {
    writeln!(
        page,
        "<div class=\"scroll\"><table class=\"few\">\n<tr><th>指标</th><th class=\"n\">{}</th><th class=\"n\">{}</th>\
         <th class=\"n\">差</th><th class=\"n\">差的区间</th></tr>",
        names[0], names[1],
    )?;
    for (measure, change) in measures.iter().zip(changes) {
        let verdict = match change.is_better(measure) {
            None => "",
            Some(true) => " better",
            Some(false) => " worse",
        };
        writeln!(
            page,
            "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n{verdict}\">{}</td>\
             <td class=\"n\">{}</td></tr>",
            measure.label,
            measure.show(change.before),
            measure.show(change.now),
            change.show_difference(measure).unwrap_or_else(dash),
            change.interval.map_or_else(dash, |interval| measure.show_interval_of_difference(interval)),
        )?;
    }
    page.push_str("</table></div>\n");
    Ok(())
}

/// Begins a list with its heading row; `columns` are headings, those that begin with `#` hold numbers.
pub(super) fn open_list(page: &mut String, title: &str, length: usize, columns: &[&str]) -> std::fmt::Result {
    let open = if length <= FOLDED_FROM { " open" } else { "" };
    writeln!(
        page,
        "<details{open}><summary>{title}：{length} 个</summary>\n<div class=\"scroll\"><table>\n<thead><tr>"
    )?;
    for column in columns {
        match column.strip_prefix('#') {
            Some(number) => write!(page, "<th class=\"n\">{number}</th>")?,
            None => write!(page, "<th>{column}</th>")?,
        }
    }
    page.push_str("</tr></thead>\n");
    Ok(())
}

/// Ends what [`open_list`] began.
pub(super) const CLOSE_LIST: &str = "</table></div></details>\n";
