//! Why a workbook cannot be read, in the words of the people who made it.

/// What is wrong with a workbook or one of its sheets.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("不是可读的 xlsx 文件，请用表格软件另存为 .xlsx 后再试")]
    NoWorkbook,
    #[error("是旧的 .xls 文件或加了密码的工作簿，请用表格软件另存为没有密码的 .xlsx")]
    OldOrLocked,
    #[error("文件不完整，可能还没有复制完，请重新复制或另存为 .xlsx")]
    Cut,
    #[error("文件里的 {part} 损坏（{cause}），请用表格软件打开后另存为 .xlsx")]
    Damaged { part: String, cause: String },
    #[error("展开后太大（超过 256 MiB），请检查是否有远离数据的单元格，或拆成几个文件")]
    TooLarge,
    #[error("单元格 {0} 超出表格的范围（最多 1048576 行、16384 列），请用表格软件打开后另存为 .xlsx")]
    OutOfRange(String),
}

impl Fault {
    /// A fault in the XML of a part.
    pub(super) fn xml(part: &str, error: &quick_xml::Error) -> Self {
        match error {
            quick_xml::Error::Io(error) if error.kind() == std::io::ErrorKind::FileTooLarge => Self::TooLarge,
            quick_xml::Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Self::Cut,
            _ => Self::Damaged { part: part.to_owned(), cause: error.to_string() },
        }
    }
}
