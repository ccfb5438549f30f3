//! Sets up logging for the process: to standard error, as text or JSON, without the words of customers.
//!
//! Metrics are not here: they belong to the server that counts them.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogLevel};

/// Starts logging. A second call changes nothing.
pub fn start(log: Log) {
    let level = match log.level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    };
    // Libraries speak about merges and sockets; below debug only their warnings matter to an operator.
    let directives = match log.level {
        LogLevel::Error | LogLevel::Warn | LogLevel::Debug | LogLevel::Trace => level.to_owned(),
        LogLevel::Info => format!("warn,yingda={level}"),
    };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(directives))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = if log.json {
        lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
    } else {
        lines.with_target(false).try_init()
    };
    if started.is_ok() {
        report_panics();
    }
}

/// Logs where a panic happened. Its message only where it is a literal, since a formatted one may quote a customer.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("message withheld");
        tracing::error!(panic.place = place, panic.message = message, "a task panicked");
    }));
}
