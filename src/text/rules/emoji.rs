//! Removes emoji (Unicode emoji properties, UTS #51) and the bracketed emoticons of chat apps.

use std::borrow::Cow;

use unicode_properties::UnicodeEmoji;

use crate::text::cost::steps;
use crate::text::letters::is_placeholder;

/// Bracketed emoticons as 微信, 微博 and QQ paste them.
const EMOTICONS: [&str; 48] = [
    "微笑", "撇嘴", "色", "发呆", "得意", "流泪", "害羞", "闭嘴", "睡", "大哭", "尴尬", "发怒", "调皮", "呲牙", "惊讶",
    "难过", "囧", "抓狂", "吐", "偷笑", "愉快", "白眼", "傲慢", "困", "惊恐", "憨笑", "悠闲", "咒骂", "疑问", "嘘",
    "晕", "衰", "骷髅", "敲打", "再见", "擦汗", "抠鼻", "鼓掌", "坏笑", "捂脸", "笑哭", "强", "弱", "抱拳", "玫瑰",
    "爱心", "心碎", "ok",
];

/// Text without emoji and emoticons.
pub(super) fn remove(text: &str) -> Cow<'_, str> {
    steps(text.len());
    let bracketed = without_emoticons(text);
    if bracketed.chars().any(is_emoji) {
        return Cow::Owned(bracketed.chars().filter(|c| !is_emoji(*c)).collect());
    }
    bracketed
}

/// Text without bracketed emoticons; emoji stay.
pub(in crate::text) fn without_emoticons(text: &str) -> Cow<'_, str> {
    if !text.contains('[') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        steps(EMOTICONS.len());
        let known =
            EMOTICONS.iter().find(|name| rest[1..].strip_prefix(**name).is_some_and(|tail| tail.starts_with(']')));
        let skipped = known.map_or(1, |name| name.len() + 2);
        if known.is_none() {
            out.push('[');
        }
        rest = &rest[skipped..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Digits, `#` and `*` have the emoji property too, so ASCII never counts.
pub(in crate::text) fn is_emoji(c: char) -> bool {
    !c.is_ascii() && !c.is_alphanumeric() && !is_placeholder(c) && (c.is_emoji_char() || c == '\u{20e3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_emoji_and_known_emoticons_only() {
        assert_eq!(remove("好的👌🏻[微笑] 1#楼"), "好的 1#楼");
        assert_eq!(remove("[新品]奶粉"), "[新品]奶粉");
    }
}
