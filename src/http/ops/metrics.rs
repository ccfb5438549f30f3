//! `GET /metrics`: what the server has counted.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};

use crate::clock;
use crate::config::{Config, Role};
use crate::http::bases::Bases;
use crate::http::metrics::Metrics;
use crate::http::middleware::admission::Admission;
use crate::http::middleware::auth::Keyring;
use crate::http::problem::{Code, Guarded, Problem, Refusals};
use crate::http::state::App;
use crate::store::Store;

/// What is counted, and who may see it.
#[derive(Debug)]
pub(crate) struct Counted {
    config: Arc<Config>,
    keyring: Arc<Keyring>,
    admission: Arc<Admission>,
    metrics: Arc<Metrics>,
    bases: Arc<Bases>,
    store: Option<Store>,
}

impl FromRef<App> for Counted {
    fn from_ref(app: &App) -> Self {
        Self {
            config: app.part(),
            keyring: app.part(),
            admission: app.part(),
            metrics: app.part(),
            bases: app.part(),
            store: app.part(),
        }
    }
}

/// Shows the metrics.
///
/// Text in the Prometheus exposition format. Needs a staff key unless `metrics_public` is set; a key that is bound to
/// knowledge bases sees theirs only.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "operation",
    responses((status = 200, description = "Prometheus metrics", body = String, content_type = "text/plain"),
        Refusals<Guarded>))]
pub(crate) async fn show(State(counted): State<Counted>, headers: HeaderMap) -> Result<Response, Problem> {
    let mut bound = None;
    if !counted.config.server.metrics_are_public()
        && let Some(caller) = counted.keyring.identify(&headers, clock::now())?
    {
        if caller.key.role != Role::Staff {
            return Err(Problem::new(Code::Forbidden, "metrics need a key with the role staff"));
        }
        bound.clone_from(&caller.key.knowledge_bases);
    }
    let listed = counted.bases.ready().map(|bases| bases.list()).unwrap_or_default();
    if let Some(store) = &counted.store {
        counted.metrics.store(store.status());
    }
    let mut text = counted.metrics.render(counted.admission.in_flight(), &listed);
    if let Some(names) = bound {
        text = of_bases(&text, &names);
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// The lines about some knowledge bases; what is counted for all together says something of the others.
fn of_bases(text: &str, names: &[String]) -> String {
    let labels: Vec<String> = names.iter().map(|name| format!("kb=\"{name}\"")).collect();
    let is_shown = |line: &&str| line.starts_with('#') || labels.iter().any(|label| line.contains(label));
    text.lines().filter(is_shown).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_key_sees_its_own_knowledge_bases_only() {
        let text = "# TYPE a counter\na{kb=\"default\",decision=\"answer\"} 3\na{kb=\"phone\"} 4\nb 5\n";
        let shown = of_bases(text, &["default".to_owned()]);
        assert_eq!(shown, "# TYPE a counter\na{kb=\"default\",decision=\"answer\"} 3\n");
    }
}
