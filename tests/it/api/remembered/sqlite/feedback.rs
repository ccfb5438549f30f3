//! Feedback on messages, ratings of conversations, what customers did with recommendations.

use serde_json::{Value, json};

use super::keeping;
use crate::api::app::{Reply, TestApp};

const ROUTING: &str = "[[group]]\nid = \"refund\"\nname = \"退款组\"\naliases = [\"old-refund\"]\n";

/// Asks in a conversation; the id of the message.
fn asked(app: &TestApp, conversation: &str, question: &str) -> String {
    let request = json!({"question": question, "conversation_id": conversation, "customer_id": "p"});
    let reply = app.post("/v1/answer", &request);
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["message_id"].as_str().unwrap().to_owned()
}

fn stored(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["stored"].as_str().unwrap().to_owned()
}

/// The fields that a request is refused for.
fn faults(reply: &Reply) -> Vec<(String, String)> {
    assert_eq!((reply.status, reply.code().as_str()), (422, "invalid_request"), "{reply:?}");
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    let errors = reply.json()["errors"].clone();
    errors.as_array().unwrap().iter().map(|item| (text(item, "field"), text(item, "message"))).collect()
}

#[test]
fn the_same_word_counts_once_and_another_one_replaces_it() {
    let app = keeping("");
    let message = asked(&app, "c", "退款多久能到账");
    let path = format!("/v1/messages/{message}/feedback");
    let bad = json!({
        "rating": "bad", "labels": ["没有解决", "答非所问"], "comment": "打我电话13800138000", "faq_id": "return-how",
    });
    let reply = app.post(&path, &bad);
    assert_eq!(reply.json(), json!({"message_id": message, "stored": "added"}), "{reply:?}");
    assert_eq!(stored(&app.post(&path, &bad)), "unchanged");
    let mut shuffled = bad;
    shuffled["labels"] = json!(["答非所问", "没有解决", "答非所问"]);
    assert_eq!(stored(&app.post(&path, &shuffled)), "unchanged", "labels have no order");
    let kept = app.get("/v1/customers/p").json();
    assert_eq!(kept["messages"][0]["rating"], "bad", "{kept}");
    let comment = kept["messages"][0]["comment"].as_str().unwrap();
    assert!(comment.starts_with("打我电话") && !comment.contains("13800138000"), "{comment}");
    assert_eq!(stored(&app.post(&path, &json!({"rating": "good"}))), "changed");
    assert_eq!(stored(&app.post(&path, &json!({"rating": "good"}))), "unchanged");
    let kept = app.get("/v1/customers/p").json();
    assert_eq!(
        (&kept["messages"][0]["rating"], &kept["messages"][0]["comment"]),
        (&json!("good"), &json!("")),
        "{kept}"
    );
}

#[test]
fn every_field_of_feedback_may_stand_alone() {
    let app = keeping("");
    std::fs::write(app.corpus.path().join("routing.toml"), ROUTING).unwrap();
    assert_eq!(app.post_text("/v1/corpus/reload", "").status, 200);
    for alone in [
        json!({"rating": "good"}),
        json!({"labels": ["其他"]}),
        json!({"comment": "很好"}),
        json!({"faq_id": "invoice"}),
        json!({"skill_group": "refund"}),
    ] {
        let path = format!("/v1/messages/{}/feedback", asked(&app, "c", "优惠券为什么用不了"));
        assert_eq!(stored(&app.post(&path, &alone)), "added", "{alone}");
    }
    let path = format!("/v1/messages/{}/feedback", asked(&app, "c", "优惠券为什么用不了"));
    assert_eq!(stored(&app.post(&path, &json!({"skill_group": "old-refund"}))), "added");
    assert_eq!(stored(&app.post(&path, &json!({"skill_group": "refund"}))), "unchanged", "the former name is the same");
}

#[test]
fn feedback_on_a_ticket_names_its_group() {
    let app = keeping("");
    let ticket = app.post("/v1/classify", &json!({"text": "退款一直没有到账", "ticket_id": "T-1"})).json();
    let path = format!("/v1/messages/{}/feedback", ticket["message_id"].as_str().unwrap());
    let group = ticket["skill_group"].clone();
    assert_eq!(
        stored(&app.post(&path, &json!({"rating": "bad", "labels": ["分错组"], "skill_group": group}))),
        "added"
    );
}

#[test]
fn what_is_wrong_with_feedback_is_named() {
    let app = keeping("[feedback]\nlabels = ['不对', '太慢']");
    let path = format!("/v1/messages/{}/feedback", asked(&app, "c", "运费怎么算"));
    let refused = |body: Value| faults(&app.post(&path, &body));
    let fault = |field: &str, message: &str| vec![(field.to_owned(), message.to_owned())];
    let nothing = "rating, labels, comment, faq_id or skill_group must say something";
    assert_eq!(refused(json!({})), fault("rating", nothing));
    assert_eq!(refused(json!({"rating": null, "labels": [], "comment": " "})), fault("rating", nothing));
    assert_eq!(refused(json!({"rating": "great"})), fault("rating", "must be one of good, bad"));
    assert_eq!(refused(json!({"labels": ["不对", "答非所问"]})), fault("labels[1]", "must be one of 不对, 太慢"));
    assert_eq!(refused(json!({"labels": [1]})), fault("labels[0]", "must be text"));
    assert_eq!(refused(json!({"labels": "不对"})), fault("labels", "must be a list, is text"));
    let long = "must have at most 1000 characters, has 1001";
    assert_eq!(refused(json!({"comment": "长".repeat(1_001)})), fault("comment", long));
    let entry = "there is no entry of this id in the live corpus";
    assert_eq!(refused(json!({"faq_id": "nothing"})), fault("faq_id", entry));
    let group = "there is no skill group of this id; see GET /v1/skill-groups";
    assert_eq!(refused(json!({"skill_group": "nobody"})), fault("skill_group", group));
    let both = "name the right entry or the right group, not both";
    assert_eq!(refused(json!({"faq_id": "invoice", "skill_group": "refund"})), fault("skill_group", both));
    assert_eq!(refused(json!({"ratng": "good"})).len(), 2, "nothing is said, and a field is not known");
    assert_eq!(app.get("/v1/customers/p").json()["messages"][0]["rating"], json!(null), "nothing of it was kept");
}

#[test]
fn a_conversation_is_rated_once_or_anew() {
    let app = keeping("");
    asked(&app, "c", "运费怎么算");
    let rate = |body: Value| app.post("/v1/conversations/c/rating", &body);
    assert_eq!(stored(&rate(json!({"nps": 0}))), "added");
    assert_eq!(stored(&rate(json!({"nps": 0}))), "unchanged");
    assert_eq!(stored(&rate(json!({"nps": 10, "resolved": true}))), "changed");
    let kept = app.get("/v1/customers/p").json();
    assert_eq!(kept["ratings"][1], json!({"conversation_id": "c", "nps": 10, "resolved": true}), "{kept}");
    for (body, field) in [
        (json!({}), "nps"),
        (json!({"nps": 11}), "nps"),
        (json!({"nps": -1}), "nps"),
        (json!({"nps": 9.5}), "nps"),
        (json!({"resolved": "yes"}), "resolved"),
        (json!({"nps": 1, "stars": 5}), "stars"),
    ] {
        let faults = faults(&rate(body.clone()));
        assert_eq!(faults.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), [field], "{body}");
    }
}

#[test]
fn what_a_customer_did_counts_once() {
    let app = keeping("");
    asked(&app, "c", "运费怎么算");
    let did = |body: Value| app.post("/v1/conversations/c/events", &body);
    assert_eq!(stored(&did(json!({"event": "clicked", "item": "sku-1"}))), "added");
    assert_eq!(stored(&did(json!({"event": "clicked", "item": "sku-1"}))), "unchanged");
    assert_eq!(stored(&did(json!({"event": "ordered", "item": "sku-1"}))), "added");
    assert_eq!(stored(&did(json!({"event": "clicked", "item": "sku-2"}))), "added");
    let named = |body: Value| faults(&did(body)).into_iter().map(|(field, _)| field).collect::<Vec<_>>();
    assert_eq!(named(json!({})), ["event", "item"]);
    assert_eq!(named(json!({"event": "seen", "item": " "})), ["event", "item"]);
    assert_eq!(named(json!({"event": "clicked", "item": "长".repeat(129)})), ["item"]);
}

#[test]
fn unknown_messages_and_conversations_are_not_found() {
    let app = keeping("");
    let message = asked(&app, "c", "运费怎么算");
    for (path, body) in [
        ("/v1/messages/none/feedback".to_owned(), json!({"rating": "good"})),
        ("/v1/conversations/none/rating".to_owned(), json!({"nps": 9})),
        ("/v1/conversations/none/events".to_owned(), json!({"event": "clicked", "item": "a"})),
        // Of another knowledge base.
        (format!("/v1/kb/phone/messages/{message}/feedback"), json!({"rating": "good"})),
        ("/v1/kb/phone/conversations/c/rating".to_owned(), json!({"nps": 9})),
    ] {
        let reply = app.post(&path, &body);
        assert_eq!((reply.status, reply.code().as_str()), (404, "not_found"), "{path}");
    }
}

#[test]
fn without_a_store_nothing_is_acknowledged_and_answers_go_on() {
    let (without, failed) = (TestApp::spawn(), keeping(""));
    failed.lose_store();
    for app in [without, failed] {
        for (method, path, body) in [
            ("POST", "/v1/messages/m/feedback", r#"{"rating":"good"}"#),
            ("POST", "/v1/conversations/c/rating", r#"{"nps":9}"#),
            ("POST", "/v1/conversations/c/events", r#"{"event":"clicked","item":"a"}"#),
            ("POST", "/v1/tickets/t/events", r#"{"step":"财务"}"#),
            ("GET", "/v1/tickets/t", ""),
            ("GET", "/v1/customers/p", ""),
            ("DELETE", "/v1/customers/p", ""),
            ("GET", "/v1/stats", ""),
        ] {
            let reply = app.send(method, path, &[("content-type", "application/json")], body);
            assert_eq!((reply.status, reply.code().as_str()), (503, "store_unavailable"), "{method} {path}");
            assert_eq!(reply.headers["retry-after"], "5", "{method} {path}");
        }
        let asked = app.post("/v1/answer", &json!({"question": "运费怎么算", "customer_id": "p"}));
        assert_eq!(asked.json()["answer"]["faq_id"], "delivery-fee", "{asked:?}");
        let own = app.post("/v1/answer", &json!({"question": "我的退款到哪一步了", "customer_id": "p"}));
        assert_eq!(own.status, 200, "{own:?}");
    }
}
