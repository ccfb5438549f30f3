//! An entry as a file gives it: texts not yet checked, the common form of all formats.
//!
//! Judges nothing; the checks are in `check/`. Below both reading and checking, beside what both collect ([`Findings`])
//! and how both write dates.

mod dates;
mod findings;

pub(super) use self::dates::{date_text, window};
pub(super) use self::findings::Findings;
use super::Place;

/// What one record of any format said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::corpus) struct Draft {
    pub(in crate::corpus) place: Place,
    /// Empty where the file gives none.
    pub(in crate::corpus) id: String,
    /// Empty where the file gives none.
    pub(in crate::corpus) number: String,
    pub(in crate::corpus) question: String,
    pub(in crate::corpus) similar: Vec<String>,
    pub(in crate::corpus) negative: Vec<String>,
    pub(in crate::corpus) answer: String,
    /// Channel as written → answer.
    pub(in crate::corpus) answers: Vec<(String, String)>,
    pub(in crate::corpus) category: String,
    /// Empty where the window is open.
    pub(in crate::corpus) valid_from: String,
    pub(in crate::corpus) valid_until: String,
    /// Said once the answer no longer holds.
    pub(in crate::corpus) expired_answer: String,
    /// Said before the answer holds.
    pub(in crate::corpus) not_yet_answer: String,
    pub(in crate::corpus) related: Vec<String>,
    /// `None` where the file does not say.
    pub(in crate::corpus) enabled: Option<bool>,
}

/// One line of text: line breaks, tabs and invisible controls become blanks, several blanks one.
pub(in crate::corpus) fn clean_line(text: &str) -> String {
    let trimmed = text.trim();
    if !trimmed.chars().any(|c| c.is_control() || is_noncharacter(c)) {
        return trimmed.to_owned();
    }
    let spaced: String = trimmed.chars().map(|c| if c.is_control() || is_noncharacter(c) { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text of several lines: line ends become `\n`, controls other than tabs vanish.
pub(in crate::corpus) fn clean_text(text: &str) -> String {
    let trimmed = text.trim();
    if !trimmed.chars().any(|c| (c.is_control() && c != '\n') || is_noncharacter(c)) {
        return trimmed.to_owned();
    }
    let kept: String = trimmed
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|&c| matches!(c, '\n' | '\t') || !(c.is_control() || is_noncharacter(c)))
        .collect();
    kept.trim().to_owned()
}

/// Spreadsheets cannot hold these, so a corpus does not either.
fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Yes or no in the words of corpus files; `None` where it is neither.
pub(in crate::corpus) fn yes_or_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "on" | "是" | "启用" | "已启用" | "开启" | "有效" | "上线" | "√" | "✓"
        | "active" => Some(true),
        "false" | "no" | "n" | "0" | "off" | "否" | "停用" | "已停用" | "禁用" | "关闭" | "无效" | "下线" | "×"
        | "✗" | "inactive" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_what_word_processors_leave() {
        assert_eq!(clean_line("  怎么\r\n退款\u{b} "), "怎么 退款"); // a question is one line
        assert_eq!(clean_text(" 第一步\r\n第二步\r第三步\u{0} "), "第一步\n第二步\n第三步"); // an answer keeps its lines
    }
}
