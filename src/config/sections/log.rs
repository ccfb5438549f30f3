//! How the service logs.

use crate::config::section::{by, section};

section! {
    /// How to log.
    #[derive(Copy, Eq)]
    Log in "log" {
        /// As JSON rather than as text.
        "format" => json: bool = "text", by("应为 text 或 json", |text| match text {
            "text" => Some(false),
            "json" => Some(true),
            _ => None,
        }), "日志格式：text 或 json";
        "level" => level: LogLevel = "info", by("应为 error、warn、info、debug 或 trace", LogLevel::named),
            "日志级别：error、warn、info、debug、trace；info 及以上不记录客户文字";
    }
}

/// The least severe level that is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    fn named(name: &str) -> Option<Self> {
        match name {
            "error" => Some(Self::Error),
            "warn" => Some(Self::Warn),
            "info" => Some(Self::Info),
            "debug" => Some(Self::Debug),
            "trace" => Some(Self::Trace),
            _ => None,
        }
    }
}
