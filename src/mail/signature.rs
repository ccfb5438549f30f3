//! Where the signature of a mail begins: after a sign-off, or a last paragraph of names and ways to reach somebody.

use super::closing::{is_contact, is_name_like, is_sign_off};
use super::marks::{is_rule, is_signature_mark};

/// Lines a signature has at most, the empty ones aside.
const MOST: usize = 12;

/// The line at which the signature begins; `lines` are those of the customer, the notices among them left empty.
pub(super) fn start(lines: &[&str]) -> Option<usize> {
    let filled: Vec<usize> = (0..lines.len()).filter(|at| !lines[*at].is_empty()).collect();
    // From the end: all that reads like a signature.
    let tail = filled.iter().rev().take(MOST).take_while(|at| belongs(lines[**at])).count();
    let tail = &filled[filled.len() - tail..];
    let marked = tail.iter().copied().find(|at| is_signature_mark(lines[*at]) || is_rule(lines[*at]));
    let signed = tail.iter().copied().find(|at| is_sign_off(lines[*at]));
    let found = marked.or(signed).or_else(|| last_paragraph(lines, tail))?;
    // A mail that is nothing else keeps its words.
    filled.first().is_some_and(|first| *first < found).then_some(found)
}

fn belongs(line: &str) -> bool {
    is_signature_mark(line) || is_rule(line) || is_sign_off(line) || is_contact(line) || is_name_like(line)
}

/// The last paragraph where it tells how to reach somebody.
fn last_paragraph(lines: &[&str], tail: &[usize]) -> Option<usize> {
    let first_of_paragraph = |at: &usize| *at == 0 || lines[at - 1].is_empty();
    let start = tail.iter().copied().rev().find(first_of_paragraph)?;
    lines[start..].iter().any(|line| is_contact(line)).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_begin_where_the_message_has_ended() {
        let rows: [(&[&str], Option<usize>); 6] = [
            (&["发票开错了，请重开。", "", "祝好", "王某", "电话：010-00000000"], Some(2)),
            (&["发票开错了，请重开。", "", "某某公司 行政部", "投诉热线：400-000-0000"], Some(2)),
            (&["水壶不通电", "订单号：HM1", "已经试过换插座"], None),
            (&["你好", "水壶不通电，请联系我。13000000000"], None),
            (&["水壶不通电", "", "--", "一个名字"], Some(2)),
            (&["谢谢"], None),
        ];
        for (lines, expected) in rows {
            assert_eq!(start(lines), expected, "{lines:?}");
        }
    }
}
