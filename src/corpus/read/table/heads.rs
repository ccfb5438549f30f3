//! The heads of a table: which row they stand in, what each column means, and whether they agree.

use super::column::{ACCEPTED, Column, Field};
use crate::corpus::Place;
use crate::corpus::draft::Findings;
use crate::spreadsheet::{HEADER_SEARCH, Row, column_letters, shown};

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Heads {
    /// Row the heads stand in, 1-based.
    pub(super) number: usize,
    /// Rows before the first with content.
    pub(super) rows_above: usize,
    /// As written.
    pub(super) names: Vec<String>,
    /// What each column means; `None` where that is not known or the column is not used.
    pub(super) columns: Vec<Option<Column>>,
    /// Whether cells are taken as they are.
    pub(super) verbatim: bool,
    /// The channel whose answers stand for the general one, where no column holds that.
    pub(super) general_channel: Option<String>,
}

/// The first of the first rows that names questions and answers, or else questions; `None` where none does.
pub(super) fn find(rows: &[Row]) -> Option<Heads> {
    let candidates = || rows.iter().enumerate().filter(|(_, row)| !row.is_blank()).take(HEADER_SEARCH);
    let names = |row: &Row, wanted: fn(&Field) -> bool| {
        row.cells.iter().any(|cell| Column::parse(cell).is_some_and(|column| wanted(&column.field)))
    };
    let asks = |row: &Row| names(row, |field| *field == Field::Question);
    let answers = |row: &Row| names(row, |field| matches!(field, Field::Answer | Field::ChannelAnswer(_)));
    let titled = |row: &Row| {
        names(row, |field| matches!(field, Field::Question | Field::Title))
            && names(row, |field| matches!(field, Field::Answer | Field::Content))
    };
    let (at, row) = candidates()
        .find(|(_, row)| asks(row) && answers(row))
        .or_else(|| candidates().find(|(_, row)| titled(row)))
        .or_else(|| candidates().find(|(_, row)| asks(row)))?;
    let mut columns: Vec<Option<Column>> = row.cells.iter().map(|cell| Column::parse(cell)).collect();
    let below = rows.get(at + 1).filter(|below| below.number == row.number + 1);
    let second = below.is_some_and(|below| split_by_second_row(row, below, &mut columns));
    let mut heads = Heads {
        number: row.number,
        rows_above: at + 1 + usize::from(second),
        names: row.cells.clone(),
        verbatim: columns.iter().flatten().any(Column::is_verbatim),
        columns,
        general_channel: None,
    };
    heads.settle(row);
    Some(heads)
}

/// Takes a second row of heads into account: one head merged over several columns, each of which is named below it.
fn split_by_second_row(row: &Row, below: &Row, columns: &mut [Option<Column>]) -> bool {
    let is_answer = |column: &Option<Column>| column.as_ref().is_some_and(|column| column.field == Field::Answer);
    let split: Vec<usize> = (0..columns.len())
        .filter(|at| columns.get(*at).is_some_and(is_answer) && (row.is_merged(*at) || row.is_merged(at + 1)))
        .collect();
    let name = |at: usize| below.cells.get(at).map_or("", |cell| cell.trim());
    let named = split.iter().all(|at| !name(*at).is_empty() && !below.is_merged(*at));
    let others_empty = below
        .cells
        .iter()
        .enumerate()
        .all(|(at, cell)| split.contains(&at) || cell.trim().is_empty() || below.is_merged(at));
    if split.len() < 2 || !named || !others_empty {
        return false;
    }
    for at in split {
        if let Some(slot) = columns.get_mut(at) {
            *slot = Column::parse(&format!("答案({})", name(at))).or(slot.take());
        }
    }
    true
}

/// Fields of which a table may hold several columns.
fn may_repeat(field: &Field) -> bool {
    matches!(
        field,
        Field::Question
            | Field::Similar
            | Field::Negative
            | Field::Related
            | Field::Category
            | Field::Enabled
            | Field::Disabled
    )
}

impl Heads {
    fn has(&self, field: &Field) -> bool {
        self.columns.iter().flatten().any(|column| column.field == *field)
    }

    /// Lets heads that could mean several things mean what the others leave open.
    fn settle(&mut self, row: &Row) {
        for (vague, clear) in [(Field::Content, Field::Answer), (Field::Tag, Field::Category)] {
            let taken = self.has(&clear);
            for column in &mut self.columns {
                if column.as_ref().is_some_and(|column| column.field == vague) {
                    *column = column.take().filter(|_| !taken).map(|column| Column { field: clear.clone(), ..column });
                }
            }
        }
        // A head merged over columns of which only the first is meant.
        for at in 0..self.columns.len() {
            let earlier = self.columns.get(..at).unwrap_or_default().iter().flatten();
            let again =
                |column: &Column| !may_repeat(&column.field) && earlier.clone().any(|e| e.field == column.field);
            let repeats = self.columns.get(at).is_some_and(|column| column.as_ref().is_some_and(again));
            if let Some(slot) = self.columns.get_mut(at).filter(|_| repeats && row.is_merged(at)) {
                *slot = None;
            }
        }
        if !self.has(&Field::Answer) {
            self.general_channel = self.columns.iter().flatten().find_map(|column| match &column.field {
                Field::ChannelAnswer(channel) => Some(channel.clone()),
                _ => None,
            });
        }
    }

    /// The heads, if they agree; what is wrong with them is an issue.
    pub(super) fn checked(self, place: &Place, findings: &mut Findings) -> Option<Self> {
        if !self.has(&Field::Answer) && self.general_channel.is_none() {
            findings.issue(place, format!("找不到答案列，表头是：{}。{ACCEPTED}", shown(&self.names)));
            return None;
        }
        let mut sound = true;
        for (at, column) in self.columns.iter().enumerate().filter_map(|(at, column)| Some((at, column.as_ref()?))) {
            let twice = self.columns.iter().take(at).flatten().any(|earlier| earlier.field == column.field);
            if twice && !may_repeat(&column.field) {
                let (letters, name) = (column_letters(at), self.names.get(at).map_or("", |name| name.trim()));
                findings.issue(place, format!("{letters} 列“{name}”与前面的列意思相同，请合并或删除一列"));
                sound = false;
            }
        }
        let unused = self.columns.iter().zip(&self.names).filter(|(column, _)| column.is_none());
        let unused = shown(&unused.map(|(_, name)| name.clone()).collect::<Vec<_>>());
        if !unused.is_empty() {
            findings.warn(place, format!("这些列没有用到：{unused}"));
        }
        if let Some(channel) = &self.general_channel {
            findings.warn(place, format!("没有通用的答案列，没有专门答案的渠道也用 {channel} 的答案"));
        }
        sound.then_some(self)
    }
}
