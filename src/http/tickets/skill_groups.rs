//! `GET /v1/skill-groups`: the teams that tickets and hand-offs go to.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::group_name;
use crate::http::middleware::knowledge_base::Current;
use crate::http::problem::{Reading, Refusals};
use crate::tickets::Router;

/// Every group that a decision can name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SkillGroupsResponse {
    /// In the order of `routing.toml`, then those that only the model knows, by id.
    skill_groups: Vec<SkillGroupView>,
    /// For customers who ask for a human without saying why; null where the model decides.
    default_group: Option<String>,
    corpus_version: String,
}

/// A team that handles tickets.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SkillGroupView {
    /// As `skill_group` names it in decisions.
    id: String,
    /// For people; the id where `routing.toml` gives none.
    name: String,
    /// The stations a ticket passes, first to last; may be empty.
    flow: Vec<String>,
    /// What customers of the group are told, in Chinese.
    promise: String,
}

/// Lists the skill groups.
#[utoipa::path(get, path = "/skill-groups", operation_id = "list_skill_groups", tag = "routing",
    responses((status = 200, description = "The groups", body = SkillGroupsResponse), Refusals<Reading>))]
pub(crate) async fn list(Current(snapshot): Current) -> Json<SkillGroupsResponse> {
    let routing = &snapshot.corpus.routing;
    let view = |id: &str| SkillGroupView {
        id: id.to_owned(),
        name: group_name::of(&snapshot, id).to_owned(),
        flow: routing.group(id).map(|group| group.flow.clone()).unwrap_or_default(),
        promise: Router::promise(routing, id),
    };
    let described = routing.groups.iter().map(|group| group.id.as_str());
    let learned = snapshot.router.labels().iter().map(String::as_str).filter(|label| routing.group(label).is_none());
    Json(SkillGroupsResponse {
        skill_groups: described.chain(learned).map(view).collect(),
        default_group: routing.default_group.clone(),
        corpus_version: snapshot.corpus.version.clone(),
    })
}
