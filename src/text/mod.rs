//! Turns what a customer typed into the one form that indexing, querying and training share.
//!
//! The order of the pipeline is [`RULES`]; nothing else in the project rewrites customer text.
//! This room knows nothing of entries, tickets or HTTP.

mod align;
mod cost;
mod letters;
pub mod marks;
mod own_words;
pub mod pinyin;
mod question_key;
mod rules;
pub mod segment;
mod span;
pub mod trace;
#[cfg(test)]
mod worst_case;

use std::borrow::Cow;

pub use letters::{is_han, is_term_char};
pub use question_key::{literal_key, question_key, same_question};
pub(crate) use rules::Markup;
pub use rules::{RULES, Rule, placeholder};

/// Version of the rules; stamped into every index and model and checked when one is loaded.
pub const NORMALIZATION_VERSION: u32 = 1;

/// Passes after which text that still changes is taken as it is. Each rule undoes its own nesting in one pass, so that
/// what customers write settles in two or three; more takes markup hidden in markup on purpose.
const MAX_PASSES: usize = 8;

/// Normalised text: simplified, lower-case, half-width, with placeholders for personal numbers.
///
/// The rules run until none of them changes anything, so `normalize(normalize(x)) == normalize(x)` for every text that
/// settles within [`MAX_PASSES`]. Takes time linear in the length of the text, and gives few more
/// characters than it has: what compatibility forms stand for beyond a quarter of its length and 128 more is cut off. Never fails; text of nothing but noise becomes the empty string.
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

/// The letters, digits and placeholders of normalised text. Whether two questions are the same is for [`question_key`].
#[must_use]
pub fn match_key(normalized: &str) -> String {
    normalized.chars().filter(|c| is_term_char(*c)).collect()
}

/// Text without HTML tags, each a blank, and with character entities decoded; nothing else is rewritten.
#[must_use]
pub fn without_markup(text: &str) -> Cow<'_, str> {
    rules::without_markup(text)
}

/// The letters, digits and emoji of raw text in simplified script and lower case. Unlike [`match_key`] it keeps
/// greetings, thanks and emoji: it is for telling how somebody speaks, not what about.
#[must_use]
pub fn spoken_key(text: &str) -> String {
    let folded = rules::fold(text);
    let simplified = rules::to_simplified(&folded);
    let visible = rules::without_emoticons(&simplified);
    let is_skin_tone = |c: char| matches!(c, '\u{1f3fb}'..='\u{1f3ff}');
    visible.chars().filter(|c| is_term_char(*c) || (rules::is_emoji(*c) && !is_skin_tone(*c))).collect()
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
