//! Personal data in the files: which kinds, in which rows. Never shows any.
//!
//! What normalisation replaced by a placeholder was there before; bank cards and identity numbers are told from other
//! long numbers by their check digits. Names and street addresses are not recognised.

use super::defect::{Defect, Detail, Item, Severity, percent};
use super::set::TicketSet;
use crate::text::placeholder::{EMAIL, IDENTITY, NUMBER, PHONE, URL};
use crate::tickets::dataset::RawTicket;

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Phone,
    Identity,
    BankCard,
    Email,
    /// Of an order, a parcel, an account.
    LongNumber,
    Url,
}

impl Kind {
    /// The first four tell who somebody is, the others lead there.
    const ALL: [Self; 6] = [Self::Phone, Self::Identity, Self::BankCard, Self::Email, Self::LongNumber, Self::Url];

    fn is_direct(self) -> bool {
        self <= Self::Email
    }

    fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Identity => "identity",
            Self::BankCard => "bank_card",
            Self::Email => "email",
            Self::LongNumber => "long_number",
            Self::Url => "url",
        }
    }

    fn in_chinese(self) -> &'static str {
        match self {
            Self::Phone => "电话号码",
            Self::Identity => "身份证号",
            Self::BankCard => "银行卡号",
            Self::Email => "电子邮箱",
            Self::LongNumber => "订单号、快递单号等长号码",
            Self::Url => "网址",
        }
    }
}

/// Rows with personal data, and rows with numbers and addresses that lead to a person.
pub(super) fn personal_data(set: &TicketSet<'_>) -> Vec<Defect> {
    let kinds: Vec<Vec<Kind>> =
        set.raw.iter().zip(&set.rows).map(|(raw, row)| kinds(raw, &row.ticket.joined())).collect();
    let direct = finding(
        set,
        &kinds,
        true,
        "文件里有个人信息",
        "模型里不留这些号码（训练前换成占位符），但文件本身要按个人信息保管：不要提交到代码库或发给别人，\
         能打码就先打码。姓名和地址认不出来，请自己留意",
    );
    let indirect = finding(
        set,
        &kinds,
        false,
        "文件里有能查到人的号码或网址",
        "训练前同样换成占位符，不影响模型；外发之前请确认这些号码可以公开",
    );
    [direct, indirect].into_iter().flatten().collect()
}

fn finding(set: &TicketSet<'_>, kinds: &[Vec<Kind>], direct: bool, what: &str, advice: &'static str) -> Option<Defect> {
    let wanted = |kind: &Kind| kind.is_direct() == direct;
    let rows = kinds.iter().filter(|found| found.iter().any(wanted)).count();
    if rows == 0 {
        return None;
    }
    let with = |kind: Kind| (0..kinds.len()).filter(move |row| kinds[*row].contains(&kind));
    let present = Kind::ALL.into_iter().filter(wanted).filter(|kind| with(*kind).next().is_some());
    let items = present.map(|kind| {
        let places: Vec<_> = with(kind).map(|row| set.bare_spot(row)).collect();
        let rows = places.len();
        let cells = vec![kind.in_chinese().to_owned(), rows.to_string()];
        Item { places, detail: Some(Detail::Personal { data: kind.name(), rows }), cells }
    });
    let share = set.share(rows);
    Some(Defect {
        kind: if direct { "personal_data" } else { "traceable_numbers" },
        severity: if direct { Severity::Warning } else { Severity::Note },
        message: format!("{what}：{rows} 条（{}）", percent(share)),
        advice,
        rows,
        share,
        items: items.collect(),
        columns: &["种类", "条数"],
    })
}

/// The kinds in one ticket, each once, in their order.
fn kinds(raw: &RawTicket, normalized: &str) -> Vec<Kind> {
    let written = [raw.title.as_str(), raw.text.as_str()];
    // A file that was cleaned before holds placeholders, but no numbers.
    let replaced = |placeholder: char| {
        let before: usize = written.iter().map(|text| text.matches(placeholder).count()).sum();
        normalized.matches(placeholder).count().saturating_sub(before)
    };
    let numbers: Vec<Vec<u8>> = written.iter().flat_map(|text| digit_runs(text)).collect();
    let identities = numbers.iter().filter(|digits| is_identity(digits)).count();
    let cards = numbers.iter().filter(|digits| is_bank_card(digits)).count();
    let others = replaced(NUMBER) + replaced(IDENTITY);
    let counted = [
        (Kind::Phone, replaced(PHONE)),
        (Kind::Identity, identities),
        (Kind::BankCard, cards),
        (Kind::Email, replaced(EMAIL)),
        (Kind::LongNumber, others.saturating_sub(identities + cards)),
        (Kind::Url, replaced(URL)),
    ];
    counted.into_iter().filter(|(_, count)| *count > 0).map(|(kind, _)| kind).collect()
}

/// The value that stands for the check character X.
const X: u8 = 10;

/// Numbers as the values of their digits: ASCII or full-width, a blank or hyphen between digits passed over, an X
/// taken as a last digit.
fn digit_runs(text: &str) -> Vec<Vec<u8>> {
    let mut runs: Vec<Vec<u8>> = Vec::new();
    let mut run: Vec<u8> = Vec::new();
    let mut gap = false;
    for c in text.chars().chain(['\n']) {
        let half = if ('！'..='～').contains(&c) { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c };
        match half.to_digit(10).and_then(|digit| u8::try_from(digit).ok()) {
            Some(digit) => {
                run.push(digit);
                gap = false;
            }
            None if matches!(half, ' ' | '-') && !gap && !run.is_empty() => gap = true,
            None => {
                if matches!(half, 'x' | 'X') && !gap {
                    run.push(X);
                }
                runs.push(std::mem::take(&mut run));
                gap = false;
            }
        }
    }
    runs.retain(|run| run.len() >= SHORTEST);
    runs
}

/// Digits of the shortest number that is told apart.
const SHORTEST: usize = 16;

/// A resident identity number: 18 characters, a date of birth, a check character (GB 11643-1999, ISO 7064 MOD 11-2).
fn is_identity(digits: &[u8]) -> bool {
    if digits.len() != 18 || digits[..17].contains(&X) {
        return false;
    }
    let two = |at: usize| digits[at] * 10 + digits[at + 1];
    let born = (18..=20).contains(&two(6)) && (1..=12).contains(&two(10)) && (1..=31).contains(&two(12));
    // Each place weighs twice the one to its right.
    let sum = digits.iter().fold(0_u32, |sum, digit| (sum * 2 + u32::from(*digit)) % 11);
    born && sum == 1
}

/// A bank card: 16 to 19 digits that begin as the card networks' do, and the check digit of Luhn (ISO/IEC 7812-1).
fn is_bank_card(digits: &[u8]) -> bool {
    if !(SHORTEST..=19).contains(&digits.len()) || digits.contains(&X) || is_identity(digits) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    (digits.starts_with(&[6, 2]) || matches!(digits[0], 4 | 5)) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Kind> {
        let raw = RawTicket { text: text.to_owned(), ..RawTicket::default() };
        kinds(&raw, &raw.to_row().ticket.joined())
    }

    #[test]
    fn tells_the_kinds_apart() {
        // Numbers made up to end in the right check digit, or in a wrong one.
        let rows: [(&str, &[Kind]); 13] = [
            ("打13800001234联系我", &[Kind::Phone]),
            ("电话１３８００００１２３４", &[Kind::Phone]), // full width
            ("身份证110101199003070038", &[Kind::Identity]),
            ("身份证11010119900307002X", &[Kind::Identity]),
            ("单号110101199003070039", &[Kind::LongNumber]), // 18 digits with another check digit
            ("卡号6222021234567890128", &[Kind::BankCard]),
            ("卡号6222 0212 3456 7890 128", &[Kind::BankCard]), // as printed on the card
            ("单号6222021234567890127", &[Kind::LongNumber]),
            ("写信到a.b@example.com", &[Kind::Email]),
            ("订单MD20261101000123到哪了，看https://example.com/a", &[Kind::LongNumber, Kind::Url]),
            ("我的订单⌗到哪了，电话⌁", &[]), // cleaned before
            ("充值100元，2026-11-11 到账，拨打10086", &[]),
            ("", &[]),
        ];
        for (text, expected) in rows {
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
