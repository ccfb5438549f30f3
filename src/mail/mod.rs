//! What a customer newly wrote, told from all that a mail brings along: quoted and forwarded mail, signatures, notices,
//! the mark of the device. Plain text and HTML, Chinese and English.
//!
//! A small reader of lines rather than a library: the ports of `email_reply_parser` know neither Chinese headers nor
//! HTML, and say only what is left, not what was left out and where. Takes time linear in the mail; changes no word.

mod closing;
mod lines;
mod marks;
mod signature;

use serde::Serialize;
use utoipa::ToSchema;

use self::lines::{Line, lines};
use self::marks::{Field, Heading};
use crate::text::is_term_char;
use crate::text::trace::Span;

/// What a part of a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailPart {
    /// A first line that addresses somebody.
    Salutation,
    /// Earlier mail of the conversation.
    Quote,
    /// Mail that was passed on.
    Forward,
    /// Sign-off, name, company, ways to reach somebody.
    Signature,
    /// Notices that programs and companies add, notes on confidentiality included.
    Footer,
    /// 发自我的 iPhone
    Device,
}

/// A part of a mail that does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftOut {
    pub kind: MailPart,
    /// Characters of the text as sent.
    pub at: Span,
}

/// A mail in two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Separated {
    /// What the customer newly wrote; the whole text where nothing was left out.
    pub own: String,
    /// In the order of the text.
    pub left_out: Vec<LeftOut>,
    /// Stretches of characters of `own` with where they begin in the text as sent.
    kept: Vec<(usize, usize)>,
}

impl Separated {
    /// Where characters of `own` stand in the text as sent.
    #[must_use]
    pub fn origin(&self, Span { start, end }: Span) -> Span {
        let place = |at: usize| {
            let stretch = self.kept.partition_point(|(own, _)| *own <= at).checked_sub(1);
            stretch.and_then(|stretch| self.kept.get(stretch)).map_or(at, |(own, sent)| sent + (at - own))
        };
        Span { start: place(start), end: place(end.saturating_sub(1)) + usize::from(end > start) }
    }
}

/// Separates a text as it came by mail or at a desk. Where nothing of the customer's own is left, what they passed on or
/// quoted is the message.
#[must_use]
pub fn separate(text: &str) -> Separated {
    let lines = lines(text);
    let mut parts = parts(&lines);
    if !says(&lines, &parts, None) {
        use MailPart::{Device, Footer, Forward, Quote, Salutation, Signature};
        let instead = [Forward, Quote, Salutation, Signature, Footer, Device];
        let Some(kind) = instead.into_iter().find(|kind| says(&lines, &parts, Some(*kind))) else {
            return whole(text);
        };
        let wanted = |line: &Line, part: Option<MailPart>| part == Some(kind) && !is_frame(&line.shown);
        for (_, part) in lines.iter().zip(&mut parts).filter(|(line, part)| wanted(line, **part)) {
            *part = None;
        }
    }
    if parts.iter().all(Option::is_none)
        && !lines.iter().any(|line| closing::device_at_end(&text[line.start..line.end]).is_some())
    {
        return whole(text);
    }
    cut(text, &lines, &parts)
}

fn whole(text: &str) -> Separated {
    Separated { own: text.to_owned(), left_out: Vec::new(), kept: vec![(0, 0)] }
}

/// Whether a line says who wrote when, and not what.
fn is_frame(line: &str) -> bool {
    marks::field(line).is_some() || marks::heading(line).is_some()
}

/// Whether lines of a part hold anything but marks and frames.
fn says(lines: &[Line], parts: &[Option<MailPart>], part: Option<MailPart>) -> bool {
    let mut of_part =
        lines.iter().zip(parts).filter(|(line, of)| **of == part && !(part.is_some() && is_frame(&line.shown)));
    of_part.any(|(line, _)| line.shown.chars().any(is_term_char))
}

/// The part that each line belongs to; none for what the customer wrote.
fn parts(lines: &[Line]) -> Vec<Option<MailPart>> {
    let mut parts: Vec<Option<MailPart>> = vec![None; lines.len()];
    let mut at = 0;
    let mut inside: Option<MailPart> = None;
    while at < lines.len() {
        let line = &lines[at];
        if let Some(begun) = beginning(lines, at, &parts, inside) {
            inside = begun.part;
            parts[at..at + begun.lines].fill(Some(begun.part.unwrap_or(MailPart::Footer)));
            at += begun.lines;
            continue;
        }
        parts[at] = inside.or_else(|| single(line));
        at += 1;
    }
    mark_paragraphs(lines, &mut parts);
    mark_salutation(lines, &mut parts);
    let own: Vec<&str> =
        lines.iter().zip(&parts).map(|(line, part)| if part.is_none() { line.shown.as_str() } else { "" }).collect();
    if let Some(start) = signature::start(&own) {
        for part in parts[start..].iter_mut().filter(|part| part.is_none()) {
            *part = Some(MailPart::Signature);
        }
    }
    parts
}

/// A line or two from which on the mail is of another part.
struct Beginning {
    /// None where the customer's own words begin again.
    part: Option<MailPart>,
    lines: usize,
}

/// Lines among which the fields of a header stand.
const HEADER_LINES: usize = 6;

fn beginning(lines: &[Line], at: usize, parts: &[Option<MailPart>], inside: Option<MailPart>) -> Option<Beginning> {
    let line = lines[at].shown.as_str();
    if line.is_empty() || line.starts_with('>') {
        return None;
    }
    let quote = |lines| Some(Beginning { part: Some(MailPart::Quote), lines });
    match marks::heading(line) {
        Some(Heading::Quote) => return quote(1),
        Some(Heading::Forward) => return Some(Beginning { part: Some(MailPart::Forward), lines: 1 }),
        Some(Heading::Customer) => return Some(Beginning { part: None, lines: 1 }),
        None => {}
    }
    let wraps =
        marks::begins_attribution(line) && lines.get(at + 1).is_some_and(|next| is_end_of_attribution(&next.shown));
    if marks::is_attribution(line) || wraps {
        let length = 1 + usize::from(wraps);
        let next = lines[at + length..].iter().find(|line| !line.shown.is_empty());
        // Where the quotation is marked line by line, what follows unmarked is the customer's again.
        let marked = next.is_some_and(|next| next.shown.starts_with('>'));
        return if marked { None } else { quote(length) };
    }
    // The header of what was passed on belongs to it.
    if inside != Some(MailPart::Forward) && marks::field(line).is_some() && is_header(&lines[at..]) {
        return quote(1);
    }
    let something_above = lines[..at].iter().zip(parts).any(|(line, part)| part.is_none() && !line.shown.is_empty());
    (marks::is_reply_limit(line) && something_above).then_some(Beginning { part: Some(MailPart::Quote), lines: 1 })
}

fn is_end_of_attribution(line: &str) -> bool {
    let end = line.trim_end_matches([':', '：']).to_lowercase();
    (end.ends_with("wrote") || end.ends_with("写道") || end.ends_with("寫道")) && line.chars().count() <= 120
}

/// Whether a header begins here: a sender and another field, within a few lines.
fn is_header(lines: &[Line]) -> bool {
    let near = lines.iter().filter(|line| !line.shown.is_empty()).take(HEADER_LINES);
    let fields: Vec<Field> = near.map_while(|line| marks::field(&line.shown)).collect();
    fields.len() >= 2 && fields.contains(&Field::From)
}

/// What a line is by itself.
fn single(line: &Line) -> Option<MailPart> {
    let shown = line.shown.as_str();
    if line.quoted || shown.starts_with('>') || marks::is_attribution(shown) {
        return Some(MailPart::Quote);
    }
    if line.signed {
        return Some(MailPart::Signature);
    }
    if closing::is_device(shown) {
        return Some(MailPart::Device);
    }
    (marks::is_notice(shown) || marks::is_confidentiality(shown)).then_some(MailPart::Footer)
}

/// The first line of several, where it only addresses somebody.
fn mark_salutation(lines: &[Line], parts: &mut [Option<MailPart>]) {
    let mut own = (0..lines.len()).filter(|at| parts[*at].is_none() && !lines[*at].shown.is_empty());
    let (Some(first), Some(_)) = (own.next(), own.next()) else { return };
    if closing::is_salutation(&lines[first].shown) {
        parts[first] = Some(MailPart::Salutation);
    }
}

/// A rule with a notice behind it begins the foot of a mail; a note on confidentiality goes on to the end of its
/// paragraph.
fn mark_paragraphs(lines: &[Line], parts: &mut [Option<MailPart>]) {
    let mut confidential = false;
    for (line, part) in lines.iter().zip(parts.iter_mut()) {
        confidential = !line.shown.is_empty() && (confidential || marks::is_confidentiality(&line.shown));
        if confidential && part.is_none() {
            *part = Some(MailPart::Footer);
        }
    }
    let signs = |at: &usize| marks::is_automatic_signature(&lines[*at].shown);
    if let Some(mark) = (0..lines.len()).find(signs) {
        parts[mark..].iter_mut().filter(|part| part.is_none()).for_each(|part| *part = Some(MailPart::Signature));
    }
    let said =
        lines.iter().zip(parts.iter()).position(|(line, part)| part.is_none() && line.shown.chars().any(is_term_char));
    let Some(first) = said else { return };
    let rules = (first + 1..lines.len()).filter(|at| parts[*at].is_none());
    let is_end = |at: &usize| marks::is_rule(&lines[*at].shown) || marks::is_signature_mark(&lines[*at].shown);
    let Some(rule) = rules.filter(is_end).find(|at| is_foot(&lines[at + 1..], &parts[at + 1..])) else { return };
    for part in parts[rule..].iter_mut().filter(|part| part.is_none()) {
        *part = Some(MailPart::Signature);
    }
}

/// Lines of a signature at most; behind a rule, more is a message that goes on.
const FOOT_LINES: usize = 8;

/// Whether what follows a rule is no message: few lines, among them a notice or a way to reach somebody.
fn is_foot(lines: &[Line], parts: &[Option<MailPart>]) -> bool {
    let own = || lines.iter().zip(parts).filter(|(line, part)| part.is_none() && !line.shown.is_empty());
    let others = lines.iter().zip(parts).any(|(line, part)| part.is_some() && !line.shown.is_empty());
    let short = own().all(|(line, _)| !closing::says_something(&line.shown));
    let logs = own().any(|(line, _)| marks::is_log(&line.shown));
    logs || own().count() <= FOOT_LINES && (own().any(|(line, _)| closing::is_contact(&line.shown)) || others || short)
}

/// The text without what is left out, line by line.
fn cut(text: &str, lines: &[Line], parts: &[Option<MailPart>]) -> Separated {
    let mut place = Place { text, byte: 0, chars: 0 };
    let mut separated = Separated { own: String::new(), left_out: Vec::new(), kept: Vec::new() };
    let mut own_chars = 0;
    // Whether something of the customer's stands between this line and what was left out last.
    let mut between = false;
    for (line, part) in lines.iter().zip(parts) {
        let start = place.at(line.start);
        let device = part.is_none().then(|| closing::device_at_end(&text[line.start..line.end])).flatten();
        let end = device.map_or(line.end, |at| line.start + at);
        let end_chars = place.at(end);
        match part {
            Some(kind) => {
                separated.leave_out(*kind, Span { start, end: end_chars }, &line.shown, between);
                between = false;
            }
            None => {
                if !separated.own.is_empty() {
                    separated.own.push('\n');
                    own_chars += 1;
                }
                between |= !line.shown.is_empty();
                separated.kept.push((own_chars, start));
                separated.own.push_str(&text[line.start..end]);
                own_chars += end_chars - start;
            }
        }
        if device.is_some() {
            let span = Span { start: end_chars, end: place.at(line.end) };
            separated.leave_out(MailPart::Device, span, &line.shown, between);
            between = false;
        }
    }
    separated
}

impl Separated {
    /// Notes a line; one that follows another of its part is one with it.
    fn leave_out(&mut self, kind: MailPart, at: Span, shown: &str, between: bool) {
        match self.left_out.last_mut().filter(|last| last.kind == kind && !between) {
            Some(last) => last.at.end = at.end,
            None if shown.is_empty() => {}
            None => self.left_out.push(LeftOut { kind, at }),
        }
    }
}

/// Counts characters along a text, so that each is counted once.
struct Place<'a> {
    text: &'a str,
    byte: usize,
    chars: usize,
}

impl Place<'_> {
    /// The character at a byte, not before the one asked for last.
    fn at(&mut self, byte: usize) -> usize {
        self.chars += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.chars
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is left, and the kinds of what is left out.
    fn shown(mail: &str) -> (String, Vec<MailPart>) {
        let separated = separate(mail);
        let own = crate::text::without_markup(&separated.own);
        let own: Vec<&str> = own.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        (own.join("/"), separated.left_out.iter().map(|part| part.kind).collect())
    }

    #[test]
    fn the_customers_words_are_told_from_the_rest() {
        use MailPart::{Device, Footer, Forward, Quote, Salutation, Signature};
        let rows: [(&str, &str, &[MailPart]); 11] = [
            ("灯不亮了，怎么保修？", "灯不亮了，怎么保修？", &[]),
            ("灯不亮了，怎么保修？\n\n发自我的iPhone", "灯不亮了，怎么保修？", &[Device]),
            ("灯不亮了，怎么保修？ 发自我的iPhone", "灯不亮了，怎么保修？", &[Device]),
            ("货还没到\n\n---- 原始邮件 ----\n发件人: 某店 <a@b.example>\n您的发票已开出", "货还没到", &[Quote]),
            (
                "货还没到\n在 2026-01-02 9:00，某店 <a@b.example> 写道：\n>您的发票已开出\n谢谢",
                "货还没到",
                &[Quote, Signature],
            ),
            ("> 1. 哪天方便？\n周六下午。\n> 2. 有电梯吗？\n有的。", "周六下午。/有的。", &[Quote, Quote]),
            (
                "看下面\n\n---------- 转发的邮件 ----------\n发件人：财务\n主题：退回\n\n发票要清单",
                "看下面",
                &[Forward],
            ),
            ("---------- 转发的邮件 ----------\n发件人：财务\n主题：退回\n\n发票要清单", "发票要清单", &[Forward]),
            (
                "客服：\n柜门关不严，请来调。\n\n祝好\n王某\n电话：010-00000000\n投诉热线：400-000-0000\n\n本邮件含保密信息，\n误收请删除。",
                "柜门关不严，请来调。",
                &[Salutation, Signature, Footer],
            ),
            (
                "<div>柜门关不严</div><div>怎么修？</div><blockquote><div>您的发票已开出</div></blockquote>",
                "柜门关不严/怎么修？",
                &[Quote],
            ),
            ("收货地址改成：\n某市某路1号\n订单号：HM1", "收货地址改成：/某市某路1号/订单号：HM1", &[]),
        ];
        for (mail, own, kinds) in rows {
            assert_eq!(shown(mail), (own.to_owned(), kinds.to_vec()), "{mail}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        /// Whatever comes: nothing is made up, places lead back, and a text with words keeps some.
        #[test]
        fn what_is_left_stands_in_the_mail(
            mail in "(你好|灯坏了|> |\n|\n\n|发件人: a|主题: b|---- 原始邮件 ----|写道：|2026|发自我的iPhone|--|祝好|<div>|</div>|<blockquote>|</blockquote>|<hr>|电话：1|请勿回复| ){0,16}"
        ) {
            let separated = separate(&mail);
            let sent: Vec<char> = mail.chars().collect();
            for (at, c) in separated.own.chars().enumerate() {
                let origin = separated.origin(Span { start: at, end: at + 1 });
                prop_assert!(c == '\n' || sent[origin.start] == c, "{c} of {:?} at {origin:?}", separated.own);
            }
            prop_assert!(separated.left_out.iter().all(|part| part.at.start <= part.at.end && part.at.end <= sent.len()));
            let says = |text: &str| crate::text::without_markup(text).chars().any(is_term_char);
            prop_assert_eq!(says(&mail), says(&separated.own));
        }
    }
}
