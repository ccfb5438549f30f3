//! 繁體 to simplified by longest match over the `OpenCC` t2s phrase and character tables (Apache-2.0, see NOTICE).
//!
//! Only the script changes, never the vocabulary: the phrase modes for Taiwan turn 呼叫中心 into 调用中心.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::text::cost::steps;

struct Tables {
    characters: FxHashMap<char, char>,
    /// Phrases by first character, longest first.
    phrases: FxHashMap<char, Vec<(&'static str, String)>>,
}

/// 著 is 着 in customers' words (看著, 著急) unless it belongs to one of these; the tables leave it as it is.
const KEEPS_ZHU: [&str; 20] = [
    "著名", "著作", "著者", "著称", "著稱", "著述", "著书", "著書", "著录", "著錄", "显著", "顯著", "名著", "原著",
    "专著", "專著", "编著", "編著", "卓著", "土著",
];

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut characters = FxHashMap::default();
    for (from, to) in rows(include_str!("tables/traditional_characters.txt")) {
        if let (Some(from), Some(to)) = (from.chars().next(), to.chars().next())
            && from != to
        {
            characters.insert(from, to);
        }
    }
    characters.insert('著', '着');
    let mut phrases: FxHashMap<char, Vec<(&'static str, String)>> = FxHashMap::default();
    for kept in KEEPS_ZHU {
        let simplified = kept.chars().map(|c| if c == '著' { c } else { characters.get(&c).copied().unwrap_or(c) });
        if let Some(first) = kept.chars().next() {
            phrases.entry(first).or_default().push((kept, simplified.collect()));
        }
    }
    for (from, to) in rows(include_str!("tables/traditional_phrases.txt")) {
        // 一坏 → 一坯 and its like would damage text that is simplified already.
        let traditional = from.chars().any(|c| characters.contains_key(&c));
        if let Some(first) = from.chars().next().filter(|_| traditional) {
            phrases.entry(first).or_default().push((from, to.to_owned()));
        }
    }
    phrases.values_mut().for_each(|list| list.sort_by_key(|(from, _)| std::cmp::Reverse(from.len())));
    Tables { characters, phrases }
});

/// Rows of `traditional TAB simplified [BLANK other simplified]…`; the first simplified form is the usual one.
fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (from, to) = line.split_once('\t')?;
        Some((from, to.split(' ').next()?))
    })
}

/// Simplified text; characters that are already simplified pass unchanged.
pub(in crate::text) fn to_simplified(text: &str) -> Cow<'_, str> {
    let tables = &*TABLES;
    if !text.chars().any(|c| tables.characters.contains_key(&c) || tables.phrases.contains_key(&c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let phrases = tables.phrases.get(&c).map_or(&[] as &[_], Vec::as_slice);
        let phrase = phrases.iter().find(|(from, _)| rest.starts_with(from));
        steps(1 + phrases.len());
        if let Some((from, to)) = phrase {
            out.push_str(to);
            rest = &rest[from.len()..];
        } else {
            out.push(tables.characters.get(&c).copied().unwrap_or(c));
            rest = &rest[c.len_utf8()..];
        }
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_by_phrase_first() {
        let rows = [
            ("請問運費怎麼算", "请问运费怎么算"),
            ("呼叫中心的顧客滿意度調查", "呼叫中心的顾客满意度调查"),
            ("乾燥 乾坤 乾淨", "干燥 乾坤 干净"), // the phrase keeps 乾坤
            ("著急等著收貨", "着急等着收货"),
            ("什么时候发货", "什么时候发货"), // simplified 么 stays
        ];
        for (input, expected) in rows {
            assert_eq!(to_simplified(input), expected);
        }
    }

    #[test]
    fn every_target_is_a_fixed_point_of_the_tables() {
        TABLES.characters.iter().for_each(|(from, to)| {
            let again = to_simplified(&to.to_string()).into_owned();
            assert_eq!(to_simplified(&again), again, "{from} → {to} → {again} does not settle");
        });
    }
}
