//! Every error body, as a client sees it.

use serde_json::{Map, Value, json};

use super::app::TestApp;

#[test]
fn every_error_body_has_the_same_shape() {
    let app = TestApp::with("[limits]\nbody_bytes = 4096\nbatch_tickets = 3");
    let json_type = [("content-type", "application/json")];
    let long_id = "x".repeat(65);
    let big = json!({ "question": "长".repeat(2_000) }).to_string();
    let cases: [(&str, &str, &str, &str); 23] = [
        ("body is not JSON", "POST", "/v1/answer", "question=hi"),
        ("body is empty", "POST", "/v1/answer", ""),
        ("body is cut off", "POST", "/v1/answer", "{\"question\": \"运费"),
        ("question is missing", "POST", "/v1/answer", "{}"),
        ("question is a number", "POST", "/v1/answer", r#"{"question": 7}"#),
        ("question is blank", "POST", "/v1/answer", r#"{"question": " \n "}"#),
        ("field is unknown", "POST", "/v1/answer", r#"{"question": "运费", "qestion": "运费"}"#),
        ("input type is unknown", "POST", "/v1/answer", r#"{"question": "运费", "input_type": "call"}"#),
        ("body is an array", "POST", "/v1/answer", "[]"),
        ("body is too large", "POST", "/v1/answer", &big),
        ("ticket says nothing", "POST", "/v1/classify", r#"{"title": " "}"#),
        ("ticket text is a list", "POST", "/v1/classify", r#"{"text": ["a"]}"#),
        (
            "batch is too long",
            "POST",
            "/v1/classify/batch",
            r#"{"tickets": [{"text":"a"},{"text":"a"},{"text":"a"},{"text":"a"}]}"#,
        ),
        ("query is missing", "GET", "/v1/suggest", ""),
        ("query is not UTF-8", "GET", "/v1/suggest?q=%ff", ""),
        ("query has a word for a number", "GET", "/v1/suggest?q=a&top=many", ""),
        ("query has an unknown parameter", "GET", "/v1/suggest?q=a&limit=3", ""),
        ("top is out of range", "GET", "/v1/suggest?q=a&top=21", ""),
        ("path is unknown", "GET", "/v2/answer", ""),
        ("knowledge base is unknown", "GET", "/v1/kb/none/corpus", ""),
        ("method is wrong", "GET", "/v1/answer", ""),
        ("version is unknown", "POST", "/v1/corpus/rollback", r#"{"version": "0123456789abcdef"}"#),
        ("dry run is neither true nor false", "POST", "/v1/corpus/reload?dry_run=maybe", ""),
    ];
    let mut bodies = Map::new();
    for (name, method, path, body) in cases {
        bodies.insert(name.to_owned(), app.send(method, path, &json_type, body).problem());
    }
    bodies.insert("content type is missing".to_owned(), app.send("POST", "/v1/answer", &[], "{}").problem());
    let many = json!({"question": "", "channel": long_id, "customer_tier": long_id, "top": 0});
    bodies.insert("several fields are faulty".to_owned(), app.post("/v1/answer", &many).problem());
    insta::assert_json_snapshot!(Value::Object(bodies));
}

#[test]
fn refusals_by_keys_limits_and_state_have_it_too() {
    let keys = "[rate_limit]\nper_second = 1\nburst = 1\n[[key]]\nname = 'web'\nrole = 'frontend'\nsecret = 'frontend-secret-0001'\nkb = ['default']";
    let app = TestApp::unprepared(keys);
    let with_key = [("authorization", "Bearer frontend-secret-0001")];
    let bodies = json!({
        "no key": app.get("/v1/corpus").problem(),
        "unknown key": app.send("GET", "/v1/corpus", &[("authorization", "Bearer nobody")], "").problem(),
        "not ready": app.send("GET", "/v1/corpus", &with_key, "").problem(),
        "too many requests": app.send("GET", "/v1/corpus", &with_key, "").problem(),
    });
    insta::assert_json_snapshot!(bodies);
    let app = TestApp::with(keys.split_once("[[key]]").map(|(_, key)| format!("[[key]]{key}")).unwrap().as_str());
    let other_base = app.send("GET", "/v1/kb/phone/corpus", &with_key, "").problem();
    let other_role = app.send("GET", "/v1/corpus", &with_key, "").problem();
    insta::assert_json_snapshot!(json!({"other knowledge base": other_base, "other role": other_role}));
}

#[test]
fn the_allowed_methods_are_named() {
    assert_eq!(TestApp::unprepared("").get("/v1/answer").headers["allow"], "POST");
}

#[test]
fn what_the_customer_wrote_never_comes_back_in_a_problem() {
    let app = TestApp::spawn();
    let reply = app.post("/v1/answer", &json!({"question": "我的手机号13800138000", "top": 99}));
    assert_eq!(reply.status, 422);
    assert!(!reply.text.contains("13800138000"));
}

#[test]
fn bodies_in_other_encodings_are_refused_by_their_cause() {
    let app = TestApp::spawn();
    let refused = |headers: &[(&str, &str)], part: &str| {
        let reply = app.send("POST", "/v1/answer", headers, r#"{"question":"hi"}"#);
        assert_eq!((reply.status, reply.code().as_str()), (415, "unsupported_media_type"), "{reply:?}");
        assert!(reply.json()["detail"].as_str().unwrap().contains(part), "{reply:?}");
    };
    refused(&[("content-type", "application/json; charset=GBK")], "charset=gbk; send it in UTF-8");
    refused(
        &[("content-type", "application/json"), ("content-encoding", "gzip")],
        "Content-Encoding: gzip; send it plain",
    );
    refused(&[("content-type", "text/plain")], "Content-Type: application/json");
    for content_type in
        ["application/json; charset=UTF-8", "application/json;charset=\"utf-8\"", "application/vnd.x+json"]
    {
        let headers = [("content-type", content_type), ("content-encoding", "identity")];
        assert_eq!(app.send("POST", "/v1/answer", &headers, "\u{feff}{\"question\":\"运费怎么算\"}").status, 200);
    }
}

#[test]
fn a_slash_at_the_end_means_the_same() {
    let app = TestApp::spawn();
    for path in ["/v1/answer/", "/v1/kb/phone/answer/"] {
        assert_eq!(app.post(path, &json!({"question": "运费怎么算"})).status, 200, "{path}");
    }
    assert_eq!(app.get("/readyz/").status, 200);
    assert_eq!(app.get("/v1/suggest/?q=tuikuan").status, 200);
    assert_eq!(app.get("/v1/nothing/").status, 404);
}
