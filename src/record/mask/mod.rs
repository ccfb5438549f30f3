//! Hides personal data in what customers write, character for character, so that offsets stay right.
//!
//! Rules with checks, no dictionary of people or places: numbers ([`numbers`]), addresses, names, accounts and plates
//! ([`phrases`]). What is said without any of their marks stays; the handbook says so.

mod fold;
mod numbers;
mod phrases;

use serde::{Deserialize, Serialize};

/// Stands for one hidden character.
pub const HIDDEN: char = '*';

/// What was hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalKind {
    /// A mobile or fixed-line number.
    Phone,
    /// A resident identity number.
    Identity,
    /// A bank card.
    Card,
    /// An order, parcel, passport or other long number.
    Number,
    Email,
    /// An account of a messenger or a shop.
    Account,
    /// A licence plate.
    Plate,
    Address,
    /// A person's name after words that announce one.
    Name,
}

/// Characters `start..end` of the text, counted from 0, and what they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenSpan {
    pub start: usize,
    pub end: usize,
    pub kind: PersonalKind,
}

/// Text without personal data, as many characters as before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masked {
    pub text: String,
    /// In their order, none overlapping.
    pub hidden: Vec<HiddenSpan>,
}

/// Looks at a text again after hiding: what is hidden may be what a rule waits for. One look is enough for nearly all.
const MOST_LOOKS: usize = 8;

/// Hides what the rules find. Never fails; masking masked text changes nothing.
#[must_use]
pub fn mask(text: &str) -> Masked {
    let mut out: Vec<char> = text.chars().collect();
    let mut hidden: Vec<HiddenSpan> = Vec::new();
    for _ in 0..MOST_LOOKS {
        let folded = fold::fold(&out);
        let mut found = numbers::find(&folded);
        found.extend(phrases::find(&folded));
        if found.iter().all(|span| out[span.start..span.end].iter().all(|c| *c == HIDDEN)) {
            break;
        }
        for span in &found {
            out[span.start..span.end].fill(HIDDEN);
        }
        hidden.extend(found);
    }
    Masked { text: out.into_iter().collect(), hidden: merged(hidden) }
}

/// Overlapping spans as one, of the kind that begins first.
fn merged(mut found: Vec<HiddenSpan>) -> Vec<HiddenSpan> {
    found.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end), span.kind));
    let mut hidden: Vec<HiddenSpan> = Vec::with_capacity(found.len());
    for span in found {
        match hidden.last_mut().filter(|last| span.start < last.end) {
            Some(last) => last.end = last.end.max(span.end),
            None => hidden.push(span),
        }
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hides_persons_and_leaves_the_question() {
        let rows = [
            ("我手机13800001234收不到码", "我手机***********收不到码"),
            ("打 138 0000 1234 或 138-0000-1234", "打 ************* 或 *************"),
            ("電話１３８００００１２３４", "電話***********"), // full width
            ("一三八零零零零一二三四是我的", "***********是我的"), // in words
            ("138****1234也算", "***********也算"),
            ("座机010-83456789", "座机************"),
            ("联系电话83456789", "联系电话********"), // only after a cue
            ("身份证11010519491231002X", "身份证******************"),
            ("身份证 110105 19491231 002x 丢了", "身份证 ******************** 丢了"),
            ("卡号6222 0212 3456 7890 123", "卡号***********************"),
            ("邮箱 Zhang.San@example.com 收", "邮箱 ********************* 收"),
            ("发到 a.b @ example . com", "发到 *******************"),
            ("车牌京A·12345停哪", "车牌********停哪"),
            ("订单HM20261103000456到哪了", "订单****************到哪了"),
            ("护照E12345678", "护照*********"),
            ("寄到浙江省杭州市西湖区文三路478号3栋501室要几天", "寄到**********************要几天"),
            ("我家住3栋2单元501", "我家住********"),
            ("我叫王小明，要退货", "我叫***，要退货"),
            ("微信号：wang_xm88", "微信号：*********"),
        ];
        for (text, expected) in rows {
            assert_eq!(mask(text).text, expected, "{text}");
        }
    }

    #[test]
    fn leaves_what_names_nobody() {
        for text in [
            "i9300和2040002能用吗",
            "2026-11-11几点开始",
            "2026.11.01-2026.11.11的活动",
            "拨打10086充值100元",
            "400-800-1234是你们电话吗",
            "59的套餐换成39块的",
            "送到楼上吗，我家六楼",
            "收货地址在哪里改",
            "寄到上海市要几天",
            "我叫了外卖没到",
            "联系人怎么改",
            "七天无理由，三十天保价",
            "尾号1234的卡",
        ] {
            assert_eq!(mask(text), Masked { text: text.to_owned(), hidden: Vec::new() });
        }
    }

    #[test]
    fn says_what_it_hid_and_where() {
        let masked = mask("我叫李雷，手机13800001234");
        let kinds: Vec<_> = masked.hidden.iter().map(|span| (span.start, span.end, span.kind)).collect();
        assert_eq!(kinds, [(2, 4, PersonalKind::Name), (7, 18, PersonalKind::Phone)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn keeps_offsets_and_everything_else(text in "(我叫|张三|地址|路|[0-9]{1,12}|[ -]|京a|@|[a-z.]{1,5}|１|号|.){0,16}") {
            let masked = mask(&text);
            let (before, after): (Vec<char>, Vec<char>) = (text.chars().collect(), masked.text.chars().collect());
            prop_assert_eq!(before.len(), after.len());
            for (at, (before, after)) in before.iter().zip(&after).enumerate() {
                let hidden = masked.hidden.iter().any(|span| (span.start..span.end).contains(&at));
                prop_assert_eq!(*after, if hidden { HIDDEN } else { *before });
            }
            prop_assert_eq!(&mask(&masked.text).text, &masked.text);
        }

        #[test]
        fn no_number_of_a_person_survives_its_spelling(
            number in "1[3-9][0-9]{9}|62[0-9]{14}(?:[0-9]{3})?|1101051949123100[0-9]{2}",
            gap in "|| |-|  |\u{200b}|　",
            every in 3_usize..5,
            wide in any::<bool>(),
            before in "(我的号码是|电话|卡|，|abc，)?",
            after in "(，谢谢|怎么办|的)?",
        ) {
            let digits: Vec<char> = number.chars().collect();
            let spelled: Vec<String> = digits.chunks(every).map(|part| part.iter().collect()).collect();
            let mut spelled = spelled.join(&gap);
            if wide {
                let widen = |c: char| c.to_digit(10).and_then(|d| char::from_u32(0xff10 + d)).unwrap_or(c);
                spelled = spelled.chars().map(widen).collect();
            }
            let masked = mask(&format!("{before}{spelled}{after}"));
            prop_assert!(!masked.text.chars().any(char::is_numeric), "{}", masked.text);
        }
    }
}
