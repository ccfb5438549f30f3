//! `POST /v1/corpus/reload`: the corpus directory as it is now becomes the live one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::knowledge_base::{ReloadOptions, ReloadReport};

use super::publishing;
use crate::clock;
use crate::http::metrics::Metrics;
use crate::http::middleware::knowledge_base::Base;
use crate::http::problem::{Problem, Publishing, Refusals};
use crate::http::request::{Checks, Params};

/// How to reload.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReloadQuery {
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    force: bool,
    reason: Option<String>,
}

/// Longest reason for a forced publish, in characters.
const REASON_CHARS: usize = 200;

impl ReloadQuery {
    /// Force needs a reason, and a reason without force is a mistake.
    fn checked(self) -> Result<ReloadOptions, Problem> {
        let mut checks = Checks::default();
        let force = match (self.force, &self.reason) {
            (true, Some(reason)) => Some(checks.text("reason", reason, REASON_CHARS).to_owned()),
            (true, None) => {
                checks.refuse("reason", "is required with force=true: say why to publish against the gate");
                None
            }
            (false, Some(_)) => {
                checks.refuse("reason", "is used with force=true only");
                None
            }
            (false, None) => None,
        };
        checks.finish()?;
        Ok(ReloadOptions { dry_run: self.dry_run, force })
    }
}

/// Loads, checks and publishes the corpus, or says every issue and changes nothing.
#[utoipa::path(post, path = "/corpus/reload", operation_id = "reload_corpus", tag = "corpus", 
    params(
        ("dry_run" = Option<bool>, Query, description = "Only say what would change; false where absent"),
        ("force" = Option<bool>, Query, description = "Publish even where the gate refuses; false where absent"),
        ("reason" = Option<String>, Query, description = "Why, 1..=200 characters; required with `force` and kept with the version"),
    ),
    responses((status = 200, description = "What changed", body = ReloadReport), Refusals<Publishing>))]
pub(crate) async fn reload(
    State(metrics): State<Arc<Metrics>>,
    Base(base): Base,
    Params(query): Params<ReloadQuery>,
) -> Result<Json<ReloadReport>, Problem> {
    let options = query.checked()?;
    publishing::run(&metrics, base, move |base| base.reload(&options, clock::now())).await
}
