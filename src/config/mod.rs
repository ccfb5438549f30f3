//! What the operator may set: raw text in, one checked [`Config`] out, or every problem with its key path and place.
//!
//! One file a section; from its lines come file keys, environment variables, flags, help and the sample. This room opens
//! no socket and loads no corpus; it only makes sure that the values can be used.

mod api_keys;
mod catalogue;
mod flags;
mod knowledge_base;
mod raw;
mod reader;
mod sample;
mod section;
mod sections;
#[cfg(test)]
mod tests;
mod written;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use reader::Reader;

pub use api_keys::{ApiKey, Role};
pub use flags::Flags;
pub use knowledge_base::{DEFAULT_KB, KnowledgeBaseSettings, OpenAt, Residency};
pub use sample::sample;
pub use sections::{
    Cors, DatabaseUrl, FeedbackLabels, Limits, Listening, Log, LogLevel, RateLimiting, Storage, Traces,
};
pub use written::{Problem, RawConfig};

/// The checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    pub server: Listening,
    pub log: Log,
    pub traces: Traces,
    pub limits: Limits,
    pub rate_limiting: RateLimiting,
    pub cors: Cors,
    pub feedback: FeedbackLabels,
    pub storage: Storage,
    /// Whether the operator named the state directory, or said that there is none.
    pub data_given: bool,
    pub residency: Residency,
    /// By name; always holds [`DEFAULT_KB`].
    pub knowledge_bases: BTreeMap<String, KnowledgeBaseSettings>,
    /// Nobody is asked for a key where empty.
    pub keys: Vec<ApiKey>,
}

impl Config {
    /// Checks everything the operator wrote.
    ///
    /// # Errors
    /// Every problem, sorted by key path.
    pub fn check(raw: RawConfig) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader::new(&raw);
        let config = Self::read(&mut reader);
        match (config, reader.into_problems()) {
            (Some(config), problems) if problems.is_empty() => Ok(config),
            (Some(_), problems) => Err(problems),
            (None, mut problems) => {
                problems.push(Problem::new("config", "程序自带的默认值不能用"));
                Err(problems)
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let server = Listening::read(reader)?;
        let knowledge_bases = knowledge_base::read(reader)?;
        let names: Vec<&str> = knowledge_bases.keys().map(String::as_str).collect();
        let zone = &knowledge_bases.get(DEFAULT_KB)?.answering.time_zone;
        let keys = api_keys::read(reader, &names, zone);
        if reader.api_keys() == 0 && !server.listen.ip().is_loopback() {
            reader.refuse("listen", "未配置任何密钥（[[key]]）时只能监听本机地址，例如 127.0.0.1:8080");
        }
        let storage = Storage::read(reader)?;
        if storage.data.is_none() && storage.database_url.is_some() {
            reader.refuse("database_url", "需要状态目录（data）：记录先写进那里的日志文件，再存进数据库");
        }
        Some(Self {
            server,
            log: Log::read(reader)?,
            traces: Traces::read(reader)?,
            limits: Limits::read(reader)?,
            rate_limiting: RateLimiting::read(reader)?,
            cors: Cors::read(reader)?,
            feedback: FeedbackLabels::read(reader)?,
            storage,
            data_given: reader.is_set("data"),
            residency: Residency::read(reader)?,
            keys,
            knowledge_bases,
        })
    }
}

/// The zone in which corpus dates are read unless the configuration names another.
///
/// # Errors
/// Never in practice: the zone data is part of the program.
pub fn default_time_zone() -> anyhow::Result<TimeZone> {
    Ok(TimeZone::get("Asia/Shanghai")?)
}
