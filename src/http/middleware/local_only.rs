//! Where no keys are configured, only this machine may call, and no web page of another origin through its browser.
//!
//! A browser sends simple requests to any address without asking; what tells them is `Origin`, and `Host` where a name
//! of somebody else's was made to point at this machine (DNS rebinding).

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::config::Config;
use crate::http::problem::{Code, Problem};

/// Middleware: refuses foreign hosts and origins. For servers without keys.
pub(crate) async fn check(State(config): State<Arc<Config>>, request: Request, next: Next) -> Response {
    match refusal(request.headers(), request.uri(), &config.cors.origins) {
        Some(detail) => Problem::new(Code::Forbidden, detail).into_response(),
        None => next.run(request).await,
    }
}

fn refusal(headers: &HeaderMap, uri: &Uri, allowed: &[String]) -> Option<&'static str> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).or_else(|| uri.authority().map(|a| a.as_str()));
    let host = host.unwrap_or_default();
    if !is_this_machine(host) {
        return Some("without keys only this machine may call: use a loopback Host, or configure [[key]]");
    }
    let origin = headers.get(ORIGIN)?.to_str().unwrap_or_default();
    let own = origin.strip_prefix("http://").is_some_and(|authority| authority.eq_ignore_ascii_case(host));
    let may = own || allowed.iter().any(|known| known == origin);
    (!may).then_some("this page's origin may not call: name it in cors.origins")
}

/// Whether a `Host` header names the loopback interface.
fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.trim_end_matches('.');
    let address = name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    address || name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_pages_of_its_own_or_configured_may_call() {
        let allowed = ["https://shop.example.com".to_owned()];
        for (host, origin, refused) in [
            ("127.0.0.1:8080", None, false),
            ("localhost:8080", None, false),
            ("[::1]:8080", None, false),
            ("[::ffff:127.0.0.1]", None, false),
            ("127.8.9.1", None, false),
            ("app.localhost", None, false),
            ("localhost:8080", Some("http://localhost:8080"), false), // its own page
            ("localhost:8080", Some("https://shop.example.com"), false), // configured
            ("localhost:8080", Some("http://localhost:3000"), true),  // another program's page
            ("localhost:8080", Some("http://evil.example.com"), true),
            ("localhost:8080", Some("null"), true), // a file, or a frame without an origin
            ("evil.example.com:8080", None, true),  // a name made to point here
            ("127.0.0.1.evil.example.com", None, true),
            ("localhost.evil.example.com", None, true),
            ("192.168.1.5:8080", None, true),
            ("", None, true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(refusal(&headers, &Uri::from_static("/"), &allowed).is_some(), refused, "{host} {origin:?}");
        }
    }
}
