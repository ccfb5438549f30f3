//! The rows of a table → drafts: rows of one entry are joined, what cannot be used is counted and said at the end.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Kept;
use super::cell::{answer, first_answer, values};
use super::column::{Column, Field};
use super::heads::Heads;
use crate::corpus::Place;
use crate::corpus::draft::{Draft, Findings, rows_text, yes_or_no};
use crate::spreadsheet::{Row, column_letters};

pub(super) struct TableReader<'a> {
    file: &'a str,
    heads: &'a Heads,
    kept: Kept,
    drafts: Vec<Draft>,
    /// Explicit id → the first draft with it; and with its answers → the first draft with both.
    by_id: FxHashMap<String, usize>,
    by_id_and_answers: FxHashMap<(String, String), usize>,
    /// Number of the row before.
    last_row: usize,
    left_out: LeftOut,
    findings: &'a mut Findings,
}

/// Rows in which something was not used, by cause.
#[derive(Debug, Default)]
struct LeftOut {
    /// Column without a head.
    without_head: BTreeMap<usize, Vec<usize>>,
    /// Column and why its cells have no text.
    without_text: BTreeMap<(usize, String), Vec<usize>>,
    further_answers: Vec<usize>,
    without_question: Vec<usize>,
    /// Cells of a numbered column, which are one value each, with what stands between several.
    undivided: Vec<usize>,
}

impl<'a> TableReader<'a> {
    pub(super) fn new(file: &'a str, heads: &'a Heads, kept: Kept, findings: &'a mut Findings) -> Self {
        Self {
            file,
            heads,
            kept,
            drafts: Vec::new(),
            by_id: FxHashMap::default(),
            by_id_and_answers: FxHashMap::default(),
            last_row: 0,
            left_out: LeftOut::default(),
            findings,
        }
    }

    pub(super) fn row(&mut self, row: &Row) {
        let follows = self.last_row + 1 == row.number;
        self.last_row = row.number;
        let draft = self.draft(row);
        let has_more = !(draft.similar.is_empty() && draft.negative.is_empty() && draft.related.is_empty());
        if draft.question.is_empty() && draft.id.is_empty() && draft.answer.is_empty() && has_more && follows {
            // The rows below a merged cell: only the lists go on.
            if let Some(last) = self.drafts.last_mut() {
                return merge(last, draft);
            }
        }
        if draft.question.is_empty() && draft.id.is_empty() && self.question_is_optional() {
            return self.left_out.without_question.push(row.number);
        }
        if !draft.id.is_empty() {
            let answers = (draft.id.clone(), answers_key(&draft));
            let earlier = match draft.answer.is_empty() {
                true => self.by_id.get(&draft.id),
                false => self.by_id_and_answers.get(&answers),
            };
            if let Some(earlier) = earlier.and_then(|at| self.drafts.get_mut(*at)) {
                return merge(earlier, draft);
            }
            self.by_id.entry(draft.id.clone()).or_insert(self.drafts.len());
            self.by_id_and_answers.insert(answers, self.drafts.len());
        }
        self.drafts.push(draft);
    }

    fn question_is_optional(&self) -> bool {
        let mut columns = self.heads.columns.iter().flatten();
        columns.any(|column| column.field == Field::Question && column.is_optional())
    }

    fn draft(&mut self, row: &Row) -> Draft {
        let mut draft = Draft { place: Place::new(self.file, row.number), ..Draft::default() };
        let mut title = String::new();
        let goes_on = self.goes_on(row);
        for (at, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
            if goes_on && row.is_merged(at) {
                continue;
            }
            match self.column(at) {
                Some(Some(column)) if column.field == Field::Title => cell.trim().clone_into(&mut title),
                Some(Some(column)) => {
                    let day =
                        matches!(column.field, Field::ValidFrom | Field::ValidUntil).then(|| row.date(at)).flatten();
                    self.fill(&mut draft, column, day.unwrap_or(cell));
                }
                Some(None) if self.heads.names.get(at).is_some_and(|head| !head.trim().is_empty()) => {}
                None if self.kept == Kept::Separated => {
                    let message = format!(
                        "这一行有 {} 列，表头只有 {} 列：请给多出的列写上表头；内容里有逗号等分隔符时请用双引号括起来",
                        row.cells.len(),
                        self.heads.columns.len()
                    );
                    self.findings.issue(&draft.place, message);
                    break;
                }
                _ => self.left_out.without_head.entry(at).or_default().push(row.number),
            }
        }
        if !title.is_empty() {
            let question = std::mem::replace(&mut draft.question, title);
            draft.similar.splice(0..0, Some(question).filter(|question| !question.is_empty()));
        }
        self.note_unread(row, &mut draft);
        if let Some(channel) = self.heads.general_channel.as_ref().filter(|_| draft.answer.is_empty()) {
            let own = draft.answers.iter().find(|(name, _)| name == channel);
            draft.answer = own.map(|(_, text)| text.clone()).unwrap_or_default();
        }
        draft
    }

    /// Whether a merged cell above holds this row's question.
    fn goes_on(&self, row: &Row) -> bool {
        let asks = |column: &Option<Column>| {
            column.as_ref().is_some_and(|column| matches!(column.field, Field::Question | Field::Title))
        };
        let mut asking =
            (0..self.heads.columns.len()).filter(|at| self.heads.columns.get(*at).is_some_and(asks)).peekable();
        asking.peek().is_some()
            && asking.all(|at| row.is_merged(at) || row.cells.get(at).is_none_or(|cell| cell.trim().is_empty()))
    }

    /// What a column means; `None` beyond the heads.
    fn column(&self, at: usize) -> Option<Option<&'a Column>> {
        let columns = &self.heads.columns;
        let last = || columns.last().and_then(Option::as_ref).filter(|last| last.field == Field::Similar);
        match columns.get(at) {
            Some(column) => Some(column.as_ref()),
            // Some exports let the values of the last column run on to the right.
            None => last().map(Some),
        }
    }

    fn fill(&mut self, draft: &mut Draft, column: &Column, cell: &str) {
        let text = cell.trim();
        let list = |list: &mut Vec<String>| list.extend(values(column, text));
        if column.numbered && column.field == Field::Similar && text.contains('；') {
            self.left_out.undivided.extend(draft.place.line);
        }
        match &column.field {
            Field::Id => text.clone_into(&mut draft.id),
            Field::Number => text.clone_into(&mut draft.number),
            Field::Question => {
                for question in text.lines().map(str::trim).filter(|question| !question.is_empty()) {
                    if draft.question.is_empty() {
                        question.clone_into(&mut draft.question);
                    } else {
                        draft.similar.push(question.to_owned());
                    }
                }
            }
            Field::Similar => list(&mut draft.similar),
            Field::Negative => list(&mut draft.negative),
            Field::Related => list(&mut draft.related),
            Field::Answer => draft.answer = self.answer(column, text, draft.place.line),
            Field::ChannelAnswer(channel) => {
                let text = self.answer(column, text, draft.place.line);
                draft.answers.push((channel.clone(), text));
            }
            Field::Category | Field::Tag => {
                if !draft.category.is_empty() {
                    draft.category.push('/');
                }
                draft.category.push_str(text);
            }
            Field::ValidFrom => text.clone_into(&mut draft.valid_from),
            Field::ValidUntil => text.clone_into(&mut draft.valid_until),
            Field::ExpiredAnswer => draft.expired_answer = self.answer(column, text, draft.place.line),
            Field::NotYetAnswer => draft.not_yet_answer = self.answer(column, text, draft.place.line),
            Field::Enabled | Field::Disabled => match yes_or_no(text) {
                Some(yes) => {
                    let on = yes == (column.field == Field::Enabled);
                    draft.enabled = Some(on && draft.enabled.unwrap_or(true));
                }
                None => self.findings.issue(&draft.place, format!("启用/停用列看不懂“{text}”，请写 是 或 否")),
            },
            Field::Title | Field::Content => {}
        }
    }

    fn answer(&mut self, column: &Column, text: &str, row: Option<usize>) -> String {
        if self.heads.verbatim {
            return text.to_owned();
        }
        let (first, more) = first_answer(&answer(text), column.separates_by_hashes());
        if more {
            self.left_out.further_answers.extend(row);
        }
        first
    }

    /// Cells that hold something else than text: named where the entry needs them, counted elsewhere.
    fn note_unread(&mut self, row: &Row, draft: &mut Draft) {
        for at in row.marks.iter().map(|(at, _)| *at) {
            let (Some(why), Some(Some(column))) = (row.unread(at), self.column(at)) else { continue };
            let why = format!("{} 列的{why}", column_letters(at));
            match &column.field {
                Field::Answer => draft.no_answer = Some(why),
                Field::ChannelAnswer(channel) if self.heads.general_channel.as_ref() == Some(channel) => {
                    draft.no_answer = Some(why);
                }
                Field::Question | Field::Title => draft.no_question = Some(why),
                _ => {
                    let why = row.unread(at).map(ToString::to_string).unwrap_or_default();
                    self.left_out.without_text.entry((at, why)).or_default().push(row.number);
                }
            }
        }
        if self.kept == Kept::Separated && row.cells.len() == 1 && self.heads.columns.len() > 1 {
            let why = "这一行只有 1 列，可能是上一行的内容换了行，请用双引号把那一格括起来";
            draft.no_answer = Some(why.to_owned());
        }
    }

    /// The drafts, after saying what was left out.
    pub(super) fn finish(self) -> Vec<Draft> {
        let Self { file, left_out, drafts, findings, heads, .. } = self;
        let place = |rows: &[usize]| Place::new(file, rows.first().copied());
        for (at, rows) in &left_out.without_head {
            let (letters, rows_text) = (column_letters(*at), rows_text(rows));
            findings.warn(&place(rows), format!("{letters} 列没有表头，内容没有用到（{rows_text}），请写上表头或删除"));
        }
        for ((at, why), rows) in &left_out.without_text {
            let letters = column_letters(*at);
            findings.warn(&place(rows), format!("{letters} 列的{why}，没有用到（{}）", rows_text(rows)));
        }
        let further = &left_out.further_answers;
        if !further.is_empty() {
            findings.warn(&place(further), format!("答案里用 ## 写了几个答案，只用第一个（{}）", rows_text(further)));
        }
        let without = &left_out.without_question;
        if !without.is_empty() {
            findings.warn(&place(without), format!("没有问题，没有导入（{}）", rows_text(without)));
        }
        let undivided = &left_out.undivided;
        if !undivided.is_empty() {
            let message = "编号的相似问列里，一格只算一个问法，不在“；”处分开（";
            findings.warn(&place(undivided), format!("{message}{}），几个问法请分列写", rows_text(undivided)));
        }
        if drafts.is_empty() {
            findings.warn(&Place::new(file, heads.number), "只有表头，下面没有内容");
        }
        drafts
    }
}

fn answers_key(draft: &Draft) -> String {
    let mut key = draft.answer.clone();
    for (channel, text) in &draft.answers {
        key.push('\u{1}');
        key.push_str(channel);
        key.push('\u{1}');
        key.push_str(text);
    }
    key
}

/// One row per question, as some products export: further rows of an entry add their questions.
fn merge(entry: &mut Draft, row: Draft) {
    if !row.question.is_empty() {
        entry.similar.push(row.question);
    }
    entry.similar.extend(row.similar);
    entry.negative.extend(row.negative);
    entry.related.extend(row.related);
}
