//! All routes and the order of the middleware, on one screen.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{from_fn, from_fn_with_state as with};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::config::Config;
use crate::config::Role::{Frontend, Staff, Ticketing};

use super::bases::Bases;
use super::customers::{export, forget};
use super::feedback::{conversation_event, conversation_rating, message_feedback};
use super::metrics::Metrics;
use super::middleware::admission::{self, Admission};
use super::middleware::auth::Keyring;
use super::middleware::{auth, knowledge_base, local_only, observe, page_headers, rate_limit, request_id, timeout};
use super::problem::{Code, Problem};
use super::questions::{answer, entry, suggest};
use super::request::{BodyBounds, HeldBytes};
use super::state::App;
use super::tickets::{batch, classify, show_ticket, skill_groups, ticket_event};
use super::{audit, corpus, openapi, ops, statistics};

/// The whole service: outermost middleware first.
pub(crate) fn service(app: &App) -> Router {
    let (routes, api) = routes(app);
    surround(routes.merge(openapi::routes(api, &app.part::<Arc<Config>>().feedback.labels)), app)
}

/// What every request passes, whatever its path.
fn surround(routes: Router<App>, app: &App) -> Router {
    let config: Arc<Config> = app.part();
    routes
        .fallback(|| async { Problem::new(Code::NotFound, "no such path; see /docs") })
        .method_not_allowed_fallback(|| async {
            Problem::new(Code::MethodNotAllowed, "this path exists, but not for this method; see the Allow header")
        })
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(request_id::assign))
                .layer(from_fn(page_headers::add))
                .layer(with(app.part::<Arc<Metrics>>(), observe::record))
                .layer(CatchPanicLayer::custom(panicked))
                .layer(cors(&config.cors.origins)),
        )
        .with_state(app.clone())
}

fn routes(app: &App) -> (Router<App>, utoipa::openapi::OpenApi) {
    let config: Arc<Config> = app.part();
    let guarded = OpenApiRouter::with_openapi(openapi::head())
        .nest("/v1", versioned(app))
        .nest("/v1/kb/{kb}", versioned(app))
        .routes(routes!(ops::metrics::show));
    let guarded = match config.keys.is_empty() {
        true => guarded.route_layer(with(Arc::clone(&config), local_only::check)),
        false => guarded,
    };
    // Probes are answered whatever else is the matter.
    guarded.routes(routes!(ops::health::live)).routes(routes!(ops::health::ready)).split_for_parts()
}

/// The endpoints of one knowledge base, grouped by who may use them and how large their bodies may be.
fn versioned(app: &App) -> OpenApiRouter<App> {
    let config: Arc<Config> = app.part();
    let limits = config.limits;
    let body = |bytes| Extension(BodyBounds { bytes, time: limits.body_timeout, held: app.part::<HeldBytes>() });
    let answering = OpenApiRouter::new()
        .routes(routes!(answer::answer))
        .routes(routes!(suggest::suggest))
        .routes(routes!(entry::show))
        .route_layer(body(limits.body_bytes))
        .route_layer(from_fn(|request, next| auth::require(&[Frontend, Staff], request, next)));
    let routing = OpenApiRouter::new()
        .routes(routes!(classify::classify))
        .route_layer(body(limits.ticket_body_bytes))
        .route_layer(from_fn(|request, next| auth::require(&[Ticketing, Staff], request, next)));
    let routing_many = OpenApiRouter::new()
        .routes(routes!(batch::classify_batch))
        .route_layer(body(limits.batch_body_bytes))
        .route_layer(from_fn(|request, next| auth::require(&[Ticketing, Staff], request, next)));
    let commenting = OpenApiRouter::new()
        .routes(routes!(message_feedback::give))
        .route_layer(body(limits.body_bytes))
        .route_layer(from_fn(|request, next| auth::require(&[Frontend, Ticketing, Staff], request, next)));
    let rating = OpenApiRouter::new()
        .routes(routes!(conversation_rating::rate))
        .routes(routes!(conversation_event::add))
        .route_layer(body(limits.body_bytes))
        .route_layer(from_fn(|request, next| auth::require(&[Frontend, Staff], request, next)));
    let following = OpenApiRouter::new()
        .routes(routes!(ticket_event::add))
        .routes(routes!(show_ticket::show))
        .route_layer(body(limits.body_bytes))
        .route_layer(from_fn(|request, next| auth::require(&[Ticketing, Staff], request, next)));
    let naming = OpenApiRouter::new()
        .routes(routes!(skill_groups::list))
        .route_layer(from_fn(|request, next| auth::require(&[Frontend, Ticketing, Staff], request, next)));
    let reading = OpenApiRouter::new()
        .routes(routes!(corpus::show::show))
        .routes(routes!(corpus::versions::list))
        .routes(routes!(corpus::policy::show))
        .routes(routes!(statistics::show::show))
        .routes(routes!(statistics::entries::show))
        .routes(routes!(audit::show))
        .routes(routes!(export::export, forget::forget))
        .route_layer(from_fn(|request, next| auth::require(&[Staff], request, next)));
    let publishing = OpenApiRouter::new()
        .routes(routes!(corpus::reload::reload))
        .routes(routes!(corpus::rollback::rollback))
        .route_layer(body(limits.body_bytes))
        .route_layer(from_fn(|request, next| auth::require(&[Staff], request, next)));

    let storing = commenting.merge(rating).merge(following);
    let timely = answering.merge(routing).merge(routing_many).merge(naming).merge(reading).merge(storing);
    timely.route_layer(with(config.server.request_timeout, timeout::limit)).merge(publishing).route_layer(
        ServiceBuilder::new()
            .layer(with(app.part::<Arc<Keyring>>(), auth::authenticate))
            .layer(from_fn(rate_limit::check))
            .layer(with(app.part::<Arc<Bases>>(), knowledge_base::choose))
            .layer(with(app.part::<Arc<Admission>>(), admission::admit)),
    )
}

/// Browsers may call from the configured origins only; without any, no header is sent and none may.
fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, request_id::HEADER])
        .expose_headers([request_id::HEADER, header::RETRY_AFTER] as [HeaderName; 2])
        .max_age(std::time::Duration::from_secs(600))
}

/// The panic itself is logged by the hook of `telemetry`, without words of customers.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Problem::new(Code::Internal, "the request failed; the log names the fault under the request id").into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;
    use crate::config::RawConfig;
    use crate::http::state::Remembering;

    async fn boom() {
        panic!("the customer wrote 13800138000");
    }

    #[tokio::test]
    async fn a_panic_leaves_as_a_problem_without_its_message() {
        let app = App::new(Arc::new(Config::check(RawConfig::default()).unwrap()), Remembering::default());
        let service = surround(Router::new().route("/boom", get(boom)), &app);
        let reply = service.oneshot(Request::get("/boom").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(reply.status(), 500);
        let body = to_bytes(reply.into_body(), 10_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["code"], "internal");
        assert!(!body.to_string().contains("13800138000"));
    }
}
