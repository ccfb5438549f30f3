//! A row of a table, with what is known of its cells beside their text.

/// One row: its 1-based number in the file, and its cells from the first column on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) number: usize,
    /// What each cell shows.
    pub(crate) cells: Vec<String>,
    /// Column → what else is known of the cell, in the order of columns.
    pub(crate) marks: Vec<(usize, Mark)>,
}

/// What is known of a cell beside its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// The text is that of a merged cell, written once in the file.
    Merged,
    /// The day the cell holds, with its time where it has one, however much of it is shown.
    Date(String),
    /// The cell holds something that is no text.
    Unread(Unread),
}

/// Why a cell that holds something has no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unread {
    Picture,
    Formula,
    Error(String),
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Picture => f.write_str("单元格里是图片，没有文字"),
            Self::Formula => {
                f.write_str("单元格里是公式，文件里没有存它的结果，请在表格软件里重新计算并保存，或粘贴为文字")
            }
            Self::Error(value) => write!(f, "单元格里的公式出错（{value}）"),
        }
    }
}

impl Row {
    /// Whether the row holds nothing of its own.
    pub(crate) fn is_blank(&self) -> bool {
        let written = |(at, cell): (usize, &String)| !cell.trim().is_empty() && !self.is_merged(at);
        !self.cells.iter().enumerate().any(written)
            && !self.marks.iter().any(|(_, mark)| matches!(mark, Mark::Unread(_)))
    }

    /// Whether a cell's text is that of a merged cell which begins elsewhere.
    pub(crate) fn is_merged(&self, column: usize) -> bool {
        self.marks(column).any(|mark| *mark == Mark::Merged)
    }

    /// The day a cell holds.
    pub(crate) fn date(&self, column: usize) -> Option<&str> {
        self.marks(column).find_map(|mark| if let Mark::Date(date) = mark { Some(date.as_str()) } else { None })
    }

    /// Why a cell has no text.
    pub(crate) fn unread(&self, column: usize) -> Option<&Unread> {
        self.marks(column).find_map(|mark| if let Mark::Unread(why) = mark { Some(why) } else { None })
    }

    fn marks(&self, column: usize) -> impl Iterator<Item = &Mark> {
        let first = self.marks.partition_point(|(at, _)| *at < column);
        self.marks.iter().skip(first).take_while(move |(at, _)| *at == column).map(|(_, mark)| mark)
    }
}
