//! What is computed once per question text so that comparing two questions costs about a microsecond.

use crate::retrieval::Terms;

use super::lexicon::{Lexicon, Weighted};

/// The two lexicons of a corpus.
#[derive(Debug, Clone, Default)]
pub struct Lexicons {
    pub grams: Lexicon,
    pub words: Lexicon,
}

/// One question text, ready for comparison.
#[derive(Debug, Clone)]
pub struct QuestionProfile {
    pub key: String,
    pub chars: Vec<char>,
    pub grams: Weighted,
    pub words: Weighted,
    /// Runs of digits and Latin letters, sorted: model numbers, amounts, days, product names.
    pub codes: Vec<String>,
    /// Whether the question as a whole is negated.
    pub negated: bool,
    /// How often it denies: 不到一岁不能吃 twice.
    pub negations: usize,
    /// Counted amounts: 7天 is (天, 7).
    pub amounts: Vec<(char, String)>,
}

/// A profile of the customer's question next to one of the corpus.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    pub asked: &'a QuestionProfile,
    pub stored: &'a QuestionProfile,
}

impl QuestionProfile {
    /// Profiles one analysed text.
    #[must_use]
    pub fn new(terms: &Terms, lexicons: &Lexicons) -> Self {
        let negations = negations(&terms.key);
        Self {
            chars: terms.key.chars().collect(),
            grams: lexicons.grams.weigh(&terms.grams),
            words: lexicons.words.weigh(&terms.words),
            codes: codes(&terms.normalized),
            negations,
            negated: negations > 0,
            amounts: amounts(&terms.normalized),
            key: terms.key.clone(),
        }
    }
}

/// Runs of ASCII letters or of digits (with Chinese numerals before a counted unit read as digits), sorted.
fn codes(normalized: &str) -> Vec<String> {
    let mut found: Vec<String> = normalized
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|run| !run.is_empty())
        .map(str::to_owned)
        .collect();
    let chars: Vec<char> = normalized.chars().collect();
    for pair in chars.windows(2) {
        if let Some(value) = numeral(pair[0])
            && COUNTED.contains(&pair[1])
        {
            found.push(value.to_string());
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Edit similarity from which two texts are the same but for a negation.
const SAME_BUT_FOR: f32 = 0.8;

/// Whether one question says the opposite of the other in nearly the same words (能退/不能退), or counts the same unit
/// differently (7天/30天): such a pair must not answer each other with confidence.
#[must_use]
pub fn contradicts(a: &QuestionProfile, b: &QuestionProfile, similarity: fn(&[char], &[char]) -> f32) -> bool {
    let counts = |of: &QuestionProfile, unit: char| -> Vec<String> {
        of.amounts.iter().filter(|(own, _)| *own == unit).map(|(_, value)| value.clone()).collect()
    };
    let other_amount = a.amounts.iter().any(|(unit, _)| {
        let (ours, theirs) = (counts(a, *unit), counts(b, *unit));
        !theirs.is_empty() && ours.iter().all(|value| !theirs.contains(value))
    });
    other_amount || (a.negations != b.negations && similarity(&affirmed(&a.key), &affirmed(&b.key)) >= SAME_BUT_FOR)
}

/// The text without its negations.
fn affirmed(key: &str) -> Vec<char> {
    let mut text = key.to_owned();
    for negation in NEGATIONS {
        text = text.replace(negation, "");
    }
    text.chars().collect()
}

/// (unit, value) of every number before a unit.
fn amounts(normalized: &str) -> Vec<(char, String)> {
    let chars: Vec<char> = normalized.chars().filter(|c| *c != ' ').collect();
    let mut found = Vec::new();
    for (at, unit) in chars.iter().enumerate().filter(|(_, c)| COUNTED.contains(c)) {
        let digits: String = chars[..at].iter().rev().take_while(|c| c.is_ascii_digit()).collect();
        let value = match at.checked_sub(1).and_then(|before| numeral(chars[before])) {
            _ if !digits.is_empty() => digits.chars().rev().collect(),
            // 一个, 一次, 一张 are articles more often than amounts.
            Some(value) if value != 1 => value.to_string(),
            _ => continue,
        };
        found.push((*unit, value));
    }
    found
}

/// Units before which a single Chinese numeral is an amount: 七天 is 7天.
const COUNTED: [char; 14] = ['天', '日', '月', '年', '元', '块', '次', '个', '折', '张', '件', '岁', '期', '段'];

fn numeral(c: char) -> Option<u32> {
    const NUMERALS: [char; 11] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];
    if c == '两' {
        return Some(2);
    }
    NUMERALS.iter().position(|n| *n == c).and_then(|n| u32::try_from(n).ok())
}

/// Affirmative-negative questions ask without denying, and who does not know asks all the more.
const NEUTRAL: [&str; 24] = [
    "不知道",
    "不清楚",
    "不明白",
    "不了解",
    "不懂",
    "不太懂",
    "不确定",
    "不小心",
    "能不能",
    "可不可以",
    "可不可",
    "是不是",
    "有没有",
    "要不要",
    "会不会",
    "行不行",
    "好不好",
    "用不用",
    "对不对",
    "不好意思",
    "不同",
    "不客气",
    "要不",
    "差不多",
];
const NEGATIONS: [&str; 8] = ["不", "没", "无法", "未", "别", "勿", "非", "拒"];

/// How often the text denies.
fn negations(key: &str) -> usize {
    let mut rest = key.to_owned();
    for phrase in NEUTRAL {
        if rest.contains(phrase) {
            rest = rest.replace(phrase, "");
        }
    }
    NEGATIONS.iter().map(|negation| rest.matches(negation).count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposites_contradict_and_rewordings_do_not() {
        use crate::text::segment::Segmenter;
        let similar = |a: &[char], b: &[char]| if a == b { 1.0 } else { 0.0 };
        let profile = |text| QuestionProfile::new(&Terms::of(text, &Segmenter::default()), &Lexicons::default());
        let rows = [
            ("拆封能退吗", "拆封不能退吗", true),
            ("7天能退吗", "30天能退吗", true),
            ("不到一岁不能吃什么", "不到一岁能吃什么", true), // one denial more
            ("七天无理由怎么退", "7天无理由怎么退", false),   // the same amount
            ("7天内发货吗", "能退吗", false),                 // only one of them counts
            ("第2次登录失败", "7天内能退吗", false),          // other units
            ("能不能退", "可以退吗", false),                  // asks without denying
            ("打不开怎么办", "怎么申请退款", false),          // other words altogether
        ];
        for (a, b, expected) in rows {
            assert_eq!(contradicts(&profile(a), &profile(b), similar), expected, "{a} / {b}");
        }
    }

    #[test]
    fn reads_codes_and_negation() {
        assert_eq!(codes("i9300七天无理由 15天"), ["15", "7", "i9300"]);
        let rows = [("拆封了能不能退", false), ("拆封了不能退吗", true), ("没收到货", true), ("有没有货", false)];
        for (text, expected) in rows {
            assert_eq!(negations(text) > 0, expected, "{text}");
        }
    }
}
