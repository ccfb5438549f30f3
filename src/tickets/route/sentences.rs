//! Where the sentences of a ticket begin and end. Knows nothing of groups.

use crate::text::trace::Span;

/// Marks that end a sentence.
const ENDS: [char; 7] = ['。', '!', '?', ';', '\n', '…', '～'];
/// Characters from which a comma ends a sentence too, and after which anything does.
const COMMA_FROM: usize = 12;
const LONGEST: usize = 80;
/// Words with which another matter begins, behind a comma.
const NEXT: [&str; 6] = ["另外", "还有", "顺便", "以及", "其次", "再就"];
/// Characters a sentence needs to say something.
const SHORTEST: usize = 4;

/// The sentences of a normalised text, in order; marks and blanks at their ends left out.
#[must_use]
pub(crate) fn sentences(text: &str) -> Vec<Span> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in chars.iter().enumerate() {
        let length = at + 1 - start;
        let next = || NEXT.iter().any(|word| chars[at + 1..].iter().copied().take(2).eq(word.chars()));
        if ENDS.contains(c) || (*c == ',' && (length > COMMA_FROM || next())) || length >= LONGEST {
            found.push(Span { start, end: at + 1 });
            start = at + 1;
        }
    }
    found.push(Span { start, end: chars.len() });
    found.into_iter().map(|span| trimmed(&chars, span)).filter(|span| span.end >= span.start + SHORTEST).collect()
}

fn trimmed(chars: &[char], Span { mut start, mut end }: Span) -> Span {
    let empty = |c: char| c.is_whitespace() || ENDS.contains(&c) || c == ',';
    while start < end && empty(chars[start]) {
        start += 1;
    }
    while end > start && empty(chars[end - 1]) {
        end -= 1;
    }
    Span { start, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_at_marks_and_at_commas_of_long_sentences() {
        let text = "奶粉罐漏了!要求换货。另外上个月的发票一直没有收到,麻烦补开一张 好";
        let found: Vec<String> = sentences(text)
            .into_iter()
            .map(|span| text.chars().skip(span.start).take(span.end - span.start).collect())
            .collect();
        assert_eq!(found, ["奶粉罐漏了", "要求换货", "另外上个月的发票一直没有收到", "麻烦补开一张 好"]);
        assert_eq!(sentences("抬头开错了,另外箱子破了,奶粉也漏了").len(), 2);
        assert!(sentences("").is_empty() && sentences("好的,嗯").len() == 1 && sentences("啊!").is_empty());
        assert_eq!(sentences(&"长".repeat(200)).len(), 3);
    }
}
