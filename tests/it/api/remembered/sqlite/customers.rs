//! What is stored of one customer.

use serde_json::{Value, json};

use super::keeping;
use crate::api::app::TestApp;

fn asked(app: &TestApp, customer: &str, question: &str) -> Value {
    let reply = app.post("/v1/answer", &json!({"question": question, "customer_id": customer, "explain": true}));
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

#[test]
fn a_customer_is_handed_out_and_forgotten_everywhere() {
    let app = keeping("");
    let first = asked(&app, "p", "我叫的退款多久能到账，手机13800138000");
    asked(&app, "q", "运费怎么算");
    let conversation = first["conversation_id"].as_str().unwrap();
    let message = first["message_id"].as_str().unwrap();
    app.post(&format!("/v1/messages/{message}/feedback"), &json!({"rating": "good"}));
    app.post(&format!("/v1/conversations/{conversation}/rating"), &json!({"nps": 9}));
    app.post(&format!("/v1/conversations/{conversation}/events"), &json!({"event": "clicked", "item": "a"}));
    app.post("/v1/classify", &json!({"text": "退款没到账", "ticket_id": "T-1", "customer_id": "p"}));
    app.post("/v1/tickets/T-1/events", &json!({"step": "财务"}));

    let kept = app.get("/v1/customers/p");
    assert_eq!(kept.status, 200, "{kept:?}");
    assert!(!kept.text.contains("13800138000"), "{kept:?}");
    let kept = kept.json();
    assert_eq!(kept["customer_id"], "p");
    assert_eq!(kept["messages"].as_array().unwrap().len(), 2, "{kept}");
    assert_eq!((&kept["messages"][0]["message_id"], &kept["messages"][0]["rating"]), (&json!(message), &json!("good")));
    assert_eq!((&kept["ratings"][0]["nps"], &kept["tickets"][0]["steps"][0]["step"]), (&json!(9), &json!("财务")));

    let forgotten = app.send("DELETE", "/v1/customers/p", &[], "");
    assert_eq!(forgotten.status, 200, "{forgotten:?}");
    let counts = json!({"messages": 2, "feedback": 1, "ratings": 1, "events": 1, "ticket_steps": 1});
    assert_eq!(forgotten.json(), json!({"customer_id": "p", "forgotten": counts}));
    let nothing = json!({"customer_id": "p", "messages": [], "ratings": [], "tickets": []});
    assert_eq!(app.get("/v1/customers/p").json(), nothing);
    assert_eq!(app.get("/v1/tickets/T-1").status, 404);
    let again = app.send("DELETE", "/v1/customers/p", &[], "").json();
    assert_eq!(again["forgotten"]["messages"], 0, "{again}");
    assert_eq!(app.get("/v1/customers/q").json()["messages"].as_array().unwrap().len(), 1, "others stay");
    // The conversation that was going on is over too.
    let next = asked(&app, "p", "那运费呢");
    assert_ne!(next["conversation_id"], first["conversation_id"], "{next}");
    assert_eq!(next.get("read_along"), None, "{next}");
}

#[test]
fn knowledge_bases_know_their_own_customers_only() {
    let app = keeping("");
    asked(&app, "p", "运费怎么算");
    assert_eq!(app.get("/v1/kb/phone/customers/p").json()["messages"], json!([]));
    assert_eq!(app.send("DELETE", "/v1/kb/phone/customers/p", &[], "").json()["forgotten"]["messages"], 0);
    assert_eq!(app.get("/v1/customers/p").json()["messages"].as_array().unwrap().len(), 1);
}
