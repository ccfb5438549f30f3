//! Asking and completing.

use serde_json::{Value, json};

use super::app::TestApp;

#[test]
fn a_known_question_is_answered_with_everything_the_contract_names() {
    let app = TestApp::spawn();
    let reply = app.ask("退款多久能到账");
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.json();
    let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let contract =
        ["decision", "answer", "suggestions", "handoff", "candidates", "corpus_version", "model_version", "message_id"];
    assert_eq!(names, contract);
    assert_eq!(body["decision"], "answer");
    assert_eq!(body["answer"]["faq_id"], "refund-time");
    assert_eq!(body["answer"]["text"], "审核通过后三个工作日内原路退回。");
    assert_eq!(body["handoff"], Value::Null);
    assert_eq!(body["message_id"].as_str().unwrap().len(), 36);
    assert_eq!(body["candidates"][0]["explanation"], Value::Null);
}

#[test]
fn a_channel_gets_its_own_answer() {
    let app = TestApp::spawn();
    let body = app.post("/v1/answer", &json!({"question": "退款多久能到账", "channel": "sms"})).json();
    assert_eq!(body["answer"]["text"], "3个工作日内退回。");
}

#[test]
fn asking_for_a_human_hands_off_and_candidates_are_reported_all_the_same() {
    let app = TestApp::spawn();
    let body = app.ask("别啰嗦了，退款的事给我转人工").json();
    assert_eq!(body["decision"], "handoff");
    assert_eq!(body["answer"], Value::Null);
    assert_eq!(body["handoff"]["reason"], "human_requested");
}

#[test]
fn top_and_explain_shape_the_candidates() {
    let app = TestApp::spawn();
    let request = json!({"question": "退款多久能到账", "top": 1, "explain": true});
    let body = app.post("/v1/answer", &request).json();
    assert_eq!(body["candidates"].as_array().unwrap().len(), 1);
    let explanation = &body["candidates"][0]["explanation"];
    let sum: f64 = explanation["signals"].as_array().unwrap().iter().map(|s| s["contribution"].as_f64().unwrap()).sum();
    let off = sum + explanation["intercept"].as_f64().unwrap() - explanation["logit"].as_f64().unwrap();
    assert!(off.abs() < 1e-4, "off by {off}: {explanation}");
    assert_eq!(explanation["terms"]["asked_text"], "退款多久能到账");
    assert!(explanation["terms"]["shared"][0]["asked"][0]["end"].is_u64(), "{explanation}");
    for field in ["synonyms", "negation", "codes", "runner_up", "answer_threshold", "suggest_threshold"] {
        assert!(!explanation[field].is_null(), "{field}: {explanation}");
    }
}

#[test]
fn everything_the_contract_allows_is_accepted() {
    let app = TestApp::spawn();
    let request = json!({
        "question": " 退款多久能到账 ", "channel": "wechat", "customer_id": "c1", "conversation_id": "v1",
        "customer_tier": "vip", "input_type": "typeahead", "top": 20, "explain": false,
    });
    assert_eq!(app.post("/v1/answer", &request).status, 200);
    assert_eq!(app.ask(&"问".repeat(500)).status, 200);
}

#[test]
fn typing_is_completed_from_the_corpus() {
    let app = TestApp::spawn();
    let reply = app.get("/v1/suggest?q=%E9%80%80%E6%AC%BE&top=2");
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.json();
    assert_eq!(body["suggestions"][0]["faq_id"], "refund-time");
    assert!(body["suggestions"].as_array().unwrap().len() <= 2);
}

#[test]
fn a_named_knowledge_base_answers_below_its_own_path() {
    let app = TestApp::spawn();
    let reply = app.post("/v1/kb/phone/answer", &json!({"question": "出国怎么开通国际漫游"}));
    assert_eq!(reply.json()["answer"]["faq_id"], "roaming");
}
