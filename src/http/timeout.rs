//! Bounds how long a request may take, reading its body included. Reloads and rollbacks are not bound by it.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::problem::{Code, Problem};
use super::state::AppState;

pub(crate) async fn limit(State(app): State<AppState>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(app.config.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let allowed = app.config.request_timeout.as_millis();
            Problem::new(Code::Timeout, format!("the request was not finished within {allowed} ms")).into_response()
        }
    }
}
