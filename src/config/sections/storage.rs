//! Where the service keeps what must survive a restart.

use std::path::PathBuf;

use crate::config::section::{Reading, by, number, section};

/// The word for keeping nothing.
const NONE: &str = "none";

section! {
    /// Where state is kept.
    #[derive(Eq)]
    Storage in "" {
        /// State directory; memory only where `None`.
        "data" => data: Option<PathBuf> = "yingda-data", data(),
            "状态目录（不存在时自动创建），保存发布过的语料版本、由它得出的数据和每次决定的记录；none 表示什么都不保存";
        /// Days; for ever where 0.
        "keep_questions_days" => keep_questions: u32 = "180", number(0..=36_500),
            "客户提问的记录（号码等已隐去）保存多少天，0 表示一直保存";
        /// Days; for ever where 0.
        "keep_tickets_days" => keep_tickets: u32 = "730", number(0..=36_500),
            "工单的记录（号码等已隐去）保存多少天，0 表示一直保存";
    }
}

fn data() -> Reading<Option<PathBuf>> {
    by("应为目录（不存在时会自动创建）或 none，这里是一个文件", |text| {
        let path = (!text.is_empty() && text != NONE).then(|| PathBuf::from(text));
        path.as_ref().is_none_or(|path| !path.is_file()).then_some(path)
    })
}
