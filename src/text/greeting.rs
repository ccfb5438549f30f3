//! Strips what surrounds the question: greetings before it, thanks and pleas after it.

use std::borrow::Cow;

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
    let mut core = text.trim_matches(is_joint);
    loop {
        let shorter = strip_opening(core).or_else(|| strip_closing(core));
        match shorter.map(|rest| rest.trim_matches(is_joint)) {
            Some(rest) if rest.chars().filter(|c| super::is_term_char(*c)).count() >= 2 => core = rest,
            _ => break,
        }
    }
    // Marks at the ends go only together with a greeting, so that plain text stays as it is.
    let changed = core.len() < text.trim_matches(is_joint).len();
    if !changed {
        return Cow::Borrowed(text);
    }
    let end = text.rfind(core).map_or(text.len(), |start| start + core.len());
    let closing_mark = text[end..].chars().next().filter(|c| matches!(c, '?' | '!'));
    Cow::Owned(core.chars().chain(closing_mark).collect())
}

fn strip_opening(text: &str) -> Option<&str> {
    if let Some(rest) = OPENINGS.iter().find_map(|opening| text.strip_prefix(opening)) {
        // "hi" must not eat the start of "himama".
        let inside_word =
            rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.starts_with(|c: char| c.is_ascii());
        return (!inside_word).then_some(rest);
    }
    let rest = DELICATE.iter().find_map(|opening| text.strip_prefix(opening))?;
    let separate = rest.starts_with(is_joint)
        || OPENINGS.iter().chain(&DELICATE).any(|next| rest.starts_with(next))
        || (!text.starts_with('亲')
            && !text.starts_with('嗯')
            && rest.starts_with(|c: char| !"吗么嘛坏棒呢像".contains(c)));
    separate.then_some(rest)
}

fn strip_closing(text: &str) -> Option<&str> {
    CLOSINGS.iter().find_map(|closing| text.strip_suffix(closing))
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
