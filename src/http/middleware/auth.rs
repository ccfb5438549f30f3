//! Who calls: API keys, their roles and their knowledge bases. Secrets are compared by hash in constant time.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use governor::DefaultDirectRateLimiter;
use governor::{Quota, RateLimiter};
use jiff::Timestamp;
use subtle::ConstantTimeEq as _;

use crate::clock;
use crate::config::{ApiKey, Config, Role};

use super::observe::KeyName;
use crate::http::problem::{Code, Problem};

/// A configured key with its own rate limit.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) key: ApiKey,
    pub(crate) name: Arc<str>,
    pub(crate) limiter: Option<DefaultDirectRateLimiter>,
}

/// All configured keys. Where there are none, everybody may do everything.
#[derive(Debug)]
pub(crate) struct Keyring {
    callers: Vec<Arc<Caller>>,
}

impl Keyring {
    pub(crate) fn new(config: &Config) -> Self {
        let quota =
            config.rate_limiting.limit().map(|limit| Quota::per_second(limit.per_second).allow_burst(limit.burst));
        let callers = config.keys.iter().map(|key| {
            let limiter = quota.map(RateLimiter::direct);
            Arc::new(Caller { name: key.name.as_str().into(), key: key.clone(), limiter })
        });
        Self { callers: callers.collect() }
    }

    /// The caller of a request; `None` where no keys are configured.
    pub(crate) fn identify(&self, headers: &HeaderMap, now: Timestamp) -> Result<Option<Arc<Caller>>, Problem> {
        if self.callers.is_empty() {
            return Ok(None);
        }
        let secret = bearer(headers)
            .ok_or_else(|| Problem::new(Code::Unauthorized, "send the API key as `Authorization: Bearer <key>`"))?;
        let hash = blake3::hash(secret);
        // Every key is compared, so that the time says nothing about which one was close.
        let mut found = None;
        for caller in &self.callers {
            if bool::from(caller.key.hash.ct_eq(hash.as_bytes())) {
                found = Some(Arc::clone(caller));
            }
        }
        let caller = found.ok_or_else(|| Problem::new(Code::Unauthorized, "the API key is not known"))?;
        if caller.key.expires.is_some_and(|expires| expires <= now) {
            return Err(Problem::new(Code::Unauthorized, "the API key has expired"));
        }
        Ok(Some(caller))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| secret.trim_ascii())
}

/// Middleware: finds the caller and leaves it in the request.
pub(crate) async fn authenticate(State(keyring): State<Arc<Keyring>>, mut request: Request, next: Next) -> Response {
    let caller = match keyring.identify(request.headers(), clock::now()) {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    let Some(caller) = caller else { return next.run(request).await };
    let name = KeyName(Arc::clone(&caller.name));
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    response.extensions_mut().insert(name);
    response
}

/// Middleware: lets only these roles pass. Callers without a key exist only where none are configured.
pub(crate) async fn require(roles: &'static [Role], request: Request, next: Next) -> Response {
    match request.extensions().get::<Arc<Caller>>() {
        Some(caller) if !roles.contains(&caller.key.role) => {
            Problem::new(Code::Forbidden, "the role of this API key does not include this endpoint").into_response()
        }
        _ => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_secret_is_read_from_the_bearer_scheme_only() {
        for (header, secret) in [
            ("Bearer s3cret", Some("s3cret")),
            ("bearer  s3cret ", Some("s3cret")), // schemes are case-insensitive, spaces do not belong to the secret
            ("Basic s3cret", None),
            ("Bearer", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(header).unwrap())]);
            assert_eq!(bearer(&headers), secret.map(str::as_bytes), "{header:?}");
        }
    }
}
