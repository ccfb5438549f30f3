//! `POST /v1/corpus/reload`: the corpus directory as it is now becomes the live one.

use axum::Json;

use crate::knowledge_base::{ReloadOptions, ReloadReport};

use super::publishing::Change;
use crate::clock;
use crate::http::problem::{Problem, Publishing, Refusals};
use crate::http::request::{Fields, Query};
use crate::record::AuditAction;

/// Longest reason for a forced publish, in characters.
const REASON_CHARS: usize = 200;

/// Force needs a reason, and a reason without force is a mistake.
fn options(mut fields: Fields) -> Result<ReloadOptions, Problem> {
    let (dry_run, forced) = (fields.flag("dry_run"), fields.flag("force"));
    let reason = fields.telling("reason", REASON_CHARS);
    match (forced, &reason) {
        (true, None) if !fields.has_fault_in(&["reason"]) => {
            fields.refuse("reason", "is required with force=true: say why to publish against the gate");
        }
        (false, Some(_)) => fields.refuse("reason", "is used with force=true only"),
        (true | false, _) => {}
    }
    fields.finish()?;
    Ok(ReloadOptions { dry_run, force: reason, by: String::new() })
}

/// Loads, checks and publishes the corpus, or says every issue and changes nothing.
#[utoipa::path(post, path = "/corpus/reload", operation_id = "reload_corpus", tag = "corpus", 
    params(
        ("dry_run" = Option<bool>, Query, description = "Only say what would change; false where absent"),
        ("force" = Option<bool>, Query, description = "Publish even where the gate refuses; false where absent"),
        ("reason" = Option<String>, Query, description = "Why, 1..=200 characters; required with `force` and kept with the version",
            min_length = 1, max_length = 200),
    ),
    responses((status = 200, description = "What changed", body = ReloadReport), Refusals<Publishing>))]
pub(crate) async fn reload(change: Change, Query(fields): Query) -> Result<Json<ReloadReport>, Problem> {
    let options = options(fields)?;
    change
        .run(AuditAction::Published, move |base, by| base.reload(&ReloadOptions { by, ..options }, clock::now()))
        .await
}
