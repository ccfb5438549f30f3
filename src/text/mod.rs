//! Turns what a customer typed into the one form that indexing, querying and training share.
//!
//! The order of the pipeline is [`RULES`]; nothing else in the project rewrites customer text.
//! This room knows nothing of entries, tickets or HTTP.

mod controls;
mod emoji;
mod greeting;
mod html;
pub mod marks;
mod mojibake;
pub mod pinyin;
pub mod placeholder;
mod script;
pub mod segment;
mod spacing;
pub mod trace;
mod width;

use std::borrow::Cow;

/// Version of the rules below; stamped into every index and model and checked when one is loaded.
pub const NORMALIZATION_VERSION: u32 = 1;

/// One rewriting step: a name for explanations and a function that borrows when it changes nothing.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub name: &'static str,
    pub apply: fn(&str) -> Cow<'_, str>,
}

/// Every rule, in the order applied: what repairs comes before what loses.
pub const RULES: [Rule; 9] = [
    Rule { name: "mojibake", apply: mojibake::repair },
    Rule { name: "html", apply: html::strip },
    Rule { name: "controls", apply: controls::remove },
    Rule { name: "width", apply: width::fold },
    Rule { name: "script", apply: script::to_simplified },
    Rule { name: "placeholder", apply: placeholder::substitute },
    Rule { name: "emoji", apply: emoji::remove },
    Rule { name: "greeting", apply: greeting::strip },
    Rule { name: "spacing", apply: spacing::collapse },
];

/// Passes after which text that still changes is taken as it is; nested entities need one pass each.
const MAX_PASSES: usize = 64;

/// Normalised text: simplified, lower-case, half-width, with placeholders for personal numbers.
///
/// The rules run until none of them changes anything, so `normalize(normalize(x)) == normalize(x)`.
/// Never fails; text of nothing but noise becomes the empty string.
#[must_use]
pub fn normalize(text: &str) -> String {
    rewrite(text, |_, _, _| ())
}

/// Runs the rules over the text; `changed` hears of each change: the rule, the text before and the text after it.
fn rewrite(text: &str, mut changed: impl FnMut(&Rule, &str, &str)) -> String {
    let mut current = text.to_owned();
    for _ in 0..MAX_PASSES {
        let mut settled = true;
        for rule in &RULES {
            if let Cow::Owned(next) = (rule.apply)(&current)
                && next != current
            {
                changed(rule, &current, &next);
                current = next;
                settled = false;
            }
        }
        if settled {
            break;
        }
    }
    current
}

/// The letters, digits and placeholders of normalised text: two questions with the same key are the same question.
#[must_use]
pub fn match_key(normalized: &str) -> String {
    normalized.chars().filter(|c| is_term_char(*c)).collect()
}

/// The letters and digits of raw text, whatever their width and case: two questions with the same literal key are the
/// same words. Unlike [`match_key`] it keeps courtesy, script and numbers, so nothing a person would tell apart is lost.
#[must_use]
pub fn literal_key(text: &str) -> String {
    width::fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether a character carries meaning for matching: letters, digits, Han, placeholders.
#[must_use]
pub fn is_term_char(c: char) -> bool {
    c.is_alphanumeric() || placeholder::is_placeholder(c)
}

/// Whether a character is a Han ideograph.
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn normalizes_what_customers_type() {
        let rows = [
            ("您好，在吗？請問運費怎麼算", "运费怎么算"),     // greeting, traditional
            ("ＨＥＬＬＯ，怎么退款？？？", "怎么退款?"),      // full width, repeated marks
            ("<p>我的&nbsp;订单<br>呢</p>", "我的订单呢"),    // copied HTML
            ("退\u{200b}款\u{feff}", "退款"),                 // zero width
            ("怎么还没发货😭😭[捂脸]", "怎么还没发货"),       // emoji of both kinds
            ("我手机13800001234收不到码", "我手机⌁收不到码"), // phone number
            ("iPhone 15 Pro 能用吗", "iphone 15 pro 能用吗"), // product names keep their parts
            ("你好吗", "你好吗"),                             // a question, not a greeting
            ("你好", "你好"),                                 // nothing else was said
        ];
        for (input, expected) in rows {
            assert_eq!(normalize(input), expected, "input {input:?}");
        }
    }

    #[test]
    fn repairs_utf8_read_as_latin1() {
        let broken: String = "怎么退款".bytes().map(char::from).collect();
        assert_eq!(normalize(&broken), "怎么退款");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn never_panics_and_is_idempotent(text in any::<String>()) {
            let once = normalize(&text);
            prop_assert_eq!(normalize(&once), once);
        }

        #[test]
        fn is_idempotent_on_likely_noise(text in "(你好|在吗|请问|谢谢|亲|，|。|<br>|&nbsp;|&amp;|&lt;|b>|ａ|１|退款|運費|乾|\u{200b}|😀|[0-9]{1,12}|[a-z@.:/]{1,8}| ){0,12}") {
            let once = normalize(&text);
            prop_assert_eq!(normalize(&once), once);
        }

        #[test]
        fn match_key_is_stable(text in any::<String>()) {
            let key = match_key(&normalize(&text));
            prop_assert_eq!(match_key(&key), key.clone());
        }
    }
}
