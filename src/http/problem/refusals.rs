//! Which problems an endpoint can answer with, declared at its handler: `Refusals<Asking>` among its responses.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use serde_json::json;
use utoipa::IntoResponses;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{Ref, RefOr};

use super::code::Code;

/// A set of problems that several endpoints have in common.
pub(crate) trait ProblemSet {
    /// The set, in parts.
    const CODES: &'static [&'static [Code]];
}

/// Whatever the endpoint.
const ALWAYS: &[Code] = &[Code::Internal];
/// Where a key may be asked for.
const KEYED: &[Code] = &[Code::Unauthorized, Code::Forbidden];
/// Below a knowledge base.
const BASED: &[Code] = &[Code::NotFound, Code::RateLimited, Code::Overloaded, Code::NotReady];
/// Where the time is bounded.
const TIMED: &[Code] = &[Code::Timeout];
/// With parameters or a body.
const CHECKED: &[Code] = &[Code::InvalidRequest];
/// With a body, which must arrive in time.
const BODY: &[Code] = &[Code::MalformedJson, Code::UnsupportedMediaType, Code::BodyTooLarge, Code::Timeout];
/// Where something is stored or read back.
const STORED: &[Code] = &[Code::StoreUnavailable];
/// Where a corpus is published.
const PUBLISHED: &[Code] =
    &[Code::CorpusInvalid, Code::GateRefused, Code::PublishInProgress, Code::PublishOvertaken, Code::StoreUnavailable];

/// A probe that never refuses.
pub(crate) enum Probe {}
/// The probe of readiness.
pub(crate) enum ReadinessProbe {}
/// For keys of some roles, whatever the knowledge base.
pub(crate) enum Guarded {}
/// Something of a knowledge base is shown.
pub(crate) enum Reading {}
/// The same, as parameters ask.
pub(crate) enum Querying {}
/// A body asks.
pub(crate) enum Asking {}
/// Something stored is shown or removed.
pub(crate) enum Recalling {}
/// The same, as parameters ask.
pub(crate) enum RecallingQuery {}
/// A body is stored.
pub(crate) enum Storing {}
/// A corpus is published.
pub(crate) enum Publishing {}
/// The same, as a body says.
pub(crate) enum PublishingBody {}

impl ProblemSet for Probe {
    const CODES: &'static [&'static [Code]] = &[ALWAYS];
}
impl ProblemSet for ReadinessProbe {
    const CODES: &'static [&'static [Code]] = &[ALWAYS, &[Code::NotReady]];
}
impl ProblemSet for Guarded {
    const CODES: &'static [&'static [Code]] = &[ALWAYS, KEYED];
}
impl ProblemSet for Reading {
    const CODES: &'static [&'static [Code]] = &[ALWAYS, KEYED, BASED, TIMED];
}
impl ProblemSet for Querying {
    const CODES: &'static [&'static [Code]] = &[ALWAYS, KEYED, BASED, TIMED, CHECKED];
}
impl ProblemSet for Asking {
    const CODES: &'static [&'static [Code]] = &[ALWAYS, KEYED, BASED, TIMED, CHECKED, BODY];
}
impl ProblemSet for Recalling {
    const CODES: &'static [&'static [Code]] = &[ALWAYS, KEYED, BASED, TIMED, STORED];
}
impl ProblemSet for RecallingQuery {
    const CODES: &'static [&'static [Code]] = &[ALWAYS, KEYED, BASED, TIMED, CHECKED, STORED];
}
impl ProblemSet for Storing {
    const CODES: &'static [&'static [Code]] = &[ALWAYS, KEYED, BASED, TIMED, CHECKED, BODY, STORED];
}
impl ProblemSet for Publishing {
    const CODES: &'static [&'static [Code]] = &[ALWAYS, KEYED, BASED, CHECKED, PUBLISHED];
}
impl ProblemSet for PublishingBody {
    const CODES: &'static [&'static [Code]] = &[ALWAYS, KEYED, BASED, CHECKED, BODY, PUBLISHED];
}

/// The responses of a [`ProblemSet`]: one per status, naming its codes.
pub(crate) struct Refusals<S>(PhantomData<S>);

impl<S: ProblemSet> IntoResponses for Refusals<S> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut by_status: BTreeMap<String, Vec<Code>> = BTreeMap::new();
        let codes: BTreeSet<Code> = S::CODES.iter().copied().flatten().copied().collect();
        for code in codes {
            by_status.entry(code.status().as_str().to_owned()).or_default().push(code);
        }
        by_status.into_iter().map(|(status, codes)| (status, RefOr::T(response(&codes)))).collect()
    }
}

fn response(codes: &[Code]) -> Response {
    let lines: Vec<String> = codes
        .iter()
        .map(|code| {
            let (name, _, title) = code.describe();
            format!("`{name}`: {title}")
        })
        .collect();
    let example = codes.first().map(|code| {
        let (name, status, title) = code.describe();
        json!({
            "type": format!("urn:yingda:problem:{name}"), "title": title, "status": status.as_u16(),
            "detail": title, "code": name, "request_id": "01981c6e7d3a7c0a9a3f5b2e4d6f8a10",
        })
    });
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).example(example).build();
    ResponseBuilder::new().description(lines.join("; ")).content("application/problem+json", body).build()
}
