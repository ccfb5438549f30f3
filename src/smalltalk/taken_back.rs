//! Complaints that the customer denies or takes back: "我不投诉", "上次投诉的事解决了", "错怪你们了".

use super::complaint::{ENDS, SETTLED, UNSETTLED, accuses, any_in, is_denied, is_past};

/// Whether the customer says that this is no complaint, or none any more: words of complaint are there and each is
/// denied or settled, or the customer takes the blame.
#[must_use]
pub fn takes_back(normalized: &str, holds: impl Fn(&str) -> bool) -> bool {
    const OWN_FAULT: [&str; 14] = [
        "跟你们道歉",
        "跟你们道个歉",
        "向你们道歉",
        "向你们道个歉",
        "给你们道歉",
        "给你们道个歉",
        "是我没看清",
        "是我看错",
        "是我弄错",
        "是我搞错",
        "是我误会",
        "错怪你们",
        "误会你们",
        "误会了你们",
    ];
    if any_in(normalized, &OWN_FAULT) {
        return !accuses(normalized, holds);
    }
    let settled = any_in(normalized, &SETTLED) && !any_in(normalized, &UNSETTLED);
    let mut taken_back = false;
    for clause in normalized.split(ENDS).filter(|clause| holds(clause)) {
        if !(is_denied(clause) || (settled && is_past(clause))) {
            return false;
        }
        taken_back = true;
    }
    taken_back
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalize;

    #[test]
    fn a_complaint_may_be_denied_or_taken_back() {
        let holds = |text: &str| any_in(text, &["投诉", "12315", "欺负人"]);
        let rows = [
            ("我不投诉,也不用赔,下次注意就好", true),
            ("上周投诉的事已经解决了,谢谢", true),
            ("是我没看清说明,错怪你们了", true),
            ("我不投诉,但你们太欺负人了", false), // another word of complaint that is meant
            ("上周投诉的事到现在没结果", false),
            ("我要投诉", false),
            ("退款几天到账", false),
        ];
        for (text, expected) in rows {
            assert_eq!(takes_back(&normalize(text), holds), expected, "{text}");
        }
    }
}
