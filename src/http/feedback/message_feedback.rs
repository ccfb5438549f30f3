//! `POST /v1/messages/{message_id}/feedback`: somebody's word on one decision.

use std::sync::Arc;

use axum::Json as Body;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::clock;
use crate::config::Config;
use crate::http::keeping::{Keeping, failed};
use crate::http::problem::{Code, ErrorItem, Problem, Refusals, Storing};
use crate::http::request::{Fields, Json, says_nothing};
use crate::record::mask;
use crate::snapshot::Snapshot;
use crate::store::{Feedback, Rating, Stored};

/// Longest comment, in characters.
const COMMENT_CHARS: usize = 1_000;
/// Longest id of an entry or a group, in characters.
const ID_CHARS: usize = 128;

const RATINGS: [(&str, Rating); 2] = [("good", Rating::Good), ("bad", Rating::Bad)];

/// A word on a decision. At least one field says something; what is sent replaces what was said before as a whole.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rating": "bad", "labels": ["答非所问"], "comment": "问的是换货", "faq_id": "return-how"}))]
pub(crate) struct FeedbackRequest {
    rating: Option<Rating>,
    /// Reasons, of those that are configured (`feedback.labels`).
    #[schema(value_type = Option<Vec<String>>)]
    labels: Vec<String>,
    /// At most 1,000 characters; personal numbers are masked before it is stored.
    #[schema(value_type = Option<String>, max_length = 1_000)]
    comment: String,
    /// The entry that would have been right. Not together with `skill_group`.
    #[schema(min_length = 1, max_length = 128, pattern = r"\S")]
    faq_id: Option<String>,
    /// The group that would have been right. Not together with `faq_id`.
    #[schema(min_length = 1, max_length = 128, pattern = r"\S")]
    skill_group: Option<String>,
}

/// What became of the word.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackResponse {
    message_id: String,
    stored: Stored,
}

/// Names in the path; of a named knowledge base there is one more.
#[derive(Debug, Deserialize)]
pub(crate) struct MessagePath {
    message_id: String,
}

impl FeedbackRequest {
    fn read(mut fields: Fields, labels: &[String]) -> Result<Self, Problem> {
        let comment = fields.text_up_to("comment", COMMENT_CHARS).filter(|comment| !says_nothing(comment));
        let request = Self {
            rating: fields.choice("rating", &RATINGS),
            labels: chosen_labels(&mut fields, labels),
            comment: comment.unwrap_or_default(),
            faq_id: fields.telling("faq_id", ID_CHARS),
            skill_group: fields.telling("skill_group", ID_CHARS),
        };
        if request.faq_id.is_some() && request.skill_group.is_some() {
            fields.refuse("skill_group", "name the right entry or the right group, not both");
        }
        let says_something = request.rating.is_some()
            || !request.labels.is_empty()
            || !request.comment.is_empty()
            || request.faq_id.is_some()
            || request.skill_group.is_some();
        if !says_something && !fields.has_fault_in(&["rating", "labels", "comment", "faq_id", "skill_group"]) {
            fields.refuse("rating", "rating, labels, comment, faq_id or skill_group must say something");
        }
        fields.finish()?;
        Ok(request)
    }

    /// The right entry or group must be one; a group's former name becomes its present one.
    fn with_known_names(mut self, snapshot: &Snapshot) -> Result<Self, Problem> {
        let unknown = |field: &str, message: &str| Err(Problem::fields(vec![ErrorItem::field(field, message)]));
        if self.faq_id.as_ref().is_some_and(|id| snapshot.corpus.entry(id).is_none()) {
            return unknown("faq_id", "there is no entry of this id in the live corpus");
        }
        if let Some(named) = &mut self.skill_group {
            let (routing, labels) = (&snapshot.corpus.routing, snapshot.router.labels());
            if routing.group(named).is_none() && !labels.contains(named) {
                return unknown("skill_group", "there is no skill group of this id; see GET /v1/skill-groups");
            }
            *named = routing.canonical(named).to_owned();
        }
        Ok(self)
    }
}

/// Labels in the order in which they are configured, each once.
fn chosen_labels(fields: &mut Fields, known: &[String]) -> Vec<String> {
    let given = fields.list("labels").unwrap_or_default();
    for (at, label) in given.iter().enumerate() {
        match label {
            Value::String(label) if known.contains(label) => {}
            Value::String(_) => {
                fields.refuse(&format!("labels[{at}]"), format!("must be one of {}", known.join(", ")));
            }
            _ => fields.refuse(&format!("labels[{at}]"), "must be text"),
        }
    }
    known.iter().filter(|label| given.iter().any(|one| one.as_str() == Some(label))).cloned().collect()
}

/// Stores a word on a decision.
///
/// The same word again changes nothing; another one replaces it, and what was said before is kept as history. 404 where
/// no such decision was made; 422 where the right entry or group does not exist.
#[utoipa::path(post, path = "/messages/{message_id}/feedback", operation_id = "give_feedback", tag = "feedback",
    request_body = FeedbackRequest,
    params(("message_id" = String, Path, description = "As the decision named it",
        example = "01981c6e-7d3a-7c0a-9a3f-5b2e4d6f8a10")),
    responses((status = 200, description = "It is stored", body = FeedbackResponse, examples(
        ("added" = (summary = "The first word", value = json!({"message_id": "01981c6e-7d3a-7c0a-9a3f-5b2e4d6f8a10", "stored": "added"}))),
        ("changed" = (summary = "Another word than before", value = json!({"message_id": "01981c6e-7d3a-7c0a-9a3f-5b2e4d6f8a10", "stored": "changed"}))),
        ("unchanged" = (summary = "The same word again", value = json!({"message_id": "01981c6e-7d3a-7c0a-9a3f-5b2e4d6f8a10", "stored": "unchanged"}))),
    )), Refusals<Storing>))]
pub(crate) async fn give(
    State(config): State<Arc<Config>>,
    keeping: Keeping,
    Path(MessagePath { message_id }): Path<MessagePath>,
    Json(fields): Json,
) -> Result<Body<FeedbackResponse>, Problem> {
    let request = FeedbackRequest::read(fields, &config.feedback.labels)?;
    if keeping.store.message(keeping.kb(), &message_id).await.map_err(|error| failed(&error))?.is_none() {
        return Err(Problem::new(
            Code::NotFound,
            "no such message; message_id is what an answer or a ticket's \
            classification returned",
        ));
    }
    let request = request.with_known_names(&keeping.base.snapshot())?;
    let feedback = Feedback {
        message_id,
        at: clock::now(),
        rating: request.rating,
        labels: request.labels,
        comment: mask(&request.comment).text,
        faq_id: request.faq_id,
        skill_group: request.skill_group,
        key: keeping.key.clone(),
    };
    let stored = keeping.store.add_feedback(keeping.kb(), &feedback).await.map_err(|error| failed(&error))?;
    Ok(Body(FeedbackResponse { message_id: feedback.message_id, stored }))
}
