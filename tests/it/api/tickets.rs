//! Classifying one ticket and many.

use serde_json::json;

use super::app::TestApp;

#[test]
fn a_ticket_gets_everything_the_contract_names() {
    let app = TestApp::spawn();
    let reply =
        app.post("/v1/classify", &json!({"title": "退款", "text": "退款一直没有到账，都一周了", "explain": true}));
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.json();
    for name in ["decision", "skill_group", "confidence", "shortlist", "ranking", "priority", "flow", "promise"] {
        assert!(!body[name].is_null(), "{name} is missing: {body}");
    }
    assert!(body.as_object().unwrap().contains_key("rule"));
    assert!(body["ranking"].as_array().unwrap().len() <= 3);
    assert_eq!(body["message_id"].as_str().unwrap().len(), 36);
}

#[test]
fn a_ticket_is_told_to_be_a_complaint_and_how_urgent() {
    let app = TestApp::spawn();
    let classified = |text: &str| app.post("/v1/classify", &json!({"text": text})).json();
    let calm = classified("请问纸尿裤的L码适合多重的宝宝");
    assert!(calm["complaint"].as_f64().unwrap() < 0.1 && calm["priority"] == "normal", "{calm}");
    let phrase = classified("我要投诉你们的快递员");
    assert!(phrase["complaint"] == 1.0 && phrase["priority"] == "high", "{phrase}");
    let learned = classified("什么垃圾客服，说了五遍都听不懂人话");
    assert!(learned["complaint"].as_f64().unwrap() > 0.75 && learned["priority"] == "high", "{learned}");
    let urgent = classified("暖奶器插上电就冒烟了，还有火星，孩子吓哭了");
    assert!(urgent["complaint"].as_f64().unwrap() < 0.5 && urgent["priority"] == "urgent", "{urgent}");
}

#[test]
fn a_rule_about_complaints_hears_what_the_model_says() {
    let app = TestApp::spawn();
    let routing = "[[group]]\nid = \"refund\"\n[[rule]]\nname = \"complaints\"\ncomplaint = true\ngroup = \"refund\"\n";
    std::fs::write(app.corpus.path().join("routing.toml"), routing).unwrap();
    let reloaded = app.post("/v1/corpus/reload", &json!({}));
    assert_eq!(reloaded.status, 200, "{reloaded:?}");
    // No complaint phrase stands in it.
    let learned = app.post("/v1/classify", &json!({"text": "什么垃圾客服，说了五遍都听不懂人话"})).json();
    assert_eq!((&learned["rule"], &learned["decision"]), (&json!("complaints"), &json!("route")), "{learned}");
}

#[test]
fn a_batch_answers_in_order_and_like_single_tickets() {
    let app = TestApp::spawn();
    let tickets: Vec<_> = (0..150).map(|n| json!({"text": format!("第{n}单 快递一直不动")})).collect();
    let reply = app.post("/v1/classify/batch", &json!({"tickets": tickets}));
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.json();
    let results = body["results"].as_array().unwrap();
    assert_eq!(results.len(), 150);
    for index in [0, 63, 64, 149] {
        let single = app.post("/v1/classify", &tickets[index]).json();
        assert_eq!(results[index]["ranking"], single["ranking"], "ticket {index}");
    }
}

#[test]
fn an_empty_batch_is_no_mistake() {
    let reply = TestApp::spawn().post("/v1/classify/batch", &json!({"tickets": []}));
    assert_eq!(reply.json(), json!({"results": []}));
}
