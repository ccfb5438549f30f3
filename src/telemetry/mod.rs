//! Sets up logging for the process: to standard error, as text or JSON, without the words of customers; and traces, where
//! the configuration wants them.
//!
//! Metrics are not here: they belong to the server that counts them.

mod traces;

use std::io::{IsTerminal as _, Write};

use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::config::{Log, LogLevel, Traces};

pub use traces::{TRACES, go_on};

/// Sends what is left of the traces when it is dropped.
#[derive(Debug)]
pub struct Telemetry(Option<SdkTracerProvider>);

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take()
            && let Err(error) = provider.shutdown()
        {
            tracing::warn!(%error, "the last traces were not taken");
        }
    }
}

/// Starts logging, and tracing where it is wanted. A second call changes nothing.
#[must_use]
pub fn start(log: Log, traces: &Traces) -> Telemetry {
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
    // Spans that are for a collector are no part of the log.
    let directives = format!("{directives},{TRACES}=off");
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(move || OneLine { out: std::io::stderr(), colours })
        .with_ansi(colours);
    let lines = if log.json {
        lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
    } else {
        lines.with_target(false).boxed()
    };
    let (provider, refused) = match traces::provider(traces) {
        Ok(provider) => (provider, None),
        Err(error) => (None, Some(error)),
    };
    let started = tracing_subscriber::registry()
        .with(lines.with_filter(EnvFilter::new(directives)))
        .with(provider.as_ref().map(traces::layer))
        .try_init();
    if started.is_ok() {
        report_panics();
    }
    if let Some(error) = refused {
        tracing::error!(%error, "no traces are sent");
    }
    Telemetry(provider)
}

/// Keeps every event on one line: a file name or a version may hold line breaks, and what follows one would read as an
/// event of its own.
struct OneLine<W> {
    out: W,
    /// Whether escape sequences are the log's own; those of texts are made visible before.
    colours: bool,
}

impl<W: Write> Write for OneLine<W> {
    /// Takes one whole event, as the layer writes them.
    fn write(&mut self, event: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let (line, end) = text.strip_suffix('\n').map_or((text.as_ref(), ""), |line| (line, "\n"));
        let breaks = |c: char| (c.is_control() && !(self.colours && c == '\u{1b}')) || "\u{2028}\u{2029}".contains(c);
        if line.contains(breaks) {
            let shown: String =
                line.chars().flat_map(|c| if breaks(c) { c.escape_default().collect() } else { vec![c] }).collect();
            self.out.write_all(shown.as_bytes())?;
            self.out.write_all(end.as_bytes())?;
        } else {
            self.out.write_all(event)?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_forges_an_event() {
        for (event, shown) in [
            ("INFO version=\"x\n2026 INFO forged\u{1b}[31m\"\n", "INFO version=\"x\\n2026 INFO forged\\u{1b}[31m\"\n"),
            ("INFO 文件 a.toml\n", "INFO 文件 a.toml\n"),
            ("INFO a\u{85}b\u{2028}c\td\n", "INFO a\\u{85}b\\u{2028}c\\td\n"),
        ] {
            let mut out = Vec::new();
            OneLine { out: &mut out, colours: false }.write_all(event.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), shown);
        }
        let mut out = Vec::new();
        OneLine { out: &mut out, colours: true }.write_all(b"\x1b[32m INFO\x1b[0m a\nb\n").unwrap();
        assert_eq!(out, b"\x1b[32m INFO\x1b[0m a\\nb\n");
    }
}
