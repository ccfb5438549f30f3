//! The server's own Prometheus registry.
//!
//! Not the process-wide recorder: several servers may live in one process, as they do in the tests.

use std::time::Duration;

use axum::http::StatusCode;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::knowledge_base::Listed;
use crate::store::StoreStatus;

/// Upper bounds of the latency histogram in seconds: an answer takes a fraction of a millisecond, a reload seconds.
const LATENCY_BOUNDS: [f64; 14] =
    [0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// How often recorded latencies are folded into the histogram; without scrapes they would pile up.
pub(crate) const UPKEEP: Duration = Duration::from_secs(5);

/// What one request was and how it went.
#[derive(Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) method: &'static str,
    /// The pattern, never the path: paths are the client's to choose.
    pub(crate) route: &'a str,
    pub(crate) status: StatusCode,
    pub(crate) seconds: f64,
    pub(crate) kb: &'a str,
    pub(crate) decision: Option<&'static str>,
}

/// Counters of one server.
pub(crate) struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        // The bounds are not empty, which is all that can be refused; without them latencies become summaries.
        let builder = PrometheusBuilder::new().set_buckets(&LATENCY_BOUNDS).unwrap_or_default();
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        let metrics = Self { recorder, handle };
        metrics.describe();
        metrics
    }

    fn describe(&self) {
        metrics::with_local_recorder(&self.recorder, || {
            metrics::describe_counter!("yingda_http_requests_total", "Requests by route, method and status");
            metrics::describe_histogram!("yingda_http_request_duration_seconds", "Time to the response, by route");
            metrics::describe_counter!("yingda_decisions_total", "Decisions by knowledge base and kind");
            metrics::describe_counter!("yingda_requests_shed_total", "Requests refused because too many were at work");
            metrics::describe_counter!("yingda_publishes_total", "Reloads and rollbacks by outcome");
            metrics::describe_gauge!("yingda_requests_in_flight", "Requests at work");
            metrics::describe_gauge!("yingda_snapshot_generation", "Generation of the live snapshot");
            metrics::describe_gauge!("yingda_corpus_entries", "Entries of the live corpus");
            metrics::describe_gauge!("yingda_store_queued", "Records that wait to be written to the journal");
            metrics::describe_gauge!("yingda_store_waiting", "Records in the journal that are not in the database yet");
            metrics::describe_counter!("yingda_store_recorded_total", "Records written to the journal");
            metrics::describe_counter!(
                "yingda_store_dropped_total",
                "Records lost: queue full, or no journal to write"
            );
            metrics::describe_counter!("yingda_store_applied_total", "Records brought into the database");
            metrics::describe_counter!("yingda_store_failures_total", "Failed tries to write to the database");
            metrics::counter!("yingda_requests_shed_total").absolute(0);
        });
    }

    pub(crate) fn request(&self, seen: &Seen<'_>) {
        metrics::with_local_recorder(&self.recorder, || {
            let route = seen.route.to_owned();
            let status = seen.status.as_u16().to_string();
            metrics::counter!("yingda_http_requests_total", "route" => route.clone(), "method" => seen.method,
                "status" => status)
            .increment(1);
            metrics::histogram!("yingda_http_request_duration_seconds", "route" => route).record(seen.seconds);
            if let Some(decision) = seen.decision {
                self.decisions(seen.kb, decision, 1);
            }
        });
    }

    /// Counts decisions of one kind.
    pub(crate) fn decisions(&self, kb: &str, decision: &'static str, count: u64) {
        metrics::with_local_recorder(&self.recorder, || {
            metrics::counter!("yingda_decisions_total", "kb" => kb.to_owned(), "decision" => decision).increment(count);
        });
    }

    pub(crate) fn shed(&self) {
        metrics::with_local_recorder(&self.recorder, || {
            metrics::counter!("yingda_requests_shed_total").increment(1);
        });
    }

    pub(crate) fn publish(&self, kb: &str, outcome: &'static str) {
        metrics::with_local_recorder(&self.recorder, || {
            metrics::counter!("yingda_publishes_total", "kb" => kb.to_owned(), "outcome" => outcome).increment(1);
        });
    }

    pub(crate) fn run_upkeep(&self) {
        self.handle.run_upkeep();
    }

    /// Sets what the store says of itself.
    pub(crate) fn store(&self, status: StoreStatus) {
        metrics::with_local_recorder(&self.recorder, || {
            metrics::gauge!("yingda_store_queued").set(status.queued as f64);
            metrics::gauge!("yingda_store_waiting").set(status.waiting as f64);
            metrics::counter!("yingda_store_recorded_total").absolute(status.appended);
            metrics::counter!("yingda_store_dropped_total").absolute(status.dropped);
            metrics::counter!("yingda_store_applied_total").absolute(status.applied);
            metrics::counter!("yingda_store_failures_total").absolute(status.failures);
        });
    }

    /// Everything in the Prometheus exposition format; gauges are set to what is true now.
    pub(crate) fn render(&self, in_flight: usize, bases: &[Listed]) -> String {
        metrics::with_local_recorder(&self.recorder, || {
            metrics::gauge!("yingda_requests_in_flight").set(in_flight as f64);
            for Listed { name, open } in bases {
                metrics::gauge!("yingda_knowledge_base_open", "kb" => name.clone()).set(u8::from(open.is_some()));
                let Some(live) = open.as_ref().map(|base| base.live()) else { continue };
                metrics::gauge!("yingda_snapshot_generation", "kb" => name.clone()).set(live.generation as f64);
                metrics::gauge!("yingda_corpus_entries", "kb" => name.clone())
                    .set(live.snapshot.corpus.entries.len() as f64);
            }
        });
        self.handle.render()
    }
}
