//! What the operator may set: raw text in, one checked [`Config`] out, or every problem with its key path.
//!
//! This room opens no socket and loads no corpus; it only makes sure that the values can be used.

mod api_keys;
mod check;
pub mod keys;
mod raw;
mod sample;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::encoder::EncoderKind;
use crate::policy::PolicySettings;

pub use raw::{Flags, RawConfig, RawKey, RawKnowledgeBase};
pub use sample::sample;

/// Name of the knowledge base that `/v1` serves.
pub const DEFAULT_KB: &str = "default";

/// A mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Key path, with the flag or variable where it came from one.
    pub key: String,
    /// What is wrong and what is accepted, in Chinese.
    pub message: String,
}

impl Problem {
    pub(crate) fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into() }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.key, self.message)
    }
}

/// The checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Port 0 lets the system choose. Loopback whenever `keys` is empty.
    pub listen: SocketAddr,
    /// Zone of corpus dates without an offset.
    pub time_zone: TimeZone,
    /// Threads for requests.
    pub workers: NonZeroUsize,
    pub log: Log,
    pub limits: Limits,
    pub request_timeout: Duration,
    /// Requests at work at once; as many again may wait.
    pub max_in_flight: NonZeroUsize,
    pub queue_wait: Duration,
    pub shutdown_grace: Duration,
    /// Per key; no limit where `None`.
    pub rate_limit: Option<RateLimit>,
    /// Origins that browsers may call from.
    pub cors_origins: Vec<String>,
    pub metrics_public: bool,
    /// Nobody is asked for a key where empty.
    pub keys: Vec<ApiKey>,
    /// State directory; memory only where `None`.
    pub data: Option<PathBuf>,
    /// Whether the operator named the state directory, or said that there is none.
    pub data_given: bool,
    /// Share of the live entries that a publish may lose without force, 0..=1.
    pub max_lost: f64,
    /// By name; always holds [`DEFAULT_KB`].
    pub knowledge_bases: BTreeMap<String, KnowledgeBaseFiles>,
    /// Targets, and thresholds that replace what the evidence says.
    pub policy: PolicySettings,
    pub encoder: EncoderKind,
}

/// How to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    pub json: bool,
    pub level: LogLevel,
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

/// Bounds of requests. Characters are Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub body_bytes: usize,
    pub ticket_body_bytes: usize,
    pub batch_body_bytes: usize,
    pub question_chars: usize,
    pub ticket_chars: usize,
    pub batch_tickets: usize,
}

/// A token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    pub per_second: NonZeroU32,
    pub burst: NonZeroU32,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ask and give feedback.
    Frontend,
    /// Classify tickets.
    Ticketing,
    /// Everything.
    Staff,
}

/// An API key; the secret itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// For logs and limits.
    pub name: String,
    pub role: Role,
    /// BLAKE3 of the secret.
    pub hash: [u8; 32],
    /// Knowledge bases the key may use; all where `None`.
    pub knowledge_bases: Option<Vec<String>>,
}

/// Where a knowledge base lies; embedded parts where `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnowledgeBaseFiles {
    pub corpus: Option<PathBuf>,
    pub model: Option<PathBuf>,
}

/// The zone in which corpus dates are read unless the configuration names another.
///
/// # Errors
/// Never in practice: the zone data is part of the program.
pub fn default_time_zone() -> anyhow::Result<TimeZone> {
    Ok(TimeZone::get("Asia/Shanghai")?)
}
