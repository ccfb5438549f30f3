//! The checks one entry passes or fails by itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustc_hash::FxHashSet;

use super::Checked;
use crate::corpus::channel::channel_key;
use crate::corpus::draft::{Draft, Findings, clean_line, clean_text, window};
use crate::corpus::{Entry, Place};
use crate::text;

/// Longest question, in characters; the API accepts no longer one.
const MAX_QUESTION: usize = 500;
/// Longest answer, in characters.
const MAX_ANSWER: usize = 10_000;
/// Most similar or negative questions of one entry.
const MAX_QUESTIONS: usize = 10_000;
/// Largest number of an entry: what 32 bits with a sign hold.
const MAX_NUMBER: u32 = 2_147_483_647;
/// Longest id, in characters.
const MAX_ID: usize = 128;
/// Hexadecimal digits of a derived id: 48 bits keep the chance of a collision below 10⁻⁶ for 10,000 entries.
const DERIVED_DIGITS: usize = 12;

/// The entry a draft describes, with everything wrong or odd about it; `None` where it has no usable question.
pub(super) fn check(draft: Draft, zone: &TimeZone) -> (Option<Checked>, Findings) {
    let mut findings = Findings::default();
    let place = draft.place.clone();
    let Some(standard) = standard_question(&draft, &place, &mut findings) else { return (None, findings) };
    let answer = match &draft.no_answer {
        Some(why) if draft.answer.trim().is_empty() => {
            findings.issue(&place, format!("答案为空：{why}"));
            String::new()
        }
        _ => answer(&draft.answer, "答案", &place, &mut findings),
    };
    let id = clean_line(&draft.id);
    let id_given = !id.is_empty();
    check_id(&id, &place, &mut findings);
    let mut keys = vec![standard.key];
    let similar = questions(&draft.similar, "相似问", &mut keys, &place, &mut findings);
    let negative = negatives(&draft.negative, &keys, &place, &mut findings);
    let (valid_from, valid_until) = validity(&draft, zone, &mut findings);
    let (expired_answer, not_yet_answer) = answers_outside_validity(&draft, &mut findings);
    let entry = Entry {
        id: if id_given { id } else { derived_id(&standard.text) },
        number: number(&draft.number, &place, &mut findings),
        question: standard.text,
        similar,
        negative,
        answer,
        answers: channel_answers(draft.answers, &place, &mut findings),
        category: clean_line(&draft.category),
        valid_from,
        valid_until,
        expired_answer,
        not_yet_answer,
        related: related(&draft.related),
        enabled: draft.enabled.unwrap_or(true),
        place,
    };
    let literals = entry.questions().map(text::literal_key).collect();
    let answers = answers_digest(&entry);
    (Some(Checked { entry, id_given, keys, literals, answers }), findings)
}

/// Equal where all answers are.
fn answers_digest(entry: &Entry) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    let channels = entry.answers.iter().flat_map(|(channel, text)| [channel, text]);
    for text in std::iter::once(&entry.answer).chain(channels) {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize()
}

struct Question {
    text: String,
    key: String,
}

fn standard_question(draft: &Draft, place: &Place, findings: &mut Findings) -> Option<Question> {
    let text = clean_line(&draft.question);
    if text.is_empty() {
        match &draft.no_question {
            Some(why) => findings.issue(place, format!("问题为空：{why}")),
            None => findings.issue(place, "问题为空，请填写标准问"),
        }
        return None;
    }
    let key = text::question_key(&text::normalize(&text));
    if key.is_empty() {
        findings.issue(place, format!("问题“{text}”里没有可匹配的文字，请改写"));
        return None;
    }
    check_length(&text, "标准问", place, findings);
    Some(Question { text, key })
}

/// Stable over reorderings and renamings of files: it depends on the words of the question alone. Not on its normalised
/// form, where two questions that people tell apart may meet.
fn derived_id(question: &str) -> String {
    let digest = blake3::hash(text::literal_key(question).as_bytes()).to_hex();
    format!("q-{}", digest.get(..DERIVED_DIGITS).unwrap_or_default())
}

fn check_id(id: &str, place: &Place, findings: &mut Findings) {
    if id.chars().count() > MAX_ID {
        findings.issue(place, format!("id 超过 {MAX_ID} 个字，请缩短"));
    }
}

fn check_length(question: &str, what: &str, place: &Place, findings: &mut Findings) {
    let length = question.chars().count();
    if length > MAX_QUESTION {
        findings.issue(place, format!("{what}有 {length} 个字，最多 {MAX_QUESTION} 个，请缩短"));
    }
}

/// Questions that differ from all in `keys`, whose keys are added. Repetitions inside an entry are harmless and vanish.
fn questions(
    texts: &[String],
    what: &str,
    keys: &mut Vec<String>,
    place: &Place,
    findings: &mut Findings,
) -> Vec<String> {
    let mut seen: FxHashSet<String> = keys.iter().cloned().collect();
    let mut kept = Vec::new();
    for raw in texts {
        let question = clean_line(raw);
        if question.is_empty() {
            continue;
        }
        check_length(&question, what, place, findings);
        let key = text::question_key(&text::normalize(&question));
        if key.is_empty() {
            findings.warn(place, format!("{what}“{question}”里没有可匹配的文字，已忽略"));
        } else if seen.insert(key.clone()) {
            keys.push(key);
            kept.push(question);
        }
    }
    if kept.len() > MAX_QUESTIONS {
        findings.issue(place, format!("{what}有 {} 个，最多 {MAX_QUESTIONS} 个，请拆成几个条目", kept.len()));
    }
    kept
}

fn negatives(texts: &[String], own: &[String], place: &Place, findings: &mut Findings) -> Vec<String> {
    let mut keys = Vec::new();
    let kept = questions(texts, "反例", &mut keys, place, findings);
    let own: FxHashSet<&String> = own.iter().collect();
    for (question, key) in kept.iter().zip(&keys) {
        if own.contains(key) {
            findings.issue(place, format!("反例“{question}”与本条目自己的问题相同，请删除其中一个"));
        }
    }
    kept
}

fn answer(raw: &str, what: &str, place: &Place, findings: &mut Findings) -> String {
    let text = clean_text(raw);
    let length = text.chars().count();
    if length == 0 {
        findings.issue(place, format!("{what}为空，请填写"));
    } else if length > MAX_ANSWER {
        findings.issue(place, format!("{what}有 {length} 个字，最多 {MAX_ANSWER} 个，请缩短"));
    }
    text
}

fn channel_answers(raw: Vec<(String, String)>, place: &Place, findings: &mut Findings) -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    for (name, text) in raw {
        let key = channel_key(&name);
        if key.is_empty() || !key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
            findings.issue(place, format!("渠道名“{name}”只能由字母、数字、汉字、- 和 _ 组成，请改名"));
            continue;
        }
        let text = answer(&text, &format!("渠道 {key} 的答案"), place, findings);
        if answers.insert(key.clone(), text).is_some() {
            findings.issue(place, format!("渠道 {key} 的答案写了两次，请删除一个"));
        }
    }
    answers
}

fn validity(draft: &Draft, zone: &TimeZone, findings: &mut Findings) -> (Option<Timestamp>, Option<Timestamp>) {
    let window = window(&draft.valid_from, &draft.valid_until, zone);
    for message in window.messages {
        findings.issue(&draft.place, message);
    }
    if let (Some(from), Some(until)) = (window.from, window.until)
        && until <= from
    {
        let message = format!(
            "失效时间“{}”不晚于生效时间“{}”，请改正其中一个",
            draft.valid_until.trim(),
            draft.valid_from.trim()
        );
        findings.issue(&draft.place, message);
    }
    (window.from, window.until)
}

/// What is said after and before the window; each has use only where the window is closed at that end.
fn answers_outside_validity(draft: &Draft, findings: &mut Findings) -> (String, String) {
    let mut text = |raw: &str, what: &str, end: &str, bound: &str| {
        if raw.trim().is_empty() {
            return String::new();
        }
        if bound.trim().is_empty() {
            findings.warn(&draft.place, format!("写了{what}但没有{end}，这段话永远用不到"));
        }
        answer(raw, what, &draft.place, findings)
    };
    let expired = text(&draft.expired_answer, "过期后答案", "失效时间", &draft.valid_until);
    (expired, text(&draft.not_yet_answer, "未生效答案", "生效时间", &draft.valid_from))
}

/// A number of the protocols that count in 32 bits with a sign.
fn number(raw: &str, place: &Place, findings: &mut Findings) -> Option<u32> {
    let text = raw.trim();
    if text.is_empty() {
        return None;
    }
    let number = text.parse::<u32>().ok().filter(|number| (1..=MAX_NUMBER).contains(number));
    if number.is_none() {
        findings.issue(place, format!("数字编号应为 1 到 {MAX_NUMBER} 的整数，现在是“{text}”"));
    }
    number
}

fn related(raw: &[String]) -> Vec<String> {
    let mut seen = FxHashSet::default();
    raw.iter().map(|id| clean_line(id)).filter(|id| !id.is_empty() && seen.insert(id.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(question: &str, answer: &str) -> Draft {
        let place = Place::new("f.toml", 7);
        Draft { place, question: question.into(), answer: answer.into(), ..Draft::default() }
    }

    fn messages(draft: Draft) -> Vec<String> {
        check(draft, &TimeZone::UTC).1.issues.iter().map(|issue| issue.message.clone()).collect()
    }

    #[test]
    fn derived_ids_depend_on_the_words_alone() {
        let id = |question| check(draft(question, "a"), &TimeZone::UTC).0.unwrap().entry.id;
        assert_eq!(id("怎么退款"), id(" 怎么退款？"));
        assert_ne!(id("怎么退款"), id("怎么退货"));
        assert_eq!(id("怎么退款").len(), 14);
    }

    #[test]
    fn names_what_is_wrong_with_an_entry() {
        let long = "长".repeat(501);
        let rows: Vec<(Draft, &str)> = vec![
            (draft(" ", "a"), "问题为空"),
            (draft("？？", "a"), "问题“？？”里没有可匹配的文字"),
            (draft("q", "\n"), "答案为空"),
            (draft(&long, "a"), "标准问有 501 个字"),
            (draft("q", &"答".repeat(10_001)), "答案有 10001 个字"),
            (Draft { similar: vec![long.clone()], ..draft("q", "a") }, "相似问有 501 个字"),
            (Draft { negative: vec!["Q！".into()], ..draft("q", "a") }, "反例“Q！”与本条目自己的问题相同"),
            (
                Draft { answers: vec![("SMS".into(), "x".into()), ("短信".into(), "y".into())], ..draft("q", "a") },
                "渠道 sms 的答案写了两次",
            ),
            (Draft { answers: vec![("w x".into(), "x".into())], ..draft("q", "a") }, "渠道名“w x”"),
            (Draft { answers: vec![("sms".into(), " ".into())], ..draft("q", "a") }, "渠道 sms 的答案为空"),
            (Draft { valid_from: "昨天".into(), ..draft("q", "a") }, "生效时间：读不懂日期“昨天”"),
            (
                Draft { valid_from: "2026-11-12".into(), valid_until: "2026-11-11".into(), ..draft("q", "a") },
                "失效时间“2026-11-11”不晚于",
            ),
            (Draft { number: "0".into(), ..draft("q", "a") }, "数字编号应为 1 到"),
            (Draft { id: "i".repeat(129), ..draft("q", "a") }, "id 超过 128 个字"),
        ];
        for (draft, expected) in rows {
            let found = messages(draft);
            assert!(found.len() == 1 && found[0].starts_with(expected), "{expected}: {found:?}");
        }
    }

    #[test]
    fn repetitions_inside_an_entry_vanish() {
        let repeated = Draft {
            similar: vec!["咋退钱".into(), "怎么退款？".into(), "咋退钱!".into(), String::new()],
            ..draft("怎么退款", "a")
        };
        let (checked, findings) = check(repeated, &TimeZone::UTC);
        assert_eq!(checked.unwrap().entry.similar, ["咋退钱"]);
        assert_eq!((findings.issues.len(), findings.warnings.len()), (0, 0));
    }
}
