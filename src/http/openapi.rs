//! The OpenAPI 3.1 document: what the handlers declare, plus the second home of the endpoints below
//! `/v1/kb/{kb}`. And the page to try it, which needs no internet.

use axum::body::Bytes;
use axum::http::header;
use axum::middleware::from_fn;
use axum::response::Redirect;
use axum::routing::get;
use serde_json::{Value, json};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, RefOr, Required};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::middleware::page_headers;
use super::problem::{Code, ErrorItem, ProblemBody};
use super::state::App;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Yingda",
        description = "应答 answers customers' questions from a Chinese FAQ and routes tickets to skill groups. \
            Every error is an RFC 9457 problem with a stable `code`.",
    ),
    tags(
        (name = "answering", description = "Customers' questions. Roles: frontend, staff."),
        (name = "routing", description = "Tickets. Roles: ticketing, staff."),
        (name = "feedback", description = "What people say of decisions and conversations. Roles: frontend, staff; \
            for feedback on a message also ticketing."),
        (name = "corpus", description = "The live corpus and its versions. Role: staff."),
        (name = "statistics", description = "Numbers. Role: staff."),
        (name = "customers", description = "What is stored of one customer. Role: staff."),
        (name = "operation", description = "Probes and metrics. No key needed, except for metrics where configured."),
    ),
    components(schemas(ProblemBody, ErrorItem, Code)),
    security((), ("api_key" = [])),
)]
struct Head;

/// Title, tags and the schemas that no handler names.
pub(crate) fn head() -> OpenApi {
    let mut api = <Head as utoipa::OpenApi>::openapi();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let components = api.components.get_or_insert_default();
    components.security_schemes.insert("api_key".to_owned(), RefOr::T(SecurityScheme::Http(bearer)));
    api
}

/// Serves the finished document and the page.
pub(crate) fn routes(mut api: OpenApi, labels: &[String]) -> axum::Router<App> {
    finish(&mut api);
    // Generated from types alone, so that it either always serialises or fails the tests.
    let mut document = serde_json::to_value(&api).unwrap_or_default();
    say_what_types_cannot(&mut document, labels);
    let document = Bytes::from(document.to_string());
    let show = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document) });
    let page: axum::Router<App> = SwaggerUi::new("/docs").config(Config::from("/openapi.json")).into();
    let front_door = get(|| async { Redirect::to("/docs/") });
    page.layer(from_fn(page_headers::page)).route("/openapi.json", show).route("/", front_door)
}

/// Rules between fields, which no type expresses. `not` rather than `anyOf`: generators of clients pass it over, and
/// would make a union of half requests of the other.
fn say_what_types_cannot(document: &mut Value, labels: &[String]) {
    let blank = json!({ "pattern": r"^\s*$" });
    let absent = json!({ "type": "null" });
    let absent_list = json!({ "type": ["null", "array"], "maxItems": 0 });
    let schemas = [
        (
            "FeedbackRequest/not",
            json!({ "properties": {
                "rating": absent, "labels": absent_list, "comment": { "type": ["null", "string"], "pattern": r"^\s*$" },
                "faq_id": absent, "skill_group": absent,
            } }),
        ),
        ("FeedbackRequest/properties/labels/items", json!({ "type": "string", "enum": labels })),
        ("RatingRequest/not", json!({ "properties": { "nps": absent, "resolved": absent } })),
        ("AnswerRequest/not", json!({ "properties": { "question": absent, "faq_id": absent } })),
        ("ClassifyRequest/not", json!({ "properties": { "title": blank, "text": blank } })),
        // A bad ticket of a batch is no bad batch.
        (
            "BatchRequest/properties/tickets/items",
            json!({
                "description": "Anything else is an error in its place.",
                "anyOf": [
                    { "$ref": "#/components/schemas/ClassifyRequest" },
                    { "type": ["object", "array", "string", "number", "boolean", "null"], "items": {} },
                ],
            }),
        ),
    ];
    for (place, schema) in schemas {
        let (parent, name) = place.rsplit_once('/').unwrap_or_default();
        let parent = document.pointer_mut(&format!("/components/schemas/{parent}"));
        if let Some(parent) = parent.and_then(Value::as_object_mut) {
            parent.insert(name.to_owned(), schema);
        }
    }
}

fn finish(api: &mut OpenApi) {
    for (path, item) in &mut api.paths.paths {
        if !path.contains("{kb}") {
            continue;
        }
        item.parameters.get_or_insert_default().push(RefOr::T(knowledge_base()));
        for operation in operations(item) {
            // Ids must be unique in the document; clients generate method names from them.
            operation.operation_id = operation.operation_id.take().map(|id| format!("{id}_in_kb"));
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn knowledge_base() -> Parameter {
    ParameterBuilder::new()
        .name("kb")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("Name of the knowledge base"))
        .example(Some(json!("default")))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}
