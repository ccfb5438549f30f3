//! Byte positions of a text → lines.

use std::ops::Range;

/// Where the lines of a text begin.
#[derive(Debug)]
pub(crate) struct Lines {
    breaks: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        Self { breaks: text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect() }
    }

    /// 1-based line in which a span begins.
    pub(crate) fn of(&self, span: &Range<usize>) -> usize {
        self.breaks.partition_point(|at| *at < span.start) + 1
    }
}
