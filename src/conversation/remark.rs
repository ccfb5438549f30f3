//! What a message is beside a question: courtesy, an opening, a number, a word that the last answer did not help; and
//! what remains of it when its address to the conversation is taken off (那…呢, 对了, 我说的是…).
//!
//! Reads normalised text; knows nothing of entries.

use std::sync::LazyLock;

use regex::Regex;

use super::turn::Said;
use crate::text::{match_key, placeholder};

/// A message as it bears on what was said before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remark {
    pub(super) said: Said,
    /// The part that asks or states something, cues taken off; the whole text where nothing could be.
    pub(super) core: String,
    /// Whether it points back: 那…, …呢, 它, 接着刚才的.
    pub(super) points_back: bool,
    /// Whether it corrects what was understood: 不是，我说的是….
    pub(super) corrects: bool,
    /// Whether it says that the answer did not help: 没用, 到底, 我问的是….
    pub(super) unhelped: bool,
    /// Whether it says that something else comes now: 对了, 换个问题.
    pub(super) turns_away: bool,
}

/// Clauses that say the last answer did not help.
const UNHELPED: [&str; 44] = [
    "没用",
    "没有用",
    "没看到",
    "没找到",
    "找不到你说",
    "没有你说",
    "没有这个",
    "没有那个按钮",
    "不是我要",
    "不是我想",
    "不是我问",
    "答非所问",
    "没解决",
    "没有解决",
    "解决不了",
    "不管用",
    "不好使",
    "不起作用",
    "没效果",
    "没反应",
    "还是不行",
    "还是不能",
    "还是没",
    "还是一样",
    "试过了",
    "试了",
    "弄过了",
    "照你说",
    "按你说",
    "照着做",
    "按照你",
    "照着弄",
    "看不懂",
    "没看懂",
    "听不懂",
    "不明白你",
    "早就过了",
    "已经过了",
    "说了等于没说",
    "什么意思啊",
    "你没回答",
    "没回答我",
    "听不明白",
    "没说清楚",
];
/// Words of impatience within a question.
const IMPATIENT: [&str; 5] = ["到底", "究竟", "我问的是", "我就问", "再问一遍"];
/// Clauses that take back what was said or understood.
const TAKEN_BACK: [&str; 12] =
    ["不是", "不对", "错了", "说错", "打错", "搞错", "弄错", "写错了", "口误", "你理解错", "理解错", "误会"];
/// Openings of a clause that says what is meant after all.
const MEANT: [&str; 22] = [
    "我的意思是",
    "我意思是",
    "我说的是",
    "我是说",
    "我要说的是",
    "我问的是",
    "我要问的是",
    "我想问的是",
    "我想说的是",
    "我要的是",
    "我要查的是",
    "我要办的是",
    "我指的是",
    "说的是",
    "问的是",
    "指的是",
    "应该是",
    "其实是",
    "而是",
    "是想",
    "是要",
    "是",
];
/// Openings that announce another matter.
const AWAY: [&str; 24] = [
    "对了",
    "先不说这个",
    "不说这个",
    "先不管这个",
    "不管这个",
    "换个问题",
    "换个话题",
    "换一个问题",
    "另外问个事",
    "另外问一下",
    "另外问下",
    "另外",
    "顺便问一下",
    "顺便问下",
    "顺便问问",
    "顺便",
    "还有个问题",
    "还有一个问题",
    "还有个事",
    "再问一个",
    "再问个",
    "再问下",
    "再问一下",
    "问个别的",
];
/// Openings that go on from what was said.
const ONWARD: [&str; 16] = [
    "接着刚才的",
    "接着刚才",
    "接上面的",
    "接着上面",
    "继续刚才",
    "刚才那个",
    "刚刚那个",
    "还是刚才",
    "那么",
    "那就",
    "那如果",
    "那要是",
    "那",
    "要是",
    "如果",
    "万一",
];
/// Pronouns whose noun stands in an earlier message.
const PRONOUNS: [&str; 12] =
    ["它们", "它", "这个", "那个", "这单", "这笔", "这张", "这件", "这种", "那种", "上面说的", "这样的"];
const ENDINGS: [&str; 14] =
    ["的话呢", "的话", "的呢", "呢", "的那种", "那种", "的那个", "那个", "的那条", "那条", "啊", "呀", "吧", "嘛"];

/// Longest message read as a courtesy or an opening, in letters.
const REMARK_CHARS: usize = 12;

#[expect(clippy::unwrap_used, reason = "the patterns are constants and every test run compiles them")]
static COURTESY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        "^(?:好|的|嘞|勒|吧|行|可以|嗯|哦|噢|喔|对|是|ok|okay|知道|明白|了解|懂|收到|清楚|谢|谢谢|多谢|感谢|辛苦|不用|不需要|",
        "不必|没有|没|没事|别的|其他|事|问题|再见|拜拜|拜|88|先|这样|就|那|啊|呀|哈|啦|了|您|你|客气|麻烦|你们|大家|挺好|不错|太好|没什么)+$"
    ))
    .unwrap()
});
#[expect(clippy::unwrap_used, reason = "the patterns are constants and every test run compiles them")]
static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        "^(?:我|想|要|就|是|那个|这个|那|请|麻烦|问|问问|一下|下|个|一个|事|事情|有|有个|有点|问题|咨询|打听|请教|你好|您好|喂|",
        "嗯|呃|额|啊|吧|呢|哈|然后|还有|还|亲|在吗|在不在|客服|hi|hello|跟|你|您|说|帮|我)+$"
    ))
    .unwrap()
});
#[expect(clippy::unwrap_used, reason = "the patterns are constants and every test run compiles them")]
static NUMBER_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("订单编号|订单号码|订单号|运单号|快递单号|物流单号|单号|订单|手机号码|手机号|手机|电话|号码|卡号|编号|我的|是|号|这个|的").unwrap()
});
/// 那先不退了, 算了不买了: an intention given up.
#[expect(clippy::unwrap_used, reason = "the patterns are constants and every test run compiles them")]
static GIVEN_UP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^(?:那|算了|还是|我|就|先)*不.{1,4}了(?:吧|啊|谢谢)*$").unwrap());

impl Remark {
    /// Reads one normalised message.
    pub(super) fn read(normalized: &str) -> Self {
        let key = match_key(normalized);
        let whole = |said| Self { said, ..Self::question(normalized) };
        if is_number(&key) {
            return whole(Said::Number);
        }
        let short = key.chars().count() <= REMARK_CHARS;
        if key.is_empty() || (short && (COURTESY.is_match(&key) || GIVEN_UP.is_match(&key))) {
            return whole(Said::Courtesy);
        }
        if short && OPENING.is_match(&key) {
            return whole(Said::Opening);
        }
        Self::question(normalized).without_cues(normalized)
    }

    fn question(normalized: &str) -> Self {
        Self {
            said: Said::Question,
            core: normalized.to_owned(),
            points_back: false,
            corrects: false,
            unhelped: false,
            turns_away: false,
        }
    }

    fn without_cues(mut self, normalized: &str) -> Self {
        let clauses: Vec<&str> =
            normalized.split(is_boundary).map(str::trim).filter(|clause| !clause.is_empty()).collect();
        let mut kept: Vec<String> = Vec::with_capacity(clauses.len());
        for clause in &clauses {
            if UNHELPED.iter().any(|cue| clause.contains(cue)) {
                self.unhelped = true;
                continue;
            }
            self.unhelped |= IMPATIENT.iter().any(|cue| clause.contains(cue));
            let meant = self.meant(clause, clauses.len() > 1);
            if let Some(rest) = meant.filter(|rest| !rest.is_empty()) {
                kept.push(rest);
            }
        }
        if !(self.unhelped || self.corrects || self.turns_away) {
            // Nothing was taken off: the text stays as it is, and so does its ranking.
            self.strip_ends();
            return self;
        }
        if kept.is_empty() {
            if self.unhelped || self.corrects {
                self.said = Said::Unhelpful;
                self.unhelped = true;
            }
            return self;
        }
        self.core = kept.join(",");
        self.strip_ends();
        self
    }

    /// What a clause contributes; `None` where it only takes something back or announces something.
    fn meant(&mut self, clause: &str, one_of_several: bool) -> Option<String> {
        let mut rest = clause;
        if let Some(after) = AWAY.iter().find_map(|cue| rest.strip_prefix(cue)) {
            self.turns_away = true;
            rest = after;
        }
        let takes_back = TAKEN_BACK.iter().any(|cue| clause.contains(cue)) || clause.starts_with("我不是说");
        if one_of_several && takes_back && clause.chars().count() <= 10 && !asks(clause) {
            self.corrects = true;
            return None;
        }
        let means = MEANT.iter().find_map(|cue| rest.strip_prefix(cue).map(|after| (cue, after)));
        if let Some((cue, after)) = means.filter(|(_, after)| !after.is_empty() && !after.starts_with(['不', '否'])) {
            self.corrects |= cue.chars().count() > 1;
            rest = after;
        }
        let mut text = rest.to_owned();
        for cue in IMPATIENT {
            text = text.replace(cue, "");
        }
        Some(text)
    }

    /// Takes off what only points back, unless nothing would remain.
    fn strip_ends(&mut self) {
        let mut core = self.core.trim_matches(is_boundary).to_owned();
        if let Some(after) = ONWARD.iter().find_map(|cue| core.strip_prefix(cue)) {
            self.points_back = true;
            core = after.trim_start_matches(is_boundary).to_owned();
        }
        if let Some(before) = ENDINGS[..10].iter().find_map(|cue| core.strip_suffix(cue)) {
            self.points_back = true;
            core = before.to_owned();
        }
        for pronoun in PRONOUNS {
            if core.contains(pronoun) {
                self.points_back = true;
                core = core.replace(pronoun, "");
            }
        }
        let core = core.trim_matches(is_boundary).trim();
        if self.points_back && !match_key(core).is_empty() {
            self.core = core.to_owned();
        }
    }
}

/// Whether a clause asks: then it is no mere correction (不是要收费吧).
fn asks(clause: &str) -> bool {
    ["吗", "怎么", "什么", "多少", "多久", "几", "哪"].iter().any(|mark| clause.contains(mark))
}

fn is_boundary(c: char) -> bool {
    matches!(c, ',' | '.' | '!' | '?' | ';' | ':' | '，' | '。' | '、' | '；' | '~' | '…' | '\n')
}

fn is_number(key: &str) -> bool {
    if !key.chars().any(placeholder::is_placeholder) {
        return false;
    }
    let rest = NUMBER_WORDS.replace_all(key, "");
    rest.chars().all(|c| placeholder::is_placeholder(c) || c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalize;

    #[test]
    fn tells_remarks_from_questions() {
        let rows = [
            ("好的", Said::Courtesy),
            ("嗯嗯，知道了", Said::Courtesy),
            ("没别的事了，谢谢", Said::Courtesy),
            ("👌", Said::Courtesy),
            ("那先不退了", Said::Courtesy),
            ("我想问一下", Said::Opening),
            ("就是那个", Said::Opening),
            ("订单号 AB20261103000456", Said::Number),
            ("没用", Said::Unhelpful),
            ("我没看到你说的页面", Said::Unhelpful),
            ("可以开发票吗", Said::Question),
            ("没有发票怎么报销", Said::Question),
            ("好像少了一件", Said::Question),
        ];
        for (text, said) in rows {
            assert_eq!(Remark::read(&normalize(text)).said, said, "{text}");
        }
    }

    #[test]
    fn takes_off_what_only_points() {
        let rows = [
            ("支付宝的呢", "支付宝"),
            ("那要多久", "要多久"),
            ("它怎么清洗", "怎么清洗"),
            ("打错了，是羽绒被", "羽绒被"),
            ("不是，我说的是换货", "换货"),
            ("对了，密码怎么改", "密码怎么改"),
            ("试过了没用，我问的是发票怎么下载", "发票怎么下载"),
            ("到底怎么激活", "怎么激活"),
        ];
        for (text, core) in rows {
            assert_eq!(Remark::read(&normalize(text)).core.trim_end_matches('?'), core, "{text}");
        }
    }
}
