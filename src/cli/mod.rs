//! The command line: one file a subcommand, each a clap `Args` struct and a `run`.

pub mod check;
pub mod export;
pub mod import;

use jiff::tz::TimeZone;

/// Parses a time zone name for clap.
fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("没有时区“{name}”，例如 Asia/Shanghai"))
}
