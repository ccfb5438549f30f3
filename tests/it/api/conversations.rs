//! Messages that refer to earlier ones.

use serde_json::{Value, json};

use crate::api::app::TestApp;

/// Says one thing after another in one conversation.
struct Customer<'a> {
    app: &'a TestApp,
    conversation: &'a str,
}

impl Customer<'_> {
    fn says(&self, text: &str) -> Value {
        let request = json!({
            "question": text, "conversation_id": self.conversation, "channel": "wechat", "explain": true, "top": 5,
        });
        let reply = self.app.post("/v1/answer", &request);
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.json()["conversation_id"], self.conversation);
        reply.json()
    }
}

fn first(body: &Value) -> &str {
    body["answer"]["faq_id"].as_str().or(body["candidates"][0]["faq_id"].as_str()).unwrap_or_default()
}

#[test]
fn a_fragment_is_read_with_the_question_before() {
    let app = TestApp::spawn();
    let customer = Customer { app: &app, conversation: "a" };
    customer.says("我买的奶粉昨天到了");
    let body = customer.says("它开罐后能放多久");
    assert_eq!(first(&body), "formula-open", "{body}");
    let alone = app.ask("那能放多久").json();
    assert_eq!(alone.get("read_along"), None, "{alone}");
    let body = customer.says("那能放多久");
    assert_eq!(first(&body), "formula-open", "alone: {alone}, read along: {body}");
}

#[test]
fn explain_says_which_question_was_read_along() {
    let app = TestApp::spawn();
    let customer = Customer { app: &app, conversation: "g" };
    assert_eq!(first(&customer.says("退款多久能到账，我手机13800001234")), "refund-time");
    let body = customer.says("那运费呢");
    assert_eq!(first(&body), "delivery-fee", "{body}");
    customer.says("怎么申请退货");
    let body = customer.says("那在哪里点呢");
    assert_eq!(first(&body), "return-how", "{body}");
    assert_eq!(body["read_along"]["question"], "怎么申请退货", "{body}");
    assert_eq!(body["read_along"]["read_as"], "怎么申请退货,在哪里点", "{body}");
    assert!(!body.to_string().contains("13800001234"), "{body}");
}

#[test]
fn a_word_about_nothing_offered_is_no_answer() {
    let app = TestApp::spawn();
    let customer = Customer { app: &app, conversation: "h" };
    assert_eq!(customer.says("怎么申请退货")["decision"], "answer");
    for text in ["第二个", "都不是", "好的"] {
        let body = customer.says(text);
        assert_ne!(body["answer"]["kind"], "entry", "{text}: {body}");
    }
}

#[test]
fn a_new_topic_is_not_dragged_by_the_old_one() {
    let app = TestApp::spawn();
    let customer = Customer { app: &app, conversation: "b" };
    assert_eq!(first(&customer.says("退款多久能到账")), "refund-time");
    let body = customer.says("对了，忘记登录密码怎么办");
    assert_eq!(first(&body), "password", "{body}");
    assert_eq!(body["read_along"], Value::Null, "{body}");
}

#[test]
fn the_same_question_again_reaches_a_human_with_a_summary() {
    let app = TestApp::spawn();
    let customer = Customer { app: &app, conversation: "c" };
    assert_eq!(customer.says("优惠券为什么用不了")["decision"], "answer");
    let body = customer.says("试过了没用，优惠券为什么用不了，我手机13800001234");
    assert_eq!((&body["decision"], &body["handoff"]["reason"]), (&json!("handoff"), &json!("repeated")), "{body}");
    let summary = &body["handoff"]["summary"];
    assert!(summary["text"].as_str().unwrap().contains("已答《优惠券为什么用不了》"), "{summary}");
    assert_eq!(summary["lines"][0]["channel"], "wechat");
    assert!(!summary.to_string().contains("13800001234"), "{summary}");
}

#[test]
fn two_misses_in_a_row_reach_a_human_for_that_reason() {
    let app = TestApp::spawn();
    let customer = Customer { app: &app, conversation: "d" };
    assert_eq!(customer.says("你们公司在哪里上市的")["handoff"]["reason"], "low_confidence");
    assert_eq!(customer.says("董事长叫什么名字")["handoff"]["reason"], "misses");
}

#[test]
fn suggestions_are_picked_by_their_place_or_declined() {
    let app = TestApp::spawn();
    let customer = Customer { app: &app, conversation: "e" };
    let offered = customer.says("退货的问题");
    let ids: Vec<&str> =
        offered["suggestions"].as_array().unwrap().iter().map(|one| one["faq_id"].as_str().unwrap()).collect();
    assert!(!ids.is_empty(), "{offered}");
    let body = customer.says("第一个");
    assert_eq!((&body["decision"], first(&body)), (&json!("answer"), ids[0]), "{body}");

    let customer = Customer { app: &app, conversation: "f" };
    customer.says("退货的问题");
    let body = customer.says("都不是");
    assert_ne!(body["decision"], "answer", "{body}");
    for suggestion in body["suggestions"].as_array().unwrap() {
        assert!(!ids.contains(&suggestion["faq_id"].as_str().unwrap()), "offered again: {body}");
    }
}

#[test]
fn without_a_name_nothing_is_remembered_and_a_customer_is_enough_of_one() {
    let app = TestApp::spawn();
    app.ask("优惠券为什么用不了");
    let again = app.ask("优惠券为什么用不了").json();
    assert_eq!(again["decision"], "answer");
    assert_eq!(again["conversation_id"], Value::Null, "{again}");
    let says = |text: &str| app.post("/v1/answer", &json!({"question": text, "customer_id": "c9"})).json();
    let (one, two) = (says("优惠券为什么用不了"), says("优惠券为什么用不了"));
    assert_eq!(one["conversation_id"], two["conversation_id"]);
    assert_eq!(one["conversation_id"].as_str().unwrap().len(), 36);
    assert_eq!(two["handoff"]["reason"], "repeated");
}
