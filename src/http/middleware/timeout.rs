//! Bounds how long a request may take, reading its body included. Reloads and rollbacks are not bound by it.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::http::problem::{Code, Problem};

pub(crate) async fn limit(State(allowed): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(allowed, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let allowed = allowed.as_millis();
            Problem::new(Code::Timeout, format!("the request was not finished within {allowed} ms")).into_response()
        }
    }
}
