//! Per-key rate limit by token bucket (GCRA, `governor`). Callers without a key are not limited: they are local.

use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use governor::clock::{Clock as _, DefaultClock};

use super::auth::Caller;
use crate::http::problem::{Code, Problem};

pub(crate) async fn check(request: Request, next: Next) -> Response {
    let limiter = request.extensions().get::<Arc<Caller>>().and_then(|caller| caller.limiter.as_ref());
    if let Some(Err(until)) = limiter.map(|limiter| limiter.check()) {
        let wait = until.wait_time_from(DefaultClock::default().now());
        // Whole seconds, rounded up: a client that obeys is not refused again.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        return Problem::new(Code::RateLimited, "this API key makes too many requests")
            .retry_after(seconds.max(1))
            .into_response();
    }
    next.run(request).await
}
