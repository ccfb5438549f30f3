//! Measures as tables on a terminal: values with intervals, and changes. What is measured is the business of
//! `evaluation`.

use std::collections::BTreeMap;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, LineStyle, Table};

use crate::evaluation::change::MeasureChange;
use crate::evaluation::measure::Measure;
use crate::stats::Interval;

/// A table whose columns after the first hold numbers.
#[must_use]
pub fn new_table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A row for every measure, with its interval; `first` is a row above them.
#[must_use]
pub fn measures<Q>(
    first: [String; 3],
    measures: &[Measure<Q>],
    quality: &Q,
    intervals: &BTreeMap<&'static str, Interval>,
) -> Table {
    let mut table = new_table(&["指标", "数值", "95 % 区间"]);
    table.add_row(first);
    for measure in measures {
        let interval = intervals.get(measure.name).map(|interval| measure.show_interval(*interval));
        let interval = interval.unwrap_or_else(|| "–".to_owned());
        table.add_row([measure.label.to_owned(), measure.show((measure.of)(quality)), interval]);
    }
    table
}

/// A row for every measure then and now; `header` are the five columns' headings.
#[must_use]
pub fn changes<Q>(header: &[&str; 5], measures: &[Measure<Q>], changes: &[MeasureChange]) -> Table {
    let mut table = new_table(header);
    for (measure, change) in measures.iter().zip(changes) {
        let interval = change.interval.map(|interval| measure.show_interval_of_difference(interval));
        table.add_row([
            measure.label.to_owned(),
            measure.show(change.before),
            measure.show(change.now),
            change.show_difference(measure).unwrap_or_default(),
            interval.unwrap_or_default(),
        ]);
    }
    table
}
