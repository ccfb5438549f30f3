//! What the publish gate tells before anybody is answered from a new corpus, and how staff publish against it.

use std::fs;

use serde_json::{Value, json};

use crate::api::app::TestApp;

fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap()).collect()
}

/// A corpus whose refund entry is switched off, with a golden question that needs it.
fn break_golden(app: &TestApp) {
    let golden = "{\"question\": \"退款几天能到账呀\", \"faq_id\": \"refund-time\"}\n";
    fs::write(app.corpus.path().join("golden.jsonl"), golden).unwrap();
    assert_eq!(app.post_text("/v1/corpus/reload", "").status, 200);
    let off = TestApp::original().replace("{\"id\":\"refund-time\",", "{\"id\":\"refund-time\",\"enabled\":false,");
    app.write_corpus(&off);
}

#[test]
fn changed_answers_of_recent_and_golden_questions_are_listed() {
    let app = TestApp::spawn();
    let golden = "{\"question\": \"运费怎么算\", \"faq_id\": \"delivery-fee\"}\n";
    fs::write(app.corpus.path().join("golden.jsonl"), golden).unwrap();
    assert_eq!(app.post_text("/v1/corpus/reload", "").status, 200);
    for question in ["退款多久能到账", "怎么申请退货", "我是13800001234，退款多久能到账"] {
        assert_eq!(app.ask(question).status, 200);
    }
    let edited = TestApp::original().replace("三个工作日", "五个工作日").replace("满九十九元", "满八十八元");
    app.write_corpus(&edited);
    let reply = app.post_text("/v1/corpus/reload?dry_run=true", "");
    let gate = &reply.json()["gate"];
    assert_eq!(gate["compared"], 4, "{gate}");
    let changed = texts(&gate["changed"], "question");
    assert_eq!(changed[0], "运费怎么算", "golden questions come first: {gate}");
    assert!(changed.contains(&"退款多久能到账") && !changed.contains(&"怎么申请退货"), "{gate}");
    let refund = gate["changed"].as_array().unwrap().iter().find(|c| c["question"] == "退款多久能到账").unwrap();
    let same = json!({"decision": "answer", "faq_id": "refund-time"});
    assert_eq!((&refund["before"], &refund["after"], &refund["text_changed"]), (&same, &same, &json!(true)));
    assert!(!reply.text.contains("13800001234"), "personal numbers are not shown: {}", reply.text);

    app.write_corpus(
        &TestApp::original().replace("{\"id\":\"refund-time\",", "{\"id\":\"refund-time\",\"enabled\":false,"),
    );
    let gate = app.post_text("/v1/corpus/reload?dry_run=true", "").json()["gate"].clone();
    let refund = gate["changed"].as_array().unwrap().iter().find(|c| c["question"] == "退款多久能到账").unwrap();
    assert_eq!(refund["before"], same, "the dry run before changed nothing");
    assert_ne!(refund["after"]["faq_id"], "refund-time", "{gate}");
}

#[test]
fn a_forced_publish_needs_a_reason_and_is_remembered() {
    let app = TestApp::spawn();
    break_golden(&app);
    for (query, field) in [
        ("force=true", "reason"),            // none given
        ("force=true&reason=%20", "reason"), // blank
        ("reason=%E6%80%A5", "reason"),      // a reason for nothing
    ] {
        let refused = app.post_text(&format!("/v1/corpus/reload?{query}"), "");
        assert_eq!((refused.status, refused.code().as_str()), (422, "invalid_request"), "{query}");
        assert_eq!(refused.json()["errors"][0]["field"], field, "{query}");
    }
    let version = app.get("/v1/corpus").json()["version"].clone();
    let force = "/v1/corpus/reload?force=true&reason=%E6%9D%A1%E7%9B%AE%E4%B8%8B%E7%BA%BF";
    let dry = app.post_text(&format!("{force}&dry_run=true"), "").json();
    assert_eq!((&dry["gate"]["forced"], &dry["gate"]["broken"][0]), (&json!("条目下线"), &json!("退款几天能到账呀")));
    assert_eq!(app.get("/v1/corpus").json()["version"], version, "a dry run publishes nothing");
    assert_eq!(app.get("/v1/corpus/versions").json()["versions"].as_array().unwrap().len(), 2);

    let forced = app.post_text(force, "").json();
    assert_eq!(app.get("/v1/corpus").json()["version"], forced["version"]);
    let kept = app.get("/v1/corpus/versions").json()["versions"].clone();
    let reasons: Vec<(&Value, &Value)> =
        kept.as_array().unwrap().iter().map(|version| (&version["live"], &version["forced"])).collect();
    assert!(reasons.contains(&(&json!(true), &json!("条目下线"))), "{kept}");
    assert_eq!(reasons.iter().filter(|(_, reason)| reason.is_string()).count(), 1, "{kept}");

    // Where nothing refuses, nothing was forced.
    app.write_corpus(TestApp::original());
    assert_eq!(app.post_text(force, "").json()["gate"].get("forced"), None);
}

#[test]
fn losing_the_promise_refuses_until_forced() {
    let app = TestApp::spawn();
    let mut labelled = String::new();
    for line in TestApp::original().lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let similar = entry["similar"].as_array().unwrap();
        for question in similar.iter().chain([&entry["question"]]) {
            for mood in ["", "？", "！", "呀"] {
                let row = json!({"question": format!("{}{mood}", question.as_str().unwrap()), "faq_id": entry["id"]});
                labelled.push_str(&format!("{row}\n"));
            }
        }
    }
    for number in 0..20 {
        labelled.push_str(&format!(
            "{}\n",
            json!({"question": format!("第{number}颗星星离我们多远"), "must_not_answer": true})
        ));
    }
    let path = app.corpus.path().join("calibration.jsonl");
    fs::write(&path, labelled).unwrap();
    assert_eq!(app.post_text("/v1/corpus/reload", "").status, 200);
    let policy = app.get("/v1/policy").json();
    assert_eq!((&policy["promised"], &policy["promised_on"]), (&json!(true), &json!("labelled_questions")), "{policy}");
    assert!(policy["evidence"]["precision_lower_bound"].as_f64().unwrap() >= 0.95, "{policy}");

    fs::remove_file(path).unwrap();
    let refused = app.post_text("/v1/corpus/reload", "");
    assert_eq!((refused.status, refused.code().as_str()), (409, "gate_refused"), "{refused:?}");
    assert!(refused.json()["errors"][0]["message"].as_str().unwrap().contains("还差 59 个"), "{refused:?}");
    assert_eq!(app.get("/v1/policy").json(), policy, "nothing changed");
    assert_eq!(app.post_text("/v1/corpus/reload?force=true&reason=test", "").status, 200);
    assert_eq!(app.get("/v1/policy").json()["promised"], false);
}

#[test]
fn near_questions_are_told_with_both_entries() {
    let app = TestApp::spawn();
    let more = concat!(
        "{\"id\":\"near-1\",\"question\":\"在门店里买的儿童安全座椅可以送到店里免费安装吗\",\"answer\":\"可以。\"}\n",
        "{\"id\":\"near-2\",\"question\":\"在门店里买的儿童安全座椅可以送到店里免费安装么\",\"answer\":\"不可以。\"}\n",
        "{\"id\":\"over\",\"question\":\"去年的活动\",\"answer\":\"过了。\",\"valid_until\":\"2020-01-01\"}\n",
    );
    app.write_corpus(&format!("{}{more}", TestApp::original()));
    let reply = app.post_text("/v1/corpus/reload?dry_run=true", "");
    assert_eq!(reply.status, 200, "{reply:?}");
    let found = reply.json()["gate"]["self_retrieval"].clone();
    assert_eq!(
        (&found["skipped"], &found["lost_total"], &found["near_total"]),
        (&json!(1), &json!(0), &json!(1)),
        "{found}"
    );
    assert_eq!((&found["near"][0]["faq_id"], &found["near"][0]["other_faq_id"]), (&json!("near-1"), &json!("near-2")));
}
