//! One way of writing every question of a corpus, as sorted suffixes that begin where a unit begins: a character, a
//! syllable, an initial.

use std::cmp::Ordering;

use crate::text::trace::Span;

/// Suffixes looked at for one beginning; beyond that a longer input narrows the choice.
pub(super) const SCAN: usize = 400;

/// One way of writing every question.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    texts: Vec<String>,
    /// Byte offsets of each question's units, one past the last included.
    bounds: Vec<Vec<u16>>,
    /// (question, byte offset), sorted by the text from the byte offset on.
    suffixes: Vec<(u32, u16)>,
}

/// A stretch of a question's text in one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) question: u32,
    /// Bytes of the text.
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Spelling {
    /// Each question as its units.
    pub(super) fn build(questions: impl Iterator<Item = Vec<String>>) -> Self {
        let mut table = Self::default();
        for (question, units) in (0_u32..).zip(questions) {
            let mut bounds = vec![0];
            let mut offset = 0_usize;
            for unit in &units {
                offset += unit.len();
                // A text of more than 64 KiB is completed in its beginning only.
                let Ok(end) = u16::try_from(offset) else { break };
                bounds.push(end);
            }
            let starts = bounds.iter().take(bounds.len() - 1);
            table.suffixes.extend(starts.map(|start| (question, *start)));
            table.texts.push(units.concat());
            table.bounds.push(bounds);
        }
        let texts = &table.texts;
        table.suffixes.sort_by(|a, b| suffix(texts, *a).cmp(suffix(texts, *b)).then(a.cmp(b)));
        table
    }

    /// A question as this spelling writes it.
    pub(super) fn text(&self, question: u32) -> &str {
        self.texts.get(question as usize).map_or("", String::as_str)
    }

    /// Whether a unit begins at a byte of a question.
    pub(super) fn begins_unit(&self, question: u32, at: usize) -> bool {
        let bounds = self.bounds.get(question as usize).map_or(&[][..], Vec::as_slice);
        u16::try_from(at).is_ok_and(|at| bounds.binary_search(&at).is_ok_and(|found| found + 1 < bounds.len()))
    }

    /// The units that a stretch touches.
    pub(super) fn units(&self, found: Found) -> Span {
        let bounds = self.bounds.get(found.question as usize).map_or(&[][..], Vec::as_slice);
        let before = |byte: usize| bounds.partition_point(|bound| usize::from(*bound) <= byte).saturating_sub(1);
        let end = bounds.partition_point(|bound| usize::from(*bound) < found.end);
        Span { start: before(found.start), end }
    }

    /// Where questions go on as typed, at most [`SCAN`].
    pub(super) fn matches<'a>(&'a self, typed: &'a str) -> impl Iterator<Item = Found> + 'a {
        let from = self.suffixes.partition_point(|s| suffix(&self.texts, *s).cmp(typed) == Ordering::Less);
        let going_on = self.suffixes.get(from..).unwrap_or_default().iter();
        going_on
            .take_while(move |s| suffix(&self.texts, **s).starts_with(typed))
            .take(SCAN)
            .map(|(question, start)| (*question, usize::from(*start)))
            .map(|(question, start)| Found { question, start, end: start + typed.len() })
    }
}

fn suffix(texts: &[String], (question, start): (u32, u16)) -> &str {
    let text = texts.get(question as usize).map_or("", String::as_str);
    text.get(usize::from(start)..).unwrap_or("")
}
