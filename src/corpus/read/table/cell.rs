//! What stands in a cell → values: the conventions by which products put several into one.

use super::column::Column;

/// Stands for a line break in exports of a dialogue platform.
const LINE_BREAK: &str = "LINE_BREAK";

/// The values of a list cell: one a line, or between `|`, `；`, `;`, `##`. A numbered column holds one value a cell.
pub(super) fn values(column: &Column, cell: &str) -> Vec<String> {
    if column.numbered {
        return vec![cell.trim().to_owned()];
    }
    let lines = cell.replace(LINE_BREAK, "\n").replace("\\n", "\n").replace("##", "\n");
    let mut values = Vec::new();
    for part in lines.split(['\n', '\r', '|', '｜', '；']) {
        values.extend(split_semicolons(part).into_iter().filter(|value| !value.is_empty()));
    }
    values
}

/// Semicolons separate, unless they end a character written out (`&amp;`).
fn split_semicolons(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    for c in text.chars() {
        let Some(last) = values.last_mut() else { break };
        if c == ';' && !ends_in_entity(last) {
            values.push(String::new());
        } else {
            last.push(c);
        }
    }
    values.iter().map(|value| value.trim().to_owned()).collect()
}

fn ends_in_entity(text: &str) -> bool {
    text.rfind('&').is_some_and(|at| {
        let name = text.get(at + 1..).unwrap_or_default();
        !name.is_empty() && name.len() <= 8 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#')
    })
}

/// An answer, with the line breaks that exports write out.
pub(super) fn answer(cell: &str) -> String {
    let text = cell.trim().replace(LINE_BREAK, "\n");
    if !text.contains("\\n") {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("\\n") {
        plain.push_str(before);
        // A path (`D:\new`) is none.
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let path = before.ends_with([':', '\\']) || (letter(before.chars().last()) && letter(after.chars().next()));
        plain.push_str(if path { "\\n" } else { "\n" });
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// The first of several answers that stand between `##`, and whether there were more. A heading of Markdown, at the
/// beginning of a line and before a blank, is no mark between answers.
pub(super) fn first_answer(text: &str, separated: bool) -> (String, bool) {
    if separated {
        let mut answers = text.split("##").map(str::trim).filter(|answer| !answer.is_empty());
        return (answers.next().unwrap_or_default().to_owned(), answers.next().is_some());
    }
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find("##")) {
        let at = from + found;
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + 2..).unwrap_or_default());
        let heading = after.starts_with([' ', '#']) || before.is_empty() || before.ends_with(['\n', '#']);
        if !heading {
            return (before.trim().to_owned(), !after.trim().is_empty());
        }
        from = at + 2;
    }
    (text.to_owned(), false)
}

#[cfg(test)]
mod tests {
    use super::super::column::Field;
    use super::*;

    #[test]
    fn lists_are_split_as_products_join_them() {
        let list = Column::new(Field::Similar);
        let rows: [(&str, &[&str]); 6] = [
            ("甲|乙##丙\n丁", &["甲", "乙", "丙", "丁"]),
            ("换货流程;换货步骤，想换一个；怎么换", &["换货流程", "换货步骤，想换一个", "怎么换"]),
            ("甲LINE_BREAK乙", &["甲", "乙"]),
            ("甲\\n乙", &["甲", "乙"]),
            ("A&amp;B 怎么卖;乙", &["A&amp;B 怎么卖", "乙"]),
            (" ; ；", &[]),
        ];
        for (cell, expected) in rows {
            assert_eq!(values(&list, cell), expected, "{cell}");
        }
        let numbered = Column { numbered: true, ..list };
        assert_eq!(values(&numbered, " a|b;c "), ["a|b;c"]);
    }

    #[test]
    fn answers_get_their_line_breaks_and_keep_paths() {
        let rows = [
            ("第一步\\n第二步", "第一步\n第二步"),
            ("在这里：LINE_BREAKhttps://example.com", "在这里：\nhttps://example.com"),
            ("放在 D:\\new 里", "放在 D:\\new 里"),
            ("dir\\name", "dir\\name"),
        ];
        for (cell, expected) in rows {
            assert_eq!(answer(cell), expected);
        }
    }

    #[test]
    fn one_of_several_answers_is_taken() {
        let rows = [
            ("三天到账。##一般三天内到账。", false, ("三天到账。", true)),
            ("## 步骤\n先申请\n## 时间\n三天", false, ("## 步骤\n先申请\n## 时间\n三天", false)), // Markdown
            ("##甲## 乙", true, ("甲", true)),
            ("一个答案##", false, ("一个答案", false)),
        ];
        for (text, separated, (first, more)) in rows {
            assert_eq!(first_answer(text, separated), (first.to_owned(), more), "{text}");
        }
    }
}
