//! What becomes of a ticket, and the customer who asks.

use serde_json::{Value, json};

use super::keeping;
use crate::api::app::TestApp;

/// A server whose group `refund` has a flow.
fn with_flow() -> TestApp {
    let app = keeping("");
    let routing = "[[group]]\nid = \"refund\"\nname = \"退款组\"\nflow = [\"客服\", \"财务\", \"客服\"]\n\
        promise = \"三天内处理。\"\n";
    std::fs::write(app.corpus.path().join("routing.toml"), routing).unwrap();
    assert_eq!(app.post_text("/v1/corpus/reload", "").status, 200);
    app
}

fn classified(app: &TestApp, ticket: Value, customer: &str) {
    let request =
        json!({"title": "退款", "text": "退款一直没有到账，都一周了", "ticket_id": ticket, "customer_id": customer});
    let reply = app.post("/v1/classify", &request).json();
    assert_eq!(reply["skill_group"], "refund", "{reply}");
}

fn step(app: &TestApp, ticket: &str, body: Value) -> Value {
    let reply = app.post(&format!("/v1/tickets/{ticket}/events"), &body);
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

#[test]
fn the_flow_says_what_comes_next() {
    let app = with_flow();
    classified(&app, json!(40012), "p");
    let shown = || app.get("/v1/tickets/40012").json();
    let fresh = shown();
    assert_eq!((&fresh["name"], &fresh["promise"]), (&json!("退款组"), &json!("三天内处理。")), "{fresh}");
    assert_eq!((&fresh["steps"], &fresh["next"]), (&json!([]), &json!("客服")), "{fresh}");
    assert_eq!(fresh["flow"], json!(["客服", "财务", "客服"]));
    assert!(fresh["classified_at"].is_string(), "{fresh}");
    assert_eq!(step(&app, "40012", json!({"step": "客服"})), json!({"ticket_id": "40012", "stored": "added"}));
    assert_eq!(step(&app, "40012", json!({"step": "客服"}))["stored"], "unchanged");
    assert_eq!(shown()["next"], "财务");
    step(&app, "40012", json!({"step": "客服", "note": "已回电13800138000"}));
    assert_eq!(shown()["next"], "财务", "a note moves nothing");
    assert!(!shown().to_string().contains("13800138000"));
    step(&app, "40012", json!({"step": "财务"}));
    step(&app, "40012", json!({"step": "等待银行"}));
    assert_eq!(shown()["next"], "客服", "what is no station moves nothing");
    step(&app, "40012", json!({"step": "客服"}));
    assert_eq!((&shown()["next"], shown()["steps"].as_array().unwrap().len()), (&json!(null), 5));
}

#[test]
fn a_ticket_need_not_have_been_classified_here() {
    let app = keeping("");
    step(&app, "elsewhere", json!({"step": "客服", "note": null}));
    let shown = app.get("/v1/tickets/elsewhere").json();
    assert_eq!((&shown["skill_group"], &shown["name"], &shown["flow"]), (&json!(null), &json!(null), &json!([])));
    assert_eq!((&shown["next"], &shown["steps"][0]["step"]), (&json!(null), &json!("客服")), "{shown}");
    assert!(!shown["promise"].as_str().unwrap().is_empty(), "{shown}");
    assert_eq!(app.get("/v1/tickets/never").code(), "not_found");
    assert_eq!(app.get("/v1/kb/phone/tickets/elsewhere").status, 404);
}

#[test]
fn what_is_wrong_with_a_step_is_named() {
    let app = keeping("");
    let long = "T".repeat(129);
    for (ticket, body, fields) in [
        ("t", json!({}), &["step"][..]),
        ("t", json!({"step": " ", "note": 5}), &["step", "note"]),
        ("t", json!({"step": "长".repeat(65), "note": "长".repeat(1_001)}), &["step", "note"]),
        ("%20", json!({"step": "客服"}), &["ticket_id"]),
        (&long, json!({"stap": "客服"}), &["step", "stap", "ticket_id"]),
    ] {
        let reply = app.post(&format!("/v1/tickets/{ticket}/events"), &body);
        assert_eq!(reply.status, 422, "{reply:?}");
        let errors = reply.json()["errors"].clone();
        let found: Vec<&str> = errors.as_array().unwrap().iter().map(|item| item["field"].as_str().unwrap()).collect();
        assert_eq!(found, fields, "{body}");
    }
}

#[test]
fn a_customer_who_asks_is_told_the_stage_of_their_own_ticket() {
    let app = with_flow();
    classified(&app, json!("T-1"), "p");
    classified(&app, json!("T-2"), "q");
    step(&app, "T-1", json!({"step": "客服", "note": "内部备注"}));
    let ask = |customer: &str, question: &str| {
        let reply =
            app.post("/v1/answer", &json!({"question": question, "customer_id": customer, "channel": "wechat"}));
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    };
    for question in ["我的退款到哪一步了", "我的工单处理到哪了？", "请问我的退款处理得怎么样了"]
    {
        let told = ask("p", question);
        assert_eq!((&told["decision"], &told["answer"]["kind"]), (&json!("answer"), &json!("ticket")), "{told}");
        assert_eq!(told["answer"]["faq_id"], json!(null), "{told}");
        let text = told["answer"]["text"].as_str().unwrap();
        assert!(text.contains("退款组") && text.contains("进行到“客服”，下一步是“财务”。三天内处理。"), "{text}");
        assert!(!text.contains("内部备注"), "{text}");
    }
    let fresh = ask("q", "我的工单有进展了吗");
    let text = fresh["answer"]["text"].as_str().unwrap();
    assert!(text.contains("受理，下一步是“客服”"), "{text}");
    // What is told counts as answered, not as small talk.
    let counted = app.get("/v1/stats?by=decision,reason&reason=ticket").json();
    assert_eq!(counted["rows"][0]["dimensions"], json!(["answer", "ticket"]), "{counted}");
    assert_eq!(counted["rows"][0]["decisions"], 4, "{counted}");
    // Other questions, and customers without a ticket, go the ordinary way.
    assert_eq!(ask("p", "退款多久能到账")["answer"]["faq_id"], "refund-time");
    let ordinary = app.ask("我的退款到哪一步了").json();
    for told in [ask("nobody", "我的退款到哪一步了"), ordinary] {
        assert_ne!(told["answer"]["kind"], "ticket", "{told}");
    }
}
