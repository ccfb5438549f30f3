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
    let contract = [
        "decision",
        "answer",
        "suggestions",
        "handoff",
        "candidates",
        "message_id",
        "conversation_id",
        "corpus_version",
        "model_version",
    ];
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
    assert_eq!(body["handoff"]["name"], body["handoff"]["skill_group"], "no routing.toml gives it a name");
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
        "question": " 退款多久能到账 ", "channel": "wechat", "customer_id": 12345678901_u64, "conversation_id": 7,
        "customer_tier": "vip", "input_type": "voice", "top": 20.0, "explain": false, "faq_id": null,
    });
    let reply = app.post("/v1/answer", &request);
    assert_eq!((reply.status, &reply.json()["conversation_id"]), (200, &json!(7)), "{reply:?}");
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

#[test]
fn a_chosen_entry_is_answered_without_guessing() {
    let app = TestApp::spawn();
    // Its own words would lead to another entry.
    let chosen =
        json!({"question": "运费怎么算", "faq_id": "refund-time", "channel": "sms", "input_type": "suggested"});
    let body = app.post("/v1/answer", &chosen).json();
    assert_eq!((&body["decision"], &body["answer"]["text"]), (&json!("answer"), &json!("3个工作日内退回。")), "{body}");
    assert_eq!(body["answer"]["related"], json!([{"faq_id": "return-how", "question": "怎么申请退货"}]));
    assert_eq!((&body["candidates"][0]["faq_id"], &body["answer"]["confidence"]), (&json!("refund-time"), &json!(1.0)));
    assert_eq!(app.post("/v1/answer", &json!({"faq_id": "invoice"})).json()["answer"]["faq_id"], "invoice");
    let text = app.get("/metrics").text;
    assert!(text.contains("yingda_decisions_total{kb=\"default\",decision=\"answer\"} 2"), "{text}");
}

#[test]
fn an_entry_is_shown_as_a_customer_reads_it_or_said_not_to_hold() {
    let app = TestApp::spawn();
    let body = app.get("/v1/entries/refund-time?channel=sms").json();
    assert_eq!((&body["question"], &body["text"]), (&json!("退款多久能到账"), &json!("3个工作日内退回。")), "{body}");
    assert_eq!(app.get("/v1/kb/phone/entries/roaming").json()["category"], "号卡");
    let more = concat!(
        "{\"id\":\"over\",\"question\":\"去年的活动\",\"answer\":\"过了。\",\"valid_until\":\"2020-01-01\"}\n",
        "{\"id\":\"off\",\"question\":\"停掉的活动\",\"answer\":\"停了。\",\"enabled\":false}\n",
        "{\"id\":\"soon\",\"question\":\"将来的活动\",\"answer\":\"还没到。\",\"valid_from\":\"2999-01-01\"}\n",
    );
    app.write_corpus(&format!("{}{more}", TestApp::original()));
    assert_eq!(app.post_text("/v1/corpus/reload", "").status, 200);
    for (id, part) in
        [("none", "no entry of this id"), ("over", "held until"), ("off", "switched off"), ("soon", "holds from")]
    {
        for reply in [app.get(&format!("/v1/entries/{id}")), app.post("/v1/answer", &json!({"faq_id": id}))] {
            assert_eq!((reply.status, reply.code().as_str()), (404, "not_found"), "{id}");
            assert_eq!(reply.json()["errors"][0]["field"], "faq_id");
            assert!(reply.json()["detail"].as_str().unwrap().contains(part), "{reply:?}");
        }
    }
}
