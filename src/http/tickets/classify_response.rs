//! What is answered about one ticket.

use serde::Serialize;
use utoipa::ToSchema;

use super::classify_request::ClassifyRequest;
use crate::http::decided::six_digits;
use crate::http::group_name;
use crate::http::request::Id;
use crate::snapshot::Snapshot;
use crate::tickets::{COMPLAINT_AT, RankedGroup, Routed};

/// Where the ticket belongs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClassifyResponse {
    #[serde(flatten)]
    pub(super) routed: Routed,
    /// The group's display name; its id where it has none.
    name: String,
    /// Whether the service takes it as a complaint: `complaint` is at least the threshold that rules and priority go by.
    is_complaint: bool,
    /// As it came.
    ticket_id: Option<Id>,
    /// Names this decision, for feedback.
    pub(super) message_id: String,
}

impl ClassifyResponse {
    /// Routes a checked ticket.
    pub(super) fn of(snapshot: &Snapshot, request: &ClassifyRequest, message_id: String) -> Self {
        let routing = &snapshot.corpus.routing;
        let mut routed = snapshot.router.route(routing, &request.ticket(), request.top, request.explain);
        let round = |groups: &mut Vec<RankedGroup>| {
            for group in groups {
                group.confidence = six_digits(group.confidence);
            }
        };
        round(&mut routed.shortlist);
        round(&mut routed.ranking);
        routed.confidence = six_digits(routed.confidence);
        let is_complaint = routed.complaint >= COMPLAINT_AT;
        routed.complaint = six_digits(routed.complaint);
        let name = group_name::of(snapshot, &routed.skill_group).to_owned();
        Self { routed, name, is_complaint, ticket_id: request.ticket_id.clone(), message_id }
    }
}
