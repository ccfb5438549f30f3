//! Keys, roles and knowledge bases.

use crate::api::app::TestApp;

const KEYS: &str = r#"
metrics_public = false
[[key]]
name = "web"
role = "frontend"
secret = "frontend-secret-0001"
[[key]]
name = "desk"
role = "ticketing"
secret = "ticketing-secret-0001"
kb = ["default"]
[[key]]
name = "editor"
role = "staff"
secret = "staff-secret-0000001"
"#;

const FRONTEND: &str = "frontend-secret-0001";
const TICKETING: &str = "ticketing-secret-0001";
const STAFF: &str = "staff-secret-0000001";

fn status(app: &TestApp, secret: Option<&str>, method: &str, path: &str, body: &str) -> u16 {
    let bearer = secret.map(|secret| format!("Bearer {secret}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(bearer.as_deref().map(|value| ("authorization", value)));
    app.send(method, path, &headers, body).status
}

#[test]
fn each_role_may_do_its_own_and_staff_everything() {
    let app = TestApp::with(KEYS);
    let ask = r#"{"question":"运费怎么算"}"#;
    let ticket = r#"{"text":"快递不动了"}"#;
    // Columns: no key, unknown key, frontend, ticketing, staff.
    for (method, path, body, expected) in [
        ("POST", "/v1/answer", ask, [401, 401, 200, 403, 200]),
        ("GET", "/v1/suggest?q=yunfei", "", [401, 401, 200, 403, 200]),
        ("GET", "/v1/entries/invoice", "", [401, 401, 200, 403, 200]),
        ("GET", "/v1/skill-groups", "", [401, 401, 200, 200, 200]),
        ("POST", "/v1/classify", ticket, [401, 401, 403, 200, 200]),
        ("POST", "/v1/classify/batch", r#"{"tickets":[]}"#, [401, 401, 403, 200, 200]),
        ("GET", "/v1/corpus", "", [401, 401, 403, 403, 200]),
        ("GET", "/v1/corpus/versions", "", [401, 401, 403, 403, 200]),
        ("GET", "/v1/policy", "", [401, 401, 403, 403, 200]),
        // Nothing is stored here, which only those learn who may.
        ("POST", "/v1/messages/m/feedback", r#"{"rating":"good"}"#, [401, 401, 503, 503, 503]),
        ("POST", "/v1/conversations/c/rating", r#"{"nps":9}"#, [401, 401, 503, 403, 503]),
        ("POST", "/v1/conversations/c/events", r#"{"event":"clicked","item":"a"}"#, [401, 401, 503, 403, 503]),
        ("POST", "/v1/tickets/t/events", r#"{"step":"财务"}"#, [401, 401, 403, 503, 503]),
        ("GET", "/v1/tickets/t", "", [401, 401, 403, 503, 503]),
        ("GET", "/v1/customers/c", "", [401, 401, 403, 403, 503]),
        ("DELETE", "/v1/customers/c", "", [401, 401, 403, 403, 503]),
        ("GET", "/v1/stats", "", [401, 401, 403, 403, 503]),
        ("GET", "/v1/audit", "", [401, 401, 403, 403, 503]),
        ("GET", "/v1/stats/entries", "", [401, 401, 403, 403, 503]),
        ("POST", "/v1/corpus/reload?dry_run=true", "", [401, 401, 403, 403, 200]),
        ("POST", "/v1/corpus/rollback", r#"{"version":"none"}"#, [401, 401, 403, 403, 404]),
        ("POST", "/v1/kb/phone/answer", ask, [401, 401, 200, 403, 200]),
        ("POST", "/v1/kb/phone/classify", ticket, [401, 401, 403, 403, 200]), // the desk is bound to default
        ("POST", "/v1/kb/none/classify", ticket, [401, 401, 404, 403, 404]),  // and learns nothing of others
        ("GET", "/metrics", "", [401, 401, 403, 403, 200]),
        ("GET", "/livez", "", [200; 5]), // probes and documentation are open
        ("GET", "/readyz", "", [200; 5]),
        ("GET", "/openapi.json", "", [200; 5]),
        ("GET", "/docs/", "", [200; 5]),
    ] {
        let callers = [None, Some("not-a-known-secret"), Some(FRONTEND), Some(TICKETING), Some(STAFF)];
        let found = callers.map(|secret| status(&app, secret, method, path, body));
        assert_eq!(found, expected, "{method} {path}");
    }
}

#[test]
fn a_request_without_a_key_is_told_how_to_send_one() {
    let reply = TestApp::with(KEYS).ask("运费怎么算");
    assert_eq!(reply.headers["www-authenticate"], "Bearer");
}

#[test]
fn without_keys_everything_is_open() {
    let app = TestApp::spawn();
    for path in ["/v1/corpus", "/v1/corpus/versions", "/metrics"] {
        assert_eq!(app.get(path).status, 200, "{path}");
    }
}

#[test]
fn each_key_has_a_rate_of_its_own() {
    let app = TestApp::with(&format!(
        "[rate_limit]\nper_second = 1\nburst = 2\n{}",
        KEYS.replace("metrics_public = false", "")
    ));
    let body = r#"{"question":"运费怎么算"}"#;
    let mut last = 0;
    for _ in 0..3 {
        last = status(&app, Some(FRONTEND), "POST", "/v1/answer", body);
    }
    assert_eq!(last, 429);
    assert_eq!(status(&app, Some(STAFF), "POST", "/v1/answer", body), 200);
}

#[test]
fn a_key_ends_and_its_successor_is_valid_beside_it() {
    let keys = r#"
[[key]]
name = "web-2025"
role = "frontend"
secret = "frontend-secret-0001"
expires = "2025-12-31"
[[key]]
name = "web-2026"
role = "frontend"
secret = "frontend-secret-0002"
expires = "2999-12-31"
[[key]]
name = "web-2027"
role = "frontend"
secret = "frontend-secret-0003"
"#;
    let app = TestApp::with(keys);
    let ask = |secret: &str| {
        let bearer = format!("Bearer {secret}");
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        app.send("POST", "/v1/answer", &headers, r#"{"question":"运费怎么算"}"#)
    };
    let ended = ask("frontend-secret-0001");
    assert_eq!((ended.status, ended.json()["detail"].as_str()), (401, Some("the API key has expired")));
    assert_eq!([ask("frontend-secret-0002").status, ask("frontend-secret-0003").status], [200, 200]);
}

#[test]
fn a_bound_key_reads_the_metrics_of_its_own_knowledge_bases() {
    let keys = r#"
metrics_public = false
[[key]]
name = "phone-editor"
role = "staff"
secret = "staff-secret-0000001"
kb = ["default"]
"#;
    let app = TestApp::with(keys);
    let text = app.send("GET", "/metrics", &[("authorization", "Bearer staff-secret-0000001")], "").text;
    assert!(text.contains("yingda_corpus_entries{kb=\"default\"} 8"), "{text}");
    assert!(!text.contains("phone") && !text.contains("yingda_http_requests_total{"), "{text}");
}
