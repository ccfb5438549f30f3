//! What the next corpus no longer says that looks like an accident: too many entries gone, a file copied half.
//!
//! Needs no index: it compares texts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::corpus::{Corpus, Entry};

/// One entry less is an edit, however small the corpus.
const LEAST_LOST: usize = 2;
/// Entries named at most.
const NAMED: usize = 5;
/// What an answer ends with that was written to its end.
const ENDINGS: [char; 14] = ['。', '！', '？', '…', '～', '；', '.', '!', '?', '~', ')', '）', '”', '"'];

/// Losses that refuse a publish.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Losses {
    /// Entries of the live corpus whose id and standard question are both gone.
    pub entries: usize,
    /// Entries of the live corpus.
    pub of: usize,
    /// Whether more are gone than may go without force.
    pub too_many: bool,
    /// Ids of entries that stand last in their file and whose answers break off where the live ones go on.
    pub cut: Vec<String>,
    /// What happened and what to look at, one line each, in Chinese.
    pub messages: Vec<String>,
}

/// Losses beyond `max_lost`, a share of the live entries in 0..=1, and answers that break off; `None` where there are
/// neither.
pub(super) fn find(live: &Corpus, next: &Corpus, max_lost: f64) -> Option<Losses> {
    let (lost, cut) = (lost(live, next), cut(live, next));
    #[expect(clippy::cast_precision_loss, reason = "counts of entries")]
    let share = lost.len() as f64 / live.entries.len().max(1) as f64;
    let too_many = lost.len() >= LEAST_LOST && share > max_lost;
    if !too_many && cut.is_empty() {
        return None;
    }
    let mut messages = Vec::new();
    if too_many {
        messages.push(format!(
            "在用的 {} 个条目里有 {} 个不见了（{:.0} %，超过允许的 {:.0} %）：{}。请看看文件是不是漏了或没有复制完",
            live.entries.len(),
            lost.len(),
            share * 100.0,
            max_lost * 100.0,
            named(&lost)
        ));
    }
    messages.extend(
        cut.iter()
            .map(|entry| format!("{}: 文件最后一个条目 {} 的答案只剩开头，文件像是没有复制完", entry.place, entry.id)),
    );
    Some(Losses {
        entries: lost.len(),
        of: live.entries.len(),
        too_many,
        cut: cut.iter().map(|entry| entry.id.clone()).collect(),
        messages,
    })
}

/// Entries that come back neither by id nor by question: new ids for the same questions lose nothing.
fn lost<'a>(live: &'a Corpus, next: &Corpus) -> Vec<&'a Entry> {
    let asked: BTreeSet<&str> = next.entries.iter().map(|entry| entry.question.as_str()).collect();
    let gone = |entry: &&Entry| next.entry(&entry.id).is_none() && !asked.contains(entry.question.as_str());
    live.entries.iter().filter(gone).collect()
}

/// Last entries of their files whose answers are the beginnings of the live ones and end in the middle of a sentence.
fn cut<'a>(live: &Corpus, next: &'a Corpus) -> Vec<&'a Entry> {
    let mut last: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in &next.entries {
        let held = last.entry(entry.place.file.as_str()).or_insert(entry);
        if entry.place.line > held.place.line {
            *held = entry;
        }
    }
    let breaks_off = |entry: &&Entry| {
        live.entry(&entry.id).is_some_and(|before| {
            before.answer.len() > entry.answer.len()
                && before.answer.starts_with(&entry.answer)
                && !entry.answer.ends_with(ENDINGS)
        })
    };
    last.into_values().filter(breaks_off).collect()
}

fn named(entries: &[&Entry]) -> String {
    let ids: Vec<&str> = entries.iter().take(NAMED).map(|entry| entry.id.as_str()).collect();
    let more = if entries.len() > NAMED { " 等" } else { "" };
    format!("{}{more}", ids.join("、"))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::corpus::{SourceFile, load_files};

    fn corpus(csv: &str) -> Corpus {
        let file = SourceFile { path: "faq.csv".into(), bytes: csv.into() };
        load_files(&[file], &TimeZone::UTC).unwrap()
    }

    #[test]
    fn what_looks_like_an_accident_is_found_and_an_edit_is_not() {
        let whole = "id,问题,答案\n1,一,甲甲甲。\n2,二,乙乙乙。\n3,三,丙丙丙。\n4,四,丁丁丁。\n5,五,戊戊戊，戊戊。\n";
        let live = corpus(whole);
        let rows = [
            (whole.to_owned(), 0, false, 0),
            (whole.replace("2,二,乙乙乙。\n", ""), 0, false, 0), // one entry less is an edit
            (whole.replace("2,二,乙乙乙。\n3,三,丙丙丙。\n", ""), 2, true, 0),
            (whole.replace("2,二,", "7,二,").replace("3,三,", "8,三,"), 0, false, 0), // new ids, the same questions
            (whole.replace("，戊戊。\n", ""), 0, false, 1),                           // cut inside the last answer
            (whole.replace("甲甲甲。", "甲"), 0, false, 0),                           // not the last of its file
            (whole.replace("，戊戊。", "。"), 0, false, 0), // shortened, and written to the end
            ("id,问题,答案\n1,一,甲\n".to_owned(), 4, true, 1),
        ];
        for (next, lost, too_many, cut) in rows {
            let found = find(&live, &corpus(&next), 0.3).unwrap_or_default();
            assert_eq!((found.entries, found.too_many, found.cut.len()), (lost, too_many, cut), "{next}{found:?}");
            assert_eq!(found.messages.len(), usize::from(too_many) + cut);
        }
        assert_eq!(find(&live, &corpus("id,问题,答案\n1,一,甲甲甲。\n"), 1.0), None); // whoever allows everything
    }
}
