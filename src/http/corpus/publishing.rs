//! What reload and rollback share: off the async threads, counted, logged, refusals as problems.

use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tracing::Instrument as _;

use crate::clock;
use crate::corpus::Issue;
use crate::gate::GateReport;
use crate::knowledge_base::{KnowledgeBase, Overtaking, PublishError, ReloadReport, cause_chain};

use super::one_at_a_time::OneAtATime;
use crate::http::metrics::Metrics;
use crate::http::middleware::auth::Caller;
use crate::http::middleware::knowledge_base::Base;
use crate::http::problem::{Code, ErrorItem, Problem};
use crate::http::state::App;
use crate::record::AuditAction;
use crate::store::Store;

/// Seconds after which a client may try again.
const AGAIN: u64 = 5;

/// Extractor: what a change needs.
#[derive(Debug)]
pub(crate) struct Change {
    turns: Arc<OneAtATime>,
    metrics: Arc<Metrics>,
    store: Option<Store>,
    base: Arc<KnowledgeBase>,
    /// Who wants it: name of the API key; empty where none are configured.
    key: String,
}

impl FromRequestParts<App> for Change {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Base(base) = Base::from_request_parts(parts, app).await?;
        let key = parts.extensions.get::<Arc<Caller>>().map(|caller| caller.name.to_string()).unwrap_or_default();
        Ok(Self { turns: app.part(), metrics: app.part(), store: app.part(), base, key })
    }
}

impl Change {
    /// Runs it on the blocking pool and reports how it went. Where one is at work already, the newcomer is refused at
    /// once; a change whose client has gone is finished, and then the next may come.
    pub(crate) async fn run(
        self,
        action: AuditAction,
        work: impl FnOnce(&KnowledgeBase, String) -> Result<ReloadReport, PublishError> + Send + 'static,
    ) -> Result<Json<ReloadReport>, Problem> {
        let Self { turns, metrics, store, base, key } = self;
        let turn = turns.begin(base.name())?;
        let by = key.clone();
        let worker = Arc::clone(&base);
        let span = tracing::Span::current();
        let work = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            span.in_scope(|| work(&worker, by))
        });
        let Ok(outcome) = work.in_current_span().await else {
            metrics.publish(base.name(), "failed");
            return Err(Problem::new(Code::Internal, "preparing failed; nothing changed"));
        };
        match outcome {
            Ok(report) => {
                metrics.publish(base.name(), outcome_name(&report));
                tracing::info!(
                    kb = base.name(),
                    corpus.version = report.version,
                    snapshot.generation = report.generation,
                    dry_run = report.dry_run,
                    elapsed_ms = report.elapsed_ms,
                    "prepared a corpus"
                );
                if let (Some(store), false) = (store, report.dry_run) {
                    store.audit(report.event(base.name(), &key, action, clock::now())).await;
                }
                Ok(Json(report))
            }
            Err(error) => {
                metrics.publish(base.name(), "refused");
                tracing::warn!(kb = base.name(), error = cause_chain(&error), "a corpus change was refused");
                Err(problem(&error))
            }
        }
    }
}

/// How a change went, as the counter of publishes calls it.
fn outcome_name(report: &ReloadReport) -> &'static str {
    match (report.dry_run, &report.gate.forced) {
        (true, _) => "dry_run",
        (false, Some(_)) => "forced",
        (false, None) => "published",
    }
}

/// What the client sees of a refusal. Faults of the machine stay in the log.
pub(crate) fn problem(error: &PublishError) -> Problem {
    let detail = error.to_string();
    let refused = match error {
        PublishError::Invalid(_) => Problem::new(Code::CorpusInvalid, format!("{detail}; nothing changed")),
        PublishError::Refused(_) => Problem::new(Code::GateRefused, format!("{detail}; nothing changed")),
        PublishError::UnknownVersion(_) => Problem::new(Code::NotFound, detail),
        PublishError::DamagedVersion { .. } => Problem::new(Code::CorpusInvalid, format!("{detail}; nothing changed")),
        PublishError::Overtaken(_) => {
            let detail =
                format!("{detail}; it is live here now, and yours is not: look at what it changed, then try again");
            Problem::new(Code::PublishOvertaken, detail)
        }
        PublishError::Shared(error) => {
            let detail = format!("{detail}: {error}; nothing changed");
            Problem::new(Code::StoreUnavailable, detail).retry_after(AGAIN)
        }
        PublishError::Router(_)
        | PublishError::Ranker(_)
        | PublishError::Encoder(_)
        | PublishError::History(_)
        | PublishError::Index(_) => Problem::new(Code::Internal, "preparing failed; nothing changed; the log says why"),
    };
    let item = |issue: &Issue| ErrorItem {
        field: None,
        file: Some(issue.file.clone()),
        line: issue.line,
        message: issue.message.clone(),
    };
    let errors = match error {
        PublishError::Refused(gate) => refusals(gate),
        PublishError::Overtaken(overtaking) => changed_meanwhile(overtaking),
        _ => error.issues().iter().map(item).collect(),
    };
    Problem { errors, ..refused }
}

/// Every entry that another's publication changed.
fn changed_meanwhile(overtaking: &Overtaking) -> Vec<ErrorItem> {
    let kinds = [("added", &overtaking.added), ("changed", &overtaking.changed), ("removed", &overtaking.removed)];
    let items = kinds.into_iter().flat_map(|(kind, ids)| ids.iter().map(move |id| (kind, id)));
    items
        .map(|(kind, id)| ErrorItem { field: None, file: None, line: None, message: format!("{kind}: {id}") })
        .collect()
}

/// Every golden question that breaks, the promise and the entries that are lost.
fn refusals(gate: &GateReport) -> Vec<ErrorItem> {
    let broken = gate.broken.iter().map(|question| ErrorItem {
        field: None,
        file: Some("golden.jsonl".to_owned()),
        line: None,
        message: format!("“{question}”原来答对，换上新版会答错"),
    });
    let lost = gate.promise_lost.iter().map(|lost| ErrorItem {
        field: None,
        file: None,
        line: None,
        message: lost.message.clone(),
    });
    let losses = gate.losses.iter().flat_map(|losses| &losses.messages);
    let losses = losses.map(|message| ErrorItem { field: None, file: None, line: None, message: message.clone() });
    broken.chain(lost).chain(losses).collect()
}
