//! Calls from web pages.

use super::app::TestApp;

const ORIGIN: &str = "https://shop.example.com";

fn preflight(app: &TestApp, origin: &str) -> Option<String> {
    let headers = [("origin", origin), ("access-control-request-method", "POST")];
    let reply = app.send("OPTIONS", "/v1/answer", &headers, "");
    reply.headers.get("access-control-allow-origin").cloned()
}

#[test]
fn only_configured_origins_may_call() {
    let app = TestApp::with(&format!("[cors]\norigins = ['{ORIGIN}']"));
    assert_eq!(preflight(&app, ORIGIN).as_deref(), Some(ORIGIN));
    assert_eq!(preflight(&app, "https://evil.example.com"), None);
}

#[test]
fn without_configured_origins_no_page_may_call() {
    assert_eq!(preflight(&TestApp::spawn(), ORIGIN), None);
}

#[test]
fn a_page_may_read_problems_too() {
    let app = TestApp::with(&format!("[cors]\norigins = ['{ORIGIN}']"));
    let headers = [("origin", ORIGIN), ("content-type", "application/json")];
    let reply = app.send("POST", "/v1/answer", &headers, "{");
    assert_eq!(reply.status, 400);
    assert_eq!(reply.headers["access-control-allow-origin"], ORIGIN);
}
