//! Whether a message asks again what was just answered or offered: the same entry in the same words, or in some of
//! them after a word that it did not help. Another amount or another noun is another question.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::match_key;

/// Share of the letters of a repeated clause that the earlier text has.
const FROM_BEFORE: f64 = 0.85;
/// Share of the letters of the earlier text that a clause repeats, unless the answer was said not to help.
const OF_BEFORE: f64 = 0.6;

/// Words of asking and of politeness, which repeating may change.
#[expect(clippy::unwrap_used, reason = "the pattern is a constant and every test run compiles it")]
static ASKING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        "为什么|怎么样|怎么|如何|什么时候|啥时候|什么|啥|多久|几天|多少|吗|呢|啊|呀|么|了|的|我|你们|你|请问|一下|能|可以|",
        "还|是|在|哪里|哪儿|哪",
    ))
    .unwrap()
});

/// Compares a message, cues taken off, with the earlier text; both normalised.
pub(super) fn repeats(core: &str, earlier: &str, unhelped: bool) -> bool {
    let before = essence(earlier);
    core.split([',', '.', '!', '?', ';', ' ']).any(|clause| {
        let again = essence(clause);
        if again.is_empty() || (again.chars().count() < 2 && !unhelped) || counts_anew(clause, earlier) {
            return false;
        }
        let from_before = share(&again, &before);
        from_before >= FROM_BEFORE && (unhelped || share(&before, &again) >= OF_BEFORE)
    })
}

/// What is asked about; the whole where asking is all there is.
fn essence(text: &str) -> String {
    let key = match_key(text);
    let bare = ASKING.replace_all(&key, "");
    if bare.is_empty() { key } else { bare.into_owned() }
}

/// Share of the letters of one text that the other has.
#[expect(clippy::cast_precision_loss, reason = "questions have at most 500 characters")]
fn share(of: &str, within: &str) -> f64 {
    let had = of.chars().filter(|c| within.contains(*c)).count();
    had as f64 / of.chars().count().max(1) as f64
}

/// Whether a number occurs that the earlier text lacks.
fn counts_anew(clause: &str, earlier: &str) -> bool {
    let numbers = |text: &str| -> Vec<String> {
        let runs = text.split(|c: char| !c.is_ascii_digit());
        runs.filter(|run| !run.is_empty()).map(str::to_owned).collect()
    };
    let known = numbers(earlier);
    numbers(clause).iter().any(|number| !known.contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_again_is_told_from_the_next_variant() {
        let rows = [
            ("发票什么时候能开出来?", "发票多久能开出来", false, true),
            ("金额都够的,满减券为什么用不了", "我那张满减券怎么用不了", false, true),
            ("怎么激活", "电话卡怎么激活", true, true),   // said not to help
            ("怎么激活", "电话卡怎么激活", false, false), // may be about something else
            ("1米5的床买多大的", "1米8的床买多大的", false, false), // another amount
            ("微信退款几天", "支付宝退款几天", false, false), // another noun
        ];
        for (core, earlier, unhelped, expected) in rows {
            assert_eq!(repeats(core, earlier, unhelped), expected, "{core} after {earlier}");
        }
    }
}
