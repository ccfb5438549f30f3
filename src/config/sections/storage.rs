//! Where the service keeps what must survive a restart.

use std::path::PathBuf;

use crate::config::section::{Reading, by, number, optional, section};

/// The word for keeping nothing.
const NONE: &str = "none";

section! {
    /// Where state is kept.
    #[derive(Eq)]
    Storage in "" {
        /// State directory; memory only where `None`.
        "data" => data: Option<PathBuf> = "yingda-data", data(),
            "状态目录（不存在时自动创建），保存发布过的语料版本、由它得出的数据和每次决定的记录；none 表示什么都不保存";
        /// A file in the state directory where `None`.
        "database_url" => database_url: Option<DatabaseUrl> = "", database_url(),
            "PostgreSQL 数据库的地址（postgres://用户:密码@主机/库名），每次决定的记录、反馈、评分和工单进度存在那里；\
             不填则存在状态目录的 SQLite 文件里。含密码，宜写在环境变量或只有服务能读的配置文件里";
        /// Days; for ever where 0.
        "keep_questions_days" => keep_questions: u32 = "180", number(0..=36_500),
            "客户提问的记录（号码等已隐去）保存多少天，0 表示一直保存";
        /// Days; for ever where 0.
        "keep_tickets_days" => keep_tickets: u32 = "730", number(0..=36_500),
            "工单的记录（号码等已隐去）保存多少天，0 表示一直保存";
    }
}

/// Address of a PostgreSQL database, perhaps with a password, which its `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address as it was written.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}

fn database_url() -> Reading<Option<DatabaseUrl>> {
    optional(by("应以 postgres:// 或 postgresql:// 开头", |text| {
        let known = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        known.then(|| DatabaseUrl(text.to_owned()))
    }))
}

fn data() -> Reading<Option<PathBuf>> {
    by("应为目录（不存在时会自动创建）或 none，这里是一个文件", |text| {
        let path = (!text.is_empty() && text != NONE).then(|| PathBuf::from(text));
        path.as_ref().is_none_or(|path| !path.is_file()).then_some(path)
    })
}
