//! An entry as a file gives it: texts not yet checked, the common form of all formats.
//!
//! Judges nothing; the checks are in `check/`. Below both reading and checking, beside what both collect ([`Findings`])
//! and how both write dates.

mod dates;
mod findings;

pub(super) use self::dates::{date_text, window};
pub(super) use self::findings::{Findings, rows_text};
use super::Place;
use crate::text;

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
    /// Why the cell of the question, or of the answer, has no text although it holds something.
    pub(in crate::corpus) no_question: Option<String>,
    pub(in crate::corpus) no_answer: Option<String>,
    /// `None` where the file does not say.
    pub(in crate::corpus) enabled: Option<bool>,
}

/// A carriage return as workbooks write it out; programs that do not know it leave it in the text.
const WRITTEN_RETURN: &str = "_x000D_";

/// One line of text: line breaks, tabs and invisible controls become blanks, several blanks one.
pub(in crate::corpus) fn clean_line(text: &str) -> String {
    let trimmed = text.trim();
    if !trimmed.chars().any(|c| c.is_control() || is_noncharacter(c)) && !trimmed.contains(WRITTEN_RETURN) {
        return trimmed.to_owned();
    }
    let plain = trimmed.replace(WRITTEN_RETURN, " ");
    let spaced: String = plain.chars().map(|c| if c.is_control() || is_noncharacter(c) { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text of several lines: line ends become `\n`, controls other than tabs vanish.
pub(in crate::corpus) fn clean_text(text: &str) -> String {
    let trimmed = text.trim();
    let odd = |c: char| (c.is_control() && c != '\n') || is_noncharacter(c);
    if !trimmed.chars().any(odd) && !trimmed.contains(WRITTEN_RETURN) {
        return trimmed.to_owned();
    }
    let kept: String = trimmed
        .replace(WRITTEN_RETURN, "\r")
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

/// Words that switch an entry on.
const YES: [&str; 34] = [
    "true",
    "yes",
    "y",
    "1",
    "on",
    "active",
    "enabled",
    "published",
    "是",
    "启用",
    "已启用",
    "启用中",
    "开启",
    "已开启",
    "有效",
    "上线",
    "已上线",
    "上架",
    "已上架",
    "发布",
    "已发布",
    "正常",
    "生效",
    "已生效",
    "生效中",
    "使用中",
    "在用",
    "通过",
    "已通过",
    "审核通过",
    "已审核",
    "√",
    "✓",
    "☑",
];

/// Words that switch an entry off.
const NO: [&str; 51] = [
    "false",
    "no",
    "n",
    "0",
    "off",
    "inactive",
    "disabled",
    "draft",
    "否",
    "停用",
    "已停用",
    "停用中",
    "禁用",
    "已禁用",
    "关闭",
    "已关闭",
    "无效",
    "下线",
    "已下线",
    "下架",
    "已下架",
    "草稿",
    "未发布",
    "待发布",
    "未上架",
    "待上架",
    "未上线",
    "待上线",
    "未启用",
    "未生效",
    "待生效",
    "失效",
    "已失效",
    "过期",
    "已过期",
    "待审核",
    "未审核",
    "审核中",
    "待审",
    "未通过",
    "不通过",
    "审核不通过",
    "驳回",
    "已驳回",
    "作废",
    "已作废",
    "废弃",
    "已删除",
    "归档",
    "×",
    "✗",
];

/// Yes or no in the words of corpus files and of status columns; `None` where it is neither.
pub(in crate::corpus) fn yes_or_no(text: &str) -> Option<bool> {
    let word = text.trim().to_lowercase();
    let word = if word.chars().any(text::is_han) { text::normalize(&word) } else { word };
    if YES.contains(&word.as_str()) {
        return Some(true);
    }
    NO.contains(&word.as_str()).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_words_switch_entries() {
        for (word, on) in
            [("已发布", true), ("待审核", false), ("下架", false), ("啟用", true), ("TRUE", true), (" 停用 ", false)]
        {
            assert_eq!(yes_or_no(word), Some(on), "{word}");
        }
        assert_eq!(yes_or_no("大概"), None);
        for word in YES.iter().chain(&NO) {
            assert!(yes_or_no(word).is_some(), "{word}");
        }
    }

    #[test]
    fn cleans_what_word_processors_leave() {
        assert_eq!(clean_text("第一步_x000D_\n第二步"), "第一步\n第二步"); // a workbook's line end, escaped twice
        assert_eq!(clean_line("  怎么\r\n退款\u{b} "), "怎么 退款"); // a question is one line
        assert_eq!(clean_text(" 第一步\r\n第二步\r第三步\u{0} "), "第一步\n第二步\n第三步"); // an answer keeps its lines
    }
}
