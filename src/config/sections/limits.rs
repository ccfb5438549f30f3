//! Bounds of requests and connections: how large, how many, how slow, which words.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::config::section::{Reading, by, milliseconds, number, section};

const LARGEST_BODY: usize = 256 << 20;
/// Longest label, in characters.
const LABEL_CHARS: usize = 32;
/// Labels at most.
const MOST_LABELS: usize = 32;

section! {
    /// Bounds of requests and of the connections they come over. Characters are Unicode scalar values.
    #[derive(Copy)]
    Limits in "limits" {
        "body_bytes" => body_bytes: usize = "65536", number(1_024..=LARGEST_BODY), "一般请求体的字节上限";
        "ticket_body_bytes" => ticket_body_bytes: usize = "262144", number(1_024..=LARGEST_BODY),
            "单张工单请求体的字节上限";
        "batch_body_bytes" => batch_body_bytes: usize = "2097152", number(1_024..=LARGEST_BODY),
            "批量分类请求体的字节上限";
        "question_chars" => question_chars: usize = "500", number(1..=10_000), "问题的字数上限（去掉首尾空白后）";
        "ticket_chars" => ticket_chars: usize = "20000", number(1..=1_000_000), "工单正文的字数上限";
        "batch_tickets" => batch_tickets: usize = "1000", number(1..=100_000), "一次批量分类的工单数上限";
        /// Open connections at once; 0 leaves it to the limit of file descriptors.
        "connections" => connections: usize = "0", number(0..=1_000_000),
            "同时保持的连接数上限；0 表示按系统允许打开的文件数留出余量";
        "header_timeout_ms" => header_timeout: Duration = "5000", milliseconds(1..=600_000),
            "请求头须在多久内收完（毫秒）";
        "body_timeout_ms" => body_timeout: Duration = "5000", milliseconds(1..=600_000),
            "请求体须在多久内收完（毫秒）";
        "idle_timeout_ms" => idle_timeout: Duration = "75000", milliseconds(1..=3_600_000),
            "空闲的连接保留多久（毫秒）";
    }
}

section! {
    /// How often a key may call.
    RateLimiting in "rate_limit" {
        /// None where there is no limit.
        "per_second" => per_second: Option<NonZeroU32> = "1000", zero_or_more(),
            "每个密钥每秒的请求数；0 表示不限。未配置密钥时不限";
        "burst" => burst: NonZeroU32 = "2000", one_or_more(), "每个密钥允许的瞬时请求数";
    }
}

section! {
    /// Which browsers may call.
    Cors in "cors" {
        "origins" => origins: Vec<String> = "", origins(),
            "允许跨域访问的网页来源，如 [\"https://www.example.com\"]；默认都不允许";
    }
}

section! {
    /// Reasons to choose from when an answer is rated.
    #[derive(Eq)]
    FeedbackLabels in "feedback" {
        /// Distinct, in the order in which they are shown; 1 to 32 of at most 32 characters.
        "labels" => labels: Vec<String> = "答非所问,答案过期,没有解决,分错组,态度不好,其他", labels(),
            "评价时可以选的原因，如 [\"答非所问\", \"其他\"]；每个最多 32 个字";
    }
}

/// A token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    pub per_second: NonZeroU32,
    pub burst: NonZeroU32,
}

impl RateLimiting {
    /// The bucket of each key; `None` where there is no limit.
    #[must_use]
    pub fn limit(&self) -> Option<RateLimit> {
        self.per_second.map(|per_second| RateLimit { per_second, burst: self.burst })
    }
}

fn zero_or_more() -> Reading<Option<NonZeroU32>> {
    let count = number(0..=1_000_000_000_u32);
    by(count.hint, move |text| (count.parse)(text).map(NonZeroU32::new))
}

fn one_or_more() -> Reading<NonZeroU32> {
    let count = number(1..=1_000_000_000_u32);
    by(count.hint, move |text| (count.parse)(text).and_then(NonZeroU32::new))
}

fn origins() -> Reading<Vec<String>> {
    by(
        "应为网页来源的列表，例如 [\"https://www.example.com\"]（协议与主机，不带路径）",
        |text| {
            let origins = text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
            origins.map(|origin| is_origin(origin).then(|| origin.to_owned())).collect()
        },
    )
}

fn is_origin(origin: &str) -> bool {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    host.is_some_and(|host| !host.is_empty() && host.chars().all(fits))
}

fn labels() -> Reading<Vec<String>> {
    by(
        "应为一到三十二个不重复的原因，每个最多 32 个字、没有换行，例如 [\"答非所问\", \"其他\"]",
        |text| {
            let labels: Vec<String> =
                text.split(',').map(str::trim).filter(|label| !label.is_empty()).map(str::to_owned).collect();
            let fits = |label: &String| label.chars().count() <= LABEL_CHARS && !label.chars().any(char::is_control);
            let distinct: std::collections::BTreeSet<&String> = labels.iter().collect();
            let valid = distinct.len() == labels.len() && (1..=MOST_LABELS).contains(&labels.len());
            (valid && labels.iter().all(fits)).then_some(labels)
        },
    )
}
