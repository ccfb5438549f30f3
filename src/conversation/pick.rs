//! Which of the offered suggestions a customer means: "1", "第二个", "选2", "最后一个", or "都不是".
//!
//! Reads normalised text and decides nothing.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::match_key;

/// What was said about the suggestions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pick {
    /// The suggestion at this place, from 0.
    At(usize),
    /// None of them; with what was said besides, where anything was.
    NoneOfThem { rest: Option<String> },
}

#[expect(clippy::unwrap_used, reason = "the pattern is a constant and every test run compiles it")]
static BY_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        "^(?:好的?|嗯|我|想|要|选择?|看|点|问的?是?|就|那就?|应该是?|是|答案|回复|序号|编号|选项)*",
        "(?P<ordinal>第|倒数第|选|no)?(?P<number>[1-9]|[一二三四五六七八九])(?P<counted>个|条|项|种|款)?(?:号|点)?",
        "(?:那个|那条|那项|问题|选项)?(?:吧|呢|啊|呀|哦|的|谢谢|就行|就是|可以)*$",
    ))
    .unwrap()
});

/// Ways to name the ends of a list.
const FIRST: [&str; 6] = ["最上面", "最前面", "头一个", "头一条", "上面第一", "打头"];
const LAST: [&str; 5] = ["最后一", "最下面", "最底下", "末尾", "最后那"];
/// Longest key that names an end and asks nothing.
const END_CHARS: usize = 9;

/// Ways to decline all that was offered.
const NONE: [&str; 22] = [
    "都不是",
    "都不对",
    "都不行",
    "都不符合",
    "都没有",
    "都没用",
    "没有我要",
    "没有我想",
    "没我要",
    "没我想",
    "没有一个",
    "没一个",
    "没有对的",
    "没有相关",
    "以上都不",
    "上面都不",
    "不是这些",
    "不是这几个",
    "不是上面",
    "不在里面",
    "不在这里面",
    "一个都不",
];

impl Pick {
    /// Reads normalised text after `offered` suggestions; `None` where it speaks of none of them.
    pub(super) fn read(normalized: &str, offered: usize) -> Option<Self> {
        let key = match_key(normalized);
        if let Some(place) = by_number(&key, offered).or_else(|| by_end(&key, offered)) {
            return Some(Self::At(place));
        }
        let cue = NONE.iter().filter_map(|cue| normalized.find(cue).map(|at| at + cue.len())).min()?;
        let rest =
            normalized[cue..].split_once([',', '，', '。', '.', '!', ';', '；', ' ']).map(|(_, rest)| rest.trim());
        Some(Self::NoneOfThem { rest: rest.filter(|rest| match_key(rest).chars().count() > 1).map(str::to_owned) })
    }
}

impl Pick {
    /// Whether a text names a place in a list and asks nothing, whatever was offered.
    pub(super) fn points(normalized: &str) -> bool {
        matches!(Self::read(normalized, LONGEST_LIST), Some(Self::At(_)))
    }
}

/// Places that one digit can name.
const LONGEST_LIST: usize = 9;

fn by_number(key: &str, offered: usize) -> Option<usize> {
    let found = BY_NUMBER.captures(key)?;
    let ordinal = found.name("ordinal").map(|ordinal| ordinal.as_str());
    // 一个 and 2个 count something; 第一个 and 选2 point.
    if found.name("counted").is_some() && ordinal.is_none() {
        return None;
    }
    let number = found["number"].chars().next()?;
    let words = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let value = match number.to_digit(10) {
        Some(digit) => usize::try_from(digit).ok()?,
        None => words.iter().position(|word| *word == number)? + 1,
    };
    let place = if ordinal == Some("倒数第") { offered.checked_sub(value)? } else { value - 1 };
    (place < offered).then_some(place)
}

fn by_end(key: &str, offered: usize) -> Option<usize> {
    if key.chars().count() > END_CHARS {
        return None;
    }
    let says = |ways: &[&str]| ways.iter().any(|way| key.contains(way));
    match () {
        () if says(&FIRST) => (offered > 0).then_some(0),
        () if says(&LAST) => offered.checked_sub(1),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalize;

    #[test]
    fn reads_places() {
        let rows = [
            ("1", Some(0)),
            ("２", Some(1)), // full width
            ("3.", Some(2)),
            ("第二个", Some(1)),
            ("第一个吧", Some(0)),
            ("选2", Some(1)),
            ("我选第三条，谢谢", Some(2)),
            ("二", Some(1)),
            ("最上面那个", Some(0)),
            ("最后一个", Some(2)),
            ("倒数第二个", Some(1)),
            ("4", None),                        // there are three
            ("一个", None),                     // counts
            ("2个人能一起用吗", None),          // asks
            ("最后一个快递什么时候到啊", None), // asks
            ("怎么退款", None),
        ];
        for (text, place) in rows {
            assert_eq!(Pick::read(&normalize(text), 3), place.map(Pick::At), "{text}");
        }
    }

    #[test]
    fn declining_keeps_what_was_said_besides() {
        let rows = [
            ("都不是", None),
            ("没有我要的", None),
            ("上面几个都不对", None),
            ("都不是，我想问能不能开两张", Some("我想问能不能开两张")),
        ];
        for (text, rest) in rows {
            let expected = Some(Pick::NoneOfThem { rest: rest.map(str::to_owned) });
            assert_eq!(Pick::read(&normalize(text), 3), expected, "{text}");
        }
    }
}
