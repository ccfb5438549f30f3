//! What a question says beside its words: negations and what they deny, conditions, who acts, what is asked for.

use crate::difference::tables::tables;

/// The logic of one text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::difference) struct Logic {
    /// How often it denies.
    pub(in crate::difference) negations: u8,
    /// The first character of what each negation denies, sorted.
    pub(in crate::difference) denied: Vec<char>,
    /// Bit per phrase of the section `condition`.
    pub(in crate::difference) conditions: u128,
    /// Bit per question class.
    pub(in crate::difference) classes: u32,
    /// Somebody acts for somebody else.
    pub(in crate::difference) agent: bool,
    /// Something is done to the one who asks.
    pub(in crate::difference) passive: bool,
    /// What the other side did, or is given.
    pub(in crate::difference) about_you: bool,
    /// It is done already.
    pub(in crate::difference) already: bool,
    /// 没, 未.
    pub(in crate::difference) not_yet: bool,
    /// 不是, 没有, 没办 ….
    pub(in crate::difference) not_being: bool,
    /// Not this but that: 没丢，就是坏了.
    pub(in crate::difference) contrast: bool,
}

/// Classes that say what kind of answer is wanted.
const STRONG: [&str; 8] = ["price", "long", "when", "where", "who", "why", "meaning", "count"];
const NOT_BEING: [&str; 9] = ["不是", "没有", "没办", "没买", "没签", "没带", "没点", "没用", "并非"];
/// Characters between a negation and what it denies.
const LIGHT: &str = "有能会可是被让想要再法得过去";

/// Reads the logic of canonical text.
pub(in crate::difference) fn logic(text: &str) -> Logic {
    let has = |section: &str| tables().section(section).iter().any(|phrase| text.contains(phrase));
    let (negations, denied) = denials(text);
    Logic {
        negations,
        denied,
        conditions: bits(tables().section("condition").iter().map(|phrase| text.contains(phrase))),
        classes: classes(text),
        agent: has("agent"),
        passive: has("passive"),
        about_you: has("about_you"),
        already: has("already"),
        not_yet: text.contains('没') || text.contains('未'),
        not_being: NOT_BEING.iter().any(|phrase| text.contains(phrase)),
        contrast: contrast(text),
    }
}

fn bits(set: impl Iterator<Item = bool>) -> u128 {
    set.take(128).enumerate().fold(0, |all, (at, set)| all | (u128::from(set) << at))
}

fn classes(text: &str) -> u32 {
    let mut found = 0_u32;
    let bit = |name: &str| tables().classes.iter().position(|(own, _)| *own == name).map_or(0, |at| 1_u32 << at);
    for (at, (_, phrases)) in tables().classes.iter().enumerate() {
        if phrases.iter().any(|phrase| text.contains(phrase)) {
            found |= 1 << at;
        }
    }
    if found & bit("price") != 0 || found & bit("long") != 0 {
        found &= !bit("count");
    }
    if found & (bit("when") | bit("meaning") | bit("where") | bit("material")) != 0 {
        found &= !bit("what");
    }
    found
}

/// Bits of the classes that say what kind of answer is wanted.
pub(in crate::difference) fn strong_classes() -> u32 {
    let named = |name: &&str| tables().classes.iter().position(|(own, _)| own == name);
    STRONG.iter().filter_map(named).fold(0, |all, at| all | (1 << at))
}

/// Counts negations that deny something, leaving out questions of the form A-not-A and set phrases.
fn denials(text: &str) -> (u8, Vec<char>) {
    if !text.contains(['不', '没', '未', '无', '别', '勿', '非', '拒']) {
        return (0, Vec::new());
    }
    let mut rest = text.to_owned();
    for phrase in tables().section("neutral") {
        if rest.contains(phrase) {
            rest = rest.replace(phrase, "·");
        }
    }
    let chars: Vec<char> = rest.chars().collect();
    let mut denied = Vec::new();
    let mut count = 0_u8;
    for (at, c) in chars.iter().enumerate() {
        if !matches!(c, '不' | '没' | '未' | '无' | '别' | '勿' | '非' | '拒') {
            continue;
        }
        let before = at.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(at + 1).copied();
        let asks = before.is_some() && before == after;
        let at_end = matches!(after, None | Some('吗' | '呢' | '啊' | '呀' | '?' | ',' | '。' | '了' | '·'));
        if asks || (at_end && matches!(c, '不' | '没')) {
            continue;
        }
        count = count.saturating_add(1);
        denied.extend(chars[at + 1..].iter().find(|next| !LIGHT.contains(**next)));
    }
    denied.sort_unstable();
    denied.dedup();
    (count, denied)
}

/// A negation, and soon after it what is the case instead.
fn contrast(text: &str) -> bool {
    let turns = ["就是", "只是", "但", "可是", "而是", "却", "不过"];
    turns.iter().filter_map(|turn| text.find(turn)).any(|place| {
        let before = &text[..place];
        let clause: String = before.chars().rev().take(10).collect();
        clause.contains(['没', '不', '未']) && clause.contains([',', '，', ' '])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_whether_is_no_denial() {
        for (text, count) in [
            ("能不能退", 0),
            ("拆封了不能退吗", 1),
            ("没收到货", 1),
            ("有没有货", 0),
            ("能用不", 0),
            ("支不支持分期", 0),
            ("不好意思问一下", 0),
            ("不锈钢锅怎么洗", 0),
            ("不到一岁不能吃什么", 2),
        ] {
            assert_eq!(logic(text).negations, count, "{text}");
        }
        assert_eq!(logic("没有忘密码").denied, ['忘']);
    }

    #[test]
    fn a_contrast_names_what_is_the_case_instead() {
        assert!(logic("快递没丢,就是外盒坏了").contrast);
        assert!(!logic("就是想问问怎么退").contrast);
    }

    #[test]
    fn classes_say_what_is_asked_for() {
        let (price, long) = (logic("多少钱").classes, logic("多久能到").classes);
        assert!(price & strong_classes() != 0 && long & strong_classes() != 0 && price & long == 0);
    }
}
