//! A mail → its lines as a reader sees them, of plain text and of HTML alike. Tells nothing about what they say.

use crate::text::Markup;

/// One line as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Bytes of the mail.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Without tags, entities decoded, blanks at the ends gone.
    pub(super) shown: String,
    /// Inside a quotation element.
    pub(super) quoted: bool,
    /// Inside a signature element.
    pub(super) signed: bool,
}

/// Elements that begin a line of their own.
const BLOCKS: [&str; 23] = [
    "br",
    "p",
    "div",
    "blockquote",
    "hr",
    "tr",
    "table",
    "tbody",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "body",
    "html",
    "head",
    "section",
    "sign",
    "pre",
];

/// Every line, the empty ones too.
pub(super) fn lines(mail: &str) -> Vec<Line> {
    let mut reading = Reading { mail, lines: Vec::new(), from: 0, quotes: 0, signatures: 0 };
    let mut markup = Markup::default();
    let mut at = 0;
    while let Some(found) = mail[at..].find(['\n', '<']) {
        let here = at + found;
        at = here + 1;
        if mail.as_bytes()[here] == b'\n' {
            reading.close(here, at);
        } else if let Some(end) = markup.end(mail, here) {
            reading.tag(here, end);
            at = end;
        }
    }
    reading.close(mail.len(), mail.len());
    reading.lines
}

struct Reading<'a> {
    mail: &'a str,
    lines: Vec<Line>,
    /// Where the line at work begins.
    from: usize,
    /// Quotation and signature elements that are open.
    quotes: usize,
    signatures: usize,
}

impl Reading<'_> {
    fn close(&mut self, end: usize, next: usize) {
        let shown = crate::text::without_markup(&self.mail[self.from..end]);
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        let (quoted, signed) = (self.quotes > 0, self.signatures > 0);
        self.lines.push(Line { start: self.from, end, shown, quoted, signed });
        self.from = next;
    }

    fn tag(&mut self, start: usize, end: usize) {
        let inside = self.mail[start + 1..end].trim_start_matches('/');
        let closes = self.mail[start + 1..].starts_with('/');
        let name =
            inside[..inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len())].to_ascii_lowercase();
        if !BLOCKS.contains(&name.as_str()) {
            return;
        }
        self.close(start, end);
        let count = match name.as_str() {
            "blockquote" => &mut self.quotes,
            "sign" => &mut self.signatures,
            "hr" => {
                // A rule is drawn as one, so that what it separates is told the same in both kinds of mail.
                let (quoted, signed) = (self.quotes > 0, self.signatures > 0);
                self.lines.push(Line { start, end, shown: "--------".to_owned(), quoted, signed });
                return;
            }
            _ => return,
        };
        *count = if closes { count.saturating_sub(1) } else { *count + 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_text_and_of_markup_are_the_same() {
        let shown = |mail: &str| -> Vec<(String, bool)> {
            let lines = lines(mail).into_iter().filter(|line| !line.shown.is_empty());
            lines.map(|line| (line.shown, line.quoted)).collect()
        };
        let expected = [("发票开错了".to_owned(), false), ("请重开 & 寄来".to_owned(), false)];
        assert_eq!(shown("发票开错了\r\n\r\n 请重开 & 寄来"), expected);
        assert_eq!(shown("<div>发票开错了</div><br><div>请重开&nbsp;&amp; 寄来</div>"), expected);
        let quoted = shown("好的<blockquote><p>原文</p>还有</blockquote>谢谢<hr>某公司");
        let flags: Vec<(&str, bool)> = quoted.iter().map(|(text, quoted)| (text.as_str(), *quoted)).collect();
        assert_eq!(
            flags,
            [("好的", false), ("原文", true), ("还有", true), ("谢谢", false), ("--------", false), ("某公司", false)]
        );
    }
}
