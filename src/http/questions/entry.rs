//! `GET /v1/entries/{faq_id}`: one entry as a customer would read it, without asking for it in words.

use axum::Json;
use axum::extract::Path;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{AnswerKind, DirectAnswer, Related};
use crate::clock;
use crate::corpus::Entry;
use crate::http::middleware::knowledge_base::Current;
use crate::http::problem::{Code, ErrorItem, Problem, Querying, Refusals};
use crate::http::request::Query;
use crate::snapshot::Snapshot;

/// One entry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryResponse {
    faq_id: String,
    /// The standard question.
    question: String,
    /// The channel's own answer where the entry has one, else the general one.
    text: String,
    /// Slash-separated path; empty where the entry has none.
    category: String,
    /// Entries worth offering with it; may be empty.
    related: Vec<Related>,
    corpus_version: String,
}

/// The entry with an id that may answer now.
pub(super) fn find<'a>(snapshot: &'a Snapshot, id: &str, now: Timestamp) -> Result<&'a Entry, Problem> {
    let missing = |message: String| Problem {
        errors: vec![ErrorItem::field("faq_id", message.clone())],
        ..Problem::new(Code::NotFound, message)
    };
    let Some(entry) = snapshot.corpus.entry(id) else {
        return Err(missing("there is no entry of this id in the live corpus".to_owned()));
    };
    if entry.is_live(now) {
        return Ok(entry);
    }
    Err(missing(match (entry.enabled, entry.valid_from, entry.valid_until) {
        (false, ..) => "the entry is switched off".to_owned(),
        (true, Some(from), _) if now < from => format!("the entry holds from {from} only"),
        (true, _, Some(until)) => format!("the entry held until {until}"),
        (true, ..) => "the entry does not hold now".to_owned(),
    }))
}

/// The answer that an entry is on a channel.
fn read_on(snapshot: &Snapshot, entry: &Entry, channel: Option<&str>, now: Timestamp) -> DirectAnswer {
    let related = entry.related.iter().filter_map(|id| snapshot.corpus.entry(id)).filter(|entry| entry.is_live(now));
    DirectAnswer {
        kind: AnswerKind::Entry,
        faq_id: Some(entry.id.clone()),
        question: Some(entry.question.clone()),
        matched_question: Some(entry.question.clone()),
        text: entry.answer_for(channel).to_owned(),
        // Chosen by the customer, so that nothing is guessed.
        confidence: 1.0,
        category: entry.category.clone(),
        related: related.map(|entry| Related { faq_id: entry.id.clone(), question: entry.question.clone() }).collect(),
        smalltalk: None,
    }
}

/// Shows an entry that may answer now; 404 where there is none of this id, and where it does not hold now.
#[utoipa::path(get, path = "/entries/{faq_id}", operation_id = "show_entry", tag = "answering",
    params(
        ("faq_id" = String, Path, description = "Id of an entry"),
        ("channel" = Option<String>, Query, description = "Chooses the channel's own answer", max_length = 64),
    ),
    responses((status = 200, description = "The entry", body = EntryResponse), Refusals<Querying>))]
pub(crate) async fn show(
    Current(snapshot): Current,
    Path(path): Path<EntryPath>,
    Query(mut fields): Query,
) -> Result<Json<EntryResponse>, Problem> {
    let channel = fields.short("channel");
    fields.finish()?;
    let now = clock::now();
    let entry = find(&snapshot, &path.faq_id, now)?;
    let found = read_on(&snapshot, entry, channel.as_deref(), now);
    Ok(Json(EntryResponse {
        faq_id: entry.id.clone(),
        question: entry.question.clone(),
        text: found.text,
        category: found.category,
        related: found.related,
        corpus_version: snapshot.corpus.version.clone(),
    }))
}

/// Names in the path; of a named knowledge base there is one more.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct EntryPath {
    faq_id: String,
}
