//! Calls from web pages.

use crate::api::app::TestApp;

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
fn every_method_of_the_interface_may_be_called_from_a_page() {
    let app = TestApp::with(&format!("[cors]\norigins = ['{ORIGIN}']"));
    let paths = app.get("/openapi.json").json()["paths"].clone();
    let parts = paths.as_object().unwrap().values().flat_map(|path| path.as_object().unwrap());
    // Beside its methods a path may have parameters and a description.
    let methods = parts.filter(|(_, part)| part["responses"].is_object());
    let used: std::collections::BTreeSet<String> = methods.map(|(method, _)| method.to_uppercase()).collect();
    assert!(used.contains("DELETE"), "{used:?}");
    for method in used {
        let headers = [("origin", ORIGIN), ("access-control-request-method", method.as_str())];
        let reply = app.send("OPTIONS", "/v1/answer", &headers, "");
        let allowed = &reply.headers["access-control-allow-methods"];
        assert!(allowed.split(',').any(|one| one.trim() == method), "{method}: {allowed}");
    }
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

#[test]
fn without_keys_foreign_pages_and_names_are_refused() {
    let app = TestApp::spawn();
    let version = app.get("/v1/corpus").json()["generation"].clone();
    for (name, value) in [
        ("origin", "https://evil.example.com"), // a page open in the browser of this machine
        ("origin", "null"),
        ("host", "evil.example.com"), // a name made to point here
    ] {
        let reply = app.send("POST", "/v1/corpus/reload?force=true&reason=csrf", &[(name, value)], "");
        assert_eq!((reply.status, reply.code().as_str()), (403, "forbidden"), "{name}: {value}");
        assert_eq!(app.send("GET", "/metrics", &[(name, value)], "").status, 403);
        assert_eq!(app.send("GET", "/livez", &[(name, value)], "").status, 200, "probes tell nothing");
    }
    assert_eq!(app.get("/v1/corpus").json()["generation"], version);
    let own = app.url.clone();
    assert_eq!(app.send("POST", "/v1/corpus/reload", &[("origin", &own)], "").status, 200, "its own page may");
}

#[test]
fn with_keys_names_do_not_matter() {
    let app = TestApp::with("[[key]]\nname = 'web'\nrole = 'staff'\nsecret = 'staff-secret-0000001'");
    let headers = [("host", "faq.example.com"), ("authorization", "Bearer staff-secret-0000001")];
    assert_eq!(app.send("GET", "/v1/corpus", &headers, "").status, 200);
}
