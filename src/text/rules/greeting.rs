//! Strips what surrounds the question: greetings before it, thanks and pleas after it.

use std::borrow::Cow;

use crate::text::cost::steps;
use crate::text::letters::is_term_char;

/// Openings, longest first where one begins another.
const OPENINGS: [&str; 52] = [
    "不好意思打扰一下",
    "不好意思",
    "打扰一下",
    "打扰了",
    "客服你好",
    "客服您好",
    "你好客服",
    "您好客服",
    "客服在不在",
    "客服在吗",
    "你好在吗",
    "您好在吗",
    "你好呀",
    "您好呀",
    "你好啊",
    "您好啊",
    "哈喽",
    "哈啰",
    "hello",
    "hi",
    "嗨",
    "喂喂",
    "喂",
    "在不在",
    "在吗",
    "在么",
    "在嘛",
    "有人吗",
    "有人在吗",
    "有人么",
    "早上好",
    "上午好",
    "中午好",
    "下午好",
    "晚上好",
    "麻烦问一下",
    "麻烦问下",
    "麻烦请问",
    "请问一下",
    "请问下",
    "请教一下",
    "请教下",
    "请问",
    "想问一下",
    "想问下",
    "我想问一下",
    "我想问下",
    "问一下",
    "问下",
    "咨询一下",
    "咨询下",
    "我想咨询一下",
];

/// Openings that also begin ordinary words (亲子装, 你好吗, 您好坏): only before a mark, a blank or another opening.
const DELICATE: [&str; 6] = ["亲亲", "亲爱的", "亲", "你好", "您好", "嗯"];

const CLOSINGS: [&str; 18] = [
    "谢谢啦",
    "谢谢了",
    "谢谢你",
    "谢谢您",
    "谢谢",
    "多谢",
    "谢了",
    "感谢",
    "在线等",
    "急急急",
    "急急",
    "求解答",
    "求解",
    "求助",
    "求回复",
    "麻烦了",
    "拜托了",
    "thanks",
];

/// The question alone; unchanged when nothing else would remain.
pub(super) fn strip(text: &str) -> Cow<'_, str> {
    let (first, last) = trimmed(text, 0, text.len());
    let (mut start, mut end) = (first, last);
    let mut terms = terms_in(&text[start..end]);
    loop {
        let core = &text[start..end];
        let (from, to) = match (opening(core), closing(core)) {
            (Some(length), _) => (start + length, end),
            (None, Some(length)) => (start, end - length),
            (None, None) => break,
        };
        let (from, to) = trimmed(text, from, to);
        // Only what goes is counted: counting what stays would cost the whole text for every greeting.
        terms -= terms_in(&text[start..from]) + terms_in(&text[to..end]);
        if terms < 2 {
            break;
        }
        (start, end) = (from, to);
    }
    // Marks at the ends go only together with a greeting, so that plain text stays as it is.
    if (start, end) == (first, last) {
        return Cow::Borrowed(text);
    }
    let closing_mark = text[end..].chars().next().filter(|c| matches!(c, '?' | '!'));
    Cow::Owned(text[start..end].chars().chain(closing_mark).collect())
}

/// The stretch without marks and blanks at its ends.
fn trimmed(text: &str, start: usize, end: usize) -> (usize, usize) {
    let whole = &text[start..end];
    let tail = whole.trim_start_matches(is_joint);
    let core = tail.trim_end_matches(is_joint);
    steps(whole.len() - core.len() + 1);
    let start = end - tail.len();
    (start, start + core.len())
}

fn terms_in(text: &str) -> usize {
    steps(text.len());
    text.chars().filter(|c| is_term_char(*c)).count()
}

/// Length of the greeting that the text begins with.
fn opening(text: &str) -> Option<usize> {
    steps(OPENINGS.len() + DELICATE.len());
    if let Some(rest) = OPENINGS.iter().find_map(|opening| text.strip_prefix(opening)) {
        // "hi" must not eat the start of "himama".
        let inside_word =
            rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.starts_with(|c: char| c.is_ascii());
        return (!inside_word).then_some(text.len() - rest.len());
    }
    let rest = DELICATE.iter().find_map(|opening| text.strip_prefix(opening))?;
    let separate = rest.starts_with(is_joint)
        || OPENINGS.iter().chain(&DELICATE).any(|next| rest.starts_with(next))
        || (!text.starts_with('亲')
            && !text.starts_with('嗯')
            && rest.starts_with(|c: char| !"吗么嘛坏棒呢像".contains(c)));
    separate.then_some(text.len() - rest.len())
}

/// Length of the courtesy that the text ends with.
fn closing(text: &str) -> Option<usize> {
    steps(CLOSINGS.len());
    CLOSINGS.iter().find(|closing| text.ends_with(**closing)).map(|closing| closing.len())
}

fn is_joint(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '.' | '!' | '?' | '~' | '、' | '。' | ';' | ':' | '…' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_greetings_and_thanks_but_not_words_that_begin_like_them() {
        let rows = [
            ("你好在吗怎么退款", "怎么退款"),
            ("亲,在不在?我想问下运费谁出", "运费谁出"),
            ("怎么退款?谢谢!", "怎么退款?"),
            ("亲子装有货吗", "亲子装有货吗"),
            ("你好吗", "你好吗"),
            ("在吗", "在吗"),
            ("你好,我的快递呢,急急急", "我的快递呢"),
            ("himama奶瓶", "himama奶瓶"),
        ];
        for (input, expected) in rows {
            let got = strip(input);
            assert_eq!(got.trim_end_matches('?'), expected.trim_end_matches('?'), "input {input:?}");
        }
    }
}
