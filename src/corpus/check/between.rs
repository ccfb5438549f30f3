//! The checks that need all entries: ids, questions and references.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Checked;
use crate::corpus::draft::Findings;
use crate::corpus::golden::{GoldenCase, GoldenExpectation};
use crate::corpus::{Entry, Place};
use crate::text;

/// Compares all entries and gives them sorted by id.
pub(super) fn compare(checked: Vec<Checked>, findings: &mut Findings) -> Vec<Entry> {
    let nothing_found = checked.is_empty() && findings.issues.is_empty();
    if nothing_found {
        let place = Place::new(".", None);
        findings.issue(&place, "没有任何条目，请放入至少一个写有条目的 .xlsx、.csv、.toml 或 .jsonl 文件");
    }
    let mut unique = by_id(checked, findings);
    by_question(&unique, findings);
    by_number(&unique, findings);
    let standard: FxHashMap<String, String> =
        unique.iter().filter_map(|one| Some((one.keys.first()?.clone(), one.entry.id.clone()))).collect();
    unique.sort_by(|a, b| a.entry.id.cmp(&b.entry.id));
    let mut entries: Vec<Entry> = unique.into_iter().map(|one| one.entry).collect();
    related(&mut entries, &standard, findings);
    entries
}

/// One entry per id. The same question written twice without ids is one entry if the answers agree.
fn by_id(checked: Vec<Checked>, findings: &mut Findings) -> Vec<Checked> {
    let mut unique: Vec<Checked> = Vec::with_capacity(checked.len());
    let mut seen: FxHashMap<String, usize> = FxHashMap::default();
    // Keys of the entries that took in others.
    let mut adopted: FxHashMap<usize, FxHashSet<String>> = FxHashMap::default();
    for one in checked {
        let known = seen.get(&one.entry.id).copied();
        let Some((at, earlier)) = known.and_then(|at| Some((at, unique.get_mut(at)?))) else {
            seen.insert(one.entry.id.clone(), unique.len());
            unique.push(one);
            continue;
        };
        let first = earlier.entry.place.to_string();
        if earlier.id_given || one.id_given {
            findings
                .issue(&one.entry.place, format!("id“{}”与 {first} 重复，请改成不同的 id 或删除一条", one.entry.id));
            // Nothing will be served; it stays so that what else is wrong with it is found too.
            unique.push(one);
        } else if earlier.answers == one.answers {
            let message = format!("问题“{}”与 {first} 相同、答案也相同，已合并成一条", one.entry.question);
            findings.warn_each("merged", &one.entry.place, message);
            adopt(earlier, one, adopted.entry(at).or_default());
        } else if overlap(&earlier.entry, &one.entry) {
            findings.issue(&one.entry.place, conflict(&one.entry.question, &first));
        } else {
            let message = format!("问题“{}”与 {first} 相同，需要区分时请给两条各写一个 id", one.entry.question);
            findings.issue(&one.entry.place, message);
        }
    }
    unique
}

/// `keys` are those of `earlier`, or empty where it adopts for the first time.
fn adopt(earlier: &mut Checked, later: Checked, keys: &mut FxHashSet<String>) {
    if keys.is_empty() {
        keys.extend(earlier.keys.iter().cloned());
    }
    // The first key is the standard question's, which both share.
    let further = later.keys.into_iter().zip(later.literals).skip(1);
    for (question, (key, literal)) in later.entry.similar.into_iter().zip(further) {
        if keys.insert(key.clone()) {
            earlier.entry.similar.push(question);
            earlier.keys.push(key);
            earlier.literals.push(literal);
        }
    }
}

/// Ways in which one question may stand in a corpus that are compared with each other; further ones are compared with
/// these only, so that no file takes longer than its length.
const MOST_FORMS: usize = 1_000;

/// The same question in two entries is a contradiction where the answers differ and both may hold at one moment.
/// Questions that only normalising makes the same are two questions to a person, so they are worth a warning only.
fn by_question(checked: &[Checked], findings: &mut Findings) {
    let mut owners: FxHashMap<&str, Forms<'_>> = FxHashMap::default();
    for one in checked {
        for ((key, literal), question) in one.keys.iter().zip(&one.literals).zip(one.entry.questions()) {
            let earlier = owners.entry(key).or_default();
            let meets =
                |(first, _): &&(&Checked, &str)| first.answers != one.answers && overlap(&first.entry, &one.entry);
            if let Some((first, _)) = earlier.forms.iter().filter(meets).find(|(_, other)| other == literal) {
                findings.issue(&one.entry.place, conflict(question, &first.entry.place.to_string()));
            } else if let Some((first, _)) = earlier.forms.iter().find(meets) {
                let (place, id) = (&first.entry.place, &first.entry.id);
                let message = format!("问题“{question}”与 {place}（{id}）只差客套、繁简或号码，答案不同，匹配时分不开");
                findings.warn_each("alike", &one.entry.place, message);
            } else if let Some(first) = earlier.by_answers.get(&one.answers) {
                let (place, id) = (&first.entry.place, &first.entry.id);
                let message = format!("问题“{question}”也出现在 {place}（{id}），答案相同，可以合并两条");
                findings.warn_each("same answers", &one.entry.place, message);
            }
            earlier.add(one, literal);
        }
    }
}

/// What makes two entries of one question the same to a customer: answers, question as written, validity, enabled.
type Form<'a> = (blake3::Hash, &'a str, Option<Timestamp>, Option<Timestamp>, bool);

/// The entries that ask one question, one for each way that makes a difference.
#[derive(Default)]
struct Forms<'a> {
    forms: Vec<(&'a Checked, &'a str)>,
    seen: FxHashSet<Form<'a>>,
    by_answers: FxHashMap<blake3::Hash, &'a Checked>,
}

impl<'a> Forms<'a> {
    fn add(&mut self, one: &'a Checked, literal: &'a str) {
        let entry = &one.entry;
        let form = (one.answers, literal, entry.valid_from, entry.valid_until, entry.enabled);
        if self.forms.len() < MOST_FORMS && self.seen.insert(form) {
            self.forms.push((one, literal));
            self.by_answers.entry(one.answers).or_insert(one);
        }
    }
}

fn by_number(checked: &[Checked], findings: &mut Findings) {
    let mut owners: FxHashMap<u32, &Place> = FxHashMap::default();
    for entry in checked.iter().map(|one| &one.entry) {
        let Some(number) = entry.number else { continue };
        if let Some(first) = owners.insert(number, &entry.place) {
            findings.issue(&entry.place, format!("数字编号 {number} 与 {first} 重复，请改成不同的数字"));
        }
    }
}

fn conflict(question: &str, first: &str) -> String {
    format!("问题“{question}”也出现在 {first}，但答案不同，请删除其中一处、统一答案，或用生效/失效时间错开")
}

/// Whether both entries may answer at some moment.
fn overlap(a: &Entry, b: &Entry) -> bool {
    let from = |entry: &Entry| entry.valid_from.unwrap_or(Timestamp::MIN);
    let until = |entry: &Entry| entry.valid_until.unwrap_or(Timestamp::MAX);
    a.enabled && b.enabled && from(a) < until(b) && from(b) < until(a)
}

/// Spreadsheets often refer to an entry by its question; such references become ids.
fn related(entries: &mut [Entry], standard: &FxHashMap<String, String>, findings: &mut Findings) {
    let ids: BTreeMap<String, ()> = entries.iter().map(|entry| (entry.id.clone(), ())).collect();
    for entry in entries {
        let mut known: Vec<String> = Vec::with_capacity(entry.related.len());
        let mut seen: FxHashSet<String> = FxHashSet::default();
        for reference in std::mem::take(&mut entry.related) {
            let id = if ids.contains_key(&reference) {
                Some(reference.clone())
            } else {
                standard.get(&text::question_key(&text::normalize(&reference))).cloned()
            };
            match id {
                Some(id) if id == entry.id || !seen.insert(id.clone()) => {}
                Some(id) => known.push(id),
                None => {
                    let message = format!("关联问题“{reference}”不是任何条目的 id 或标准问，已忽略");
                    findings.warn_each("related", &entry.place, message);
                }
            }
        }
        entry.related = known;
    }
}

/// Golden cases must name entries that exist.
pub(in crate::corpus) fn golden(entries: &[Entry], cases: &[GoldenCase], findings: &mut Findings) {
    for case in cases {
        if let GoldenExpectation::Entry(id) = &case.expect
            && entries.binary_search_by(|entry| entry.id.as_str().cmp(id)).is_err()
        {
            findings.issue(&case.place, format!("faq_id“{id}”不存在，请改成已有条目的 id"));
        }
    }
}

/// Calibration cases of entries that are gone teach nothing; they are left out with a warning, so that taking an entry
/// off the shelf needs no second edit.
pub(in crate::corpus) fn calibration(
    entries: &[Entry],
    mut cases: Vec<GoldenCase>,
    findings: &mut Findings,
) -> Vec<GoldenCase> {
    cases.retain(|case| match &case.expect {
        GoldenExpectation::Entry(id) if entries.binary_search_by(|entry| entry.id.as_str().cmp(id)).is_err() => {
            findings.warn_each("calibration", &case.place, format!("faq_id“{id}”不存在，这条校准问题已忽略"));
            false
        }
        GoldenExpectation::Entry(_) | GoldenExpectation::NoAnswer => true,
    });
    cases
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::corpus::check;
    use crate::corpus::draft::Draft;

    fn draft(line: usize, id: &str, question: &str, answer: &str) -> Draft {
        let place = Place::new("f", line);
        Draft { place, id: id.into(), question: question.into(), answer: answer.into(), ..Draft::default() }
    }

    fn run(drafts: Vec<Draft>) -> (Vec<Entry>, Vec<String>, Vec<String>) {
        let mut findings = Findings::default();
        let entries = check::entries(drafts, &TimeZone::UTC, &mut findings);
        let shown = |issues: Vec<crate::corpus::Issue>| issues.iter().map(ToString::to_string).collect();
        let warnings = findings.take_warnings();
        (entries, shown(findings.issues), shown(warnings))
    }

    #[test]
    fn finds_contradictions_between_entries() {
        let rows: Vec<(Vec<Draft>, &str)> = vec![
            (vec![draft(1, "a", "一", "x"), draft(2, "a", "二", "y")], "f:2: id“a”与 f:1 重复"),
            (vec![draft(1, "a", "一", "x"), draft(2, "a", "一", "x")], "f:2: id“a”与 f:1 重复"), // also where all agrees
            (vec![draft(1, "a", "一", "x"), draft(2, "b", "一！", "y")], "f:2: 问题“一！”也出现在 f:1，但答案不同"),
            (
                vec![draft(1, "a", "一", "x"), Draft { similar: vec!["一".into()], ..draft(2, "b", "二", "y") }],
                "f:2: 问题“一”也出现在 f:1，但答案不同",
            ),
            (vec![draft(1, "", "一", "x"), draft(2, "", "一", "y")], "f:2: 问题“一”也出现在 f:1，但答案不同"),
            (
                vec![
                    Draft { number: "7".into(), ..draft(1, "a", "一", "x") },
                    Draft { number: "7".into(), ..draft(2, "b", "二", "x") },
                ],
                "f:2: 数字编号 7 与 f:1 重复",
            ),
            (vec![], ".: 没有任何条目"),
        ];
        for (drafts, expected) in rows {
            let (_, issues, _) = run(drafts);
            assert!(issues.len() == 1 && issues[0].starts_with(expected), "{expected}: {issues:?}");
        }
    }

    #[test]
    fn the_same_question_is_fine_where_answers_never_meet() {
        let until = |draft, text: &str| Draft { valid_until: text.into(), ..draft };
        let from = |draft, text: &str| Draft { valid_from: text.into(), ..draft };
        let rows: Vec<(Vec<Draft>, &str)> = vec![
            (
                vec![until(draft(1, "a", "一", "x"), "2026-11-10"), from(draft(2, "b", "一", "y"), "2026-11-11")],
                "last year's promotion and this year's",
            ),
            (
                vec![draft(1, "a", "一", "x"), Draft { enabled: Some(false), ..draft(2, "b", "一", "y") }],
                "one is switched off",
            ),
        ];
        for (drafts, reason) in rows {
            let (_, issues, warnings) = run(drafts);
            assert_eq!((issues.len(), warnings.len()), (0, 0), "{reason}: {issues:?}");
        }
    }

    #[test]
    fn agreeing_repetitions_are_warnings() {
        let first = Draft { similar: vec!["甲".into()], ..draft(1, "", "一", "x") };
        let again = Draft { similar: vec!["甲".into(), "乙".into()], ..draft(2, "", "一", "x") };
        let (entries, issues, warnings) = run(vec![first, again, draft(3, "c", "一", "x")]);
        assert_eq!((issues.len(), warnings.len()), (0, 2));
        assert_eq!(entries.iter().find(|entry| entry.id != "c").unwrap().similar, ["甲", "乙"]);
    }

    #[test]
    fn questions_that_only_normalising_makes_alike_are_warnings() {
        // courtesy, script, a number that becomes a placeholder
        for (first, second) in [
            ("怎么退款", "请问怎么退款？谢谢"),
            ("怎么退货", "怎麼退貨"),
            ("拨打4008001234没人接", "拨打4008005678没人接"),
        ] {
            let (entries, issues, warnings) = run(vec![draft(1, "", first, "x"), draft(2, "", second, "y")]);
            assert_eq!((entries.len(), issues.len(), warnings.len()), (2, 0, 1), "{first}, {second}: {issues:?}");
        }
    }

    #[test]
    fn signs_tell_questions_apart() {
        for (first, second, alike) in [
            ("1.5升水壶多少钱", "15升水壶多少钱", false),
            ("C课程几节课", "C++课程几节课", false),
            ("C#课程几节课", "C课程几节课", false),
            ("利率2.5%怎么存", "利率25%怎么存", false),
            ("适合1-3岁的奶粉", "适合13岁的奶粉", false),
            ("🍎怎么退", "🍌怎么退", true), // pictures are not compared with what customers ask
        ] {
            let (entries, issues, warnings) = run(vec![draft(1, "", first, "x"), draft(2, "", second, "y")]);
            assert_eq!(
                (entries.len(), issues.len(), warnings.len()),
                (2, 0, usize::from(alike)),
                "{first}: {issues:?}"
            );
        }
    }

    #[test]
    fn many_equal_rows_take_no_longer_than_their_number() {
        // Compared with each other, these would take hours.
        let same = |n: usize| draft(n, &format!("id{n}"), "怎么退款", "七天内可退");
        let (entries, issues, warnings) = run((1..=50_000).map(same).collect());
        assert_eq!((entries.len(), issues.len(), warnings.len()), (50_000, 0, 1));
        let seasons = |n: usize| Draft {
            valid_from: "2026-01-01".into(),
            valid_until: "2026-01-02".into(),
            ..draft(n, &format!("id{n}"), "怎么退款", &format!("答案{n}"))
        };
        let (_, issues, _) = run((1..=20_000).map(seasons).collect());
        assert_eq!(issues.len(), 19_999);
    }

    #[test]
    fn references_are_ids_or_standard_questions() {
        let wishes = Draft {
            related: vec!["b".into(), "三？".into(), "b".into(), "a".into(), "无".into()],
            ..draft(1, "a", "一", "x")
        };
        let (entries, issues, warnings) = run(vec![wishes, draft(2, "b", "二", "y"), draft(3, "c", "三", "z")]);
        assert_eq!(entries[0].related, ["b", "c"]); // each once, never itself
        assert_eq!((issues.len(), warnings.len()), (0, 1));
    }
}
