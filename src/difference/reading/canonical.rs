//! Spellings of one thing made one before reading: weekdays, campaigns, unit letters, words of other regions.

use std::sync::LazyLock;

use regex::Regex;

use crate::difference::tables::tables;

/// What is replaced when it stands anywhere, in order.
const PLAIN: [(&str, &str); 25] = [
    ("°c", "度"),
    ("℃", "度"),
    ("～", "~"),
    ("—", "-"),
    ("–", "-"),
    ("星期天", "周日"),
    ("礼拜天", "周日"),
    ("星期", "周"),
    ("礼拜", "周"),
    ("周天", "周日"),
    ("双11", "双十一"),
    ("双12", "双十二"),
    ("双 11", "双十一"),
    ("11.11", "双十一"),
    ("12.12", "双十二"),
    ("十一假期", "国庆假期"),
    ("十一期间", "国庆期间"),
    ("十一长假", "国庆长假"),
    ("十一放假", "国庆放假"),
    ("千兆", "1000兆"),
    ("百分之百", "100%"),
    ("俩人", "两个人"),
    ("半价", "5折"),
    ("包年", "一年"),
    ("包月", "一个月"),
];

static WINDOWS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bwin(?:dows)?\s*(\d+)").ok());
static GIGABYTES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\d)\s*(?:个\s*g|gb|g)b?([^a-z]|$)").ok());
static HYPHENED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b([a-z]{1,3})-([a-z]{2,})").ok());
static SPACED_CODE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b([a-z]{1,2})\s+(\d)").ok());
static MAY_DAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(^|[^一二三四五六七八九十第])(五一|六一|三八)(期间|假期|长假|放假|节|那|当|[^一二三四五六七八九十\d个天年月号%折元块点]|$)").ok()
});

/// Normalised text in the spelling that readings are made of.
pub(super) fn canonical(normalized: &str) -> String {
    let mut text = normalized.to_owned();
    for (from, to) in PLAIN.iter().chain(&tables().regional) {
        if text.contains(from) {
            text = text.replace(from, to);
        }
    }
    if text.contains("win") {
        text = rewritten(&WINDOWS, text, "win$1");
    }
    if text.contains('g') {
        text = rewritten(&GIGABYTES, text, "${1}g$2");
    }
    if text.contains('-') {
        text = rewritten(&HYPHENED, text, "$1$2");
    }
    if text.contains(' ') {
        text = rewritten(&SPACED_CODE, text, "$1$2");
    }
    if text.contains("五一") || text.contains("六一") || text.contains("三八") {
        text = festivals(text);
    }
    text
}

fn rewritten(pattern: &LazyLock<Option<Regex>>, text: String, with: &str) -> String {
    match pattern.as_ref() {
        Some(pattern) => pattern.replace_all(&text, with).into_owned(),
        None => text,
    }
}

fn festivals(text: String) -> String {
    let Some(pattern) = MAY_DAY.as_ref() else { return text };
    let named = |found: &regex::Captures<'_>| {
        let name = match &found[2] {
            "五一" => "劳动节",
            "六一" => "儿童节",
            _ => "妇女节",
        };
        let after = if &found[3] == "节" { "" } else { &found[3] };
        format!("{}{name}{after}", &found[1])
    };
    pattern.replace_all(&text, named).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_has_one_spelling() {
        let rows = [
            ("双11买的空调", "双十一买的空调"),
            ("星期天开门吗", "周日开门吗"),
            ("windows 11怎么装", "win11怎么装"),
            ("10个g流量", "10g流量"),
            ("10 gb流量", "10g流量"),
            ("k 2咖啡机", "k2咖啡机"),
            ("五一放假吗", "劳动节放假吗"),
            ("五一节", "劳动节"),
            ("十五一个", "十五一个"),
            ("冷气怎么装", "空调怎么装"),
            ("wi-fi怎么连", "wifi怎么连"),
            ("第二杯半价", "第二杯5折"),
            ("iphone 15 pro", "iphone 15 pro"),
        ];
        for (from, to) in rows {
            assert_eq!(canonical(from), to);
        }
    }
}
