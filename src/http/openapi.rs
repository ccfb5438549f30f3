//! The OpenAPI 3.1 document: what the handlers declare, plus the second home of the endpoints below
//! `/v1/kb/{kb}`. And the page to try it, which needs no internet.

use axum::body::Bytes;
use axum::http::header;
use axum::routing::get;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, RefOr, Required};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::problem::{Code, ErrorItem, ProblemBody};
use super::state::App;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "应答 Yingda",
        description = "Answers customers' questions from a Chinese FAQ and routes tickets to skill groups. \
            Every error is an RFC 9457 problem with a stable `code`.",
    ),
    tags(
        (name = "answering", description = "Customers' questions. Roles: frontend, staff."),
        (name = "routing", description = "Tickets. Roles: ticketing, staff."),
        (name = "corpus", description = "The live corpus and its versions. Role: staff."),
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
pub(crate) fn routes(mut api: OpenApi) -> axum::Router<App> {
    finish(&mut api);
    // Generated from types alone, so that it either always serialises or fails the tests.
    let document = Bytes::from(api.to_json().unwrap_or_default());
    let show = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document) });
    let page: axum::Router<App> = SwaggerUi::new("/docs").config(Config::from("/openapi.json")).into();
    page.route("/openapi.json", show)
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
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}
