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
        Self {
            chars: terms.key.chars().collect(),
            grams: lexicons.grams.weigh(&terms.grams),
            words: lexicons.words.weigh(&terms.words),
            codes: codes(&terms.normalized),
            negated: negations(&terms.key) > 0,
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
    fn reads_codes_and_negation() {
        assert_eq!(codes("i9300七天无理由 15天"), ["15", "7", "i9300"]);
        let rows = [("拆封了能不能退", false), ("拆封了不能退吗", true), ("没收到货", true), ("有没有货", false)];
        for (text, expected) in rows {
            assert_eq!(negations(text) > 0, expected, "{text}");
        }
    }
}
