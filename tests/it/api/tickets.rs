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
fn a_bad_ticket_of_a_batch_is_an_error_in_its_place() {
    let app = TestApp::spawn();
    let tickets = json!([
        {"text": "快递一直不动", "ticket_id": 40012},
        {"text": "", "ticket_id": "T-2"},
        {"text": 5, "titel": "退款"},
        "退款",
        {"title": "退款"},
    ]);
    let reply = app.post("/v1/classify/batch", &json!({"tickets": tickets}));
    assert_eq!(reply.status, 200, "{reply:?}");
    let results = reply.json()["results"].clone();
    assert_eq!(results.as_array().unwrap().len(), 5);
    assert_eq!((&results[0]["ticket_id"], results[0].get("error")), (&json!(40012), None));
    assert!(results[4]["skill_group"].is_string(), "{results}");
    let faults = |at: usize| -> Vec<(String, String)> {
        assert_eq!(results[at]["error"]["code"], "invalid_request", "{results}");
        let text = |item: &serde_json::Value, name: &str| item[name].as_str().unwrap().to_owned();
        let errors = results[at]["error"]["errors"].as_array().unwrap();
        errors.iter().map(|item| (text(item, "field"), text(item, "message"))).collect()
    };
    assert_eq!(faults(1), [("tickets[1].text".to_owned(), "title or text must say something".to_owned())]);
    assert_eq!(results[1]["ticket_id"], "T-2");
    assert_eq!(
        faults(2),
        [
            ("tickets[2].text".to_owned(), "must be text, is a number".to_owned()),
            ("tickets[2].titel".to_owned(), "is not a known field; did you mean `title`?".to_owned()),
        ]
    );
    assert_eq!(faults(3), [("tickets[3]".to_owned(), "must be an object, is text".to_owned())]);
    let text = app.get("/metrics").text;
    let counted = |decision: &str| {
        let label = format!("yingda_decisions_total{{kb=\"default\",decision=\"{decision}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&label)).map_or(0, |count| count.parse::<u32>().unwrap())
    };
    assert_eq!(counted("route") + counted("review"), 2, "refused tickets are no decisions: {text}");
}

#[test]
fn ids_of_other_systems_come_back_as_they_came() {
    let app = TestApp::spawn();
    for id in [json!("T-1"), json!(9_007_199_254_740_993_u64), json!(-3), json!("长".repeat(128)), json!(null)] {
        let body = app.post("/v1/classify", &json!({"text": "退款没到账", "ticket_id": id})).json();
        assert_eq!(body["ticket_id"], id);
    }
    for id in [json!("长".repeat(129)), json!(1.5), json!(["T-1"])] {
        let refused = app.post("/v1/classify", &json!({"text": "退款没到账", "ticket_id": id}));
        assert_eq!((refused.status, &refused.json()["errors"][0]["field"]), (422, &json!("ticket_id")), "{id}");
    }
}

#[test]
fn groups_are_listed_and_named_in_every_decision() {
    let app = TestApp::spawn();
    let unnamed = app.get("/v1/skill-groups").json();
    let ids = |body: &serde_json::Value| -> Vec<String> {
        let groups = body["skill_groups"].as_array().unwrap();
        groups.iter().map(|group| group["id"].as_str().unwrap().to_owned()).collect()
    };
    assert!(ids(&unnamed).contains(&"refund".to_owned()), "{unnamed}");
    let routing =
        "[[group]]\nid = \"refund\"\nname = \"退款组\"\nflow = [\"客服\", \"财务\"]\npromise = \"三天内处理。\"\n";
    std::fs::write(app.corpus.path().join("routing.toml"), routing).unwrap();
    assert_eq!(app.post_text("/v1/corpus/reload", "").status, 200);
    let named = app.get("/v1/skill-groups").json();
    assert_eq!(ids(&named)[0], "refund", "those of routing.toml come first");
    assert_eq!(ids(&named).len(), ids(&unnamed).len());
    let first = &named["skill_groups"][0];
    assert_eq!(first, &json!({"id": "refund", "name": "退款组", "flow": ["客服", "财务"], "promise": "三天内处理。"}));
    let body = app.post("/v1/classify", &json!({"title": "退款", "text": "退款一直没有到账，都一周了"})).json();
    assert_eq!((&body["skill_group"], &body["name"]), (&json!("refund"), &json!("退款组")), "{body}");
}

#[test]
fn probabilities_have_six_digits_and_the_complaint_its_verdict() {
    let app = TestApp::spawn();
    for (text, complains) in [("我要投诉你们的快递员", true), ("请问纸尿裤的L码适合多重的宝宝", false)]
    {
        let reply = app.post("/v1/classify", &json!({"text": text, "top": 20}));
        let body = reply.json();
        assert_eq!(body["is_complaint"], complains, "{body}");
        let ranked = body["ranking"].as_array().unwrap().iter().map(|group| &group["confidence"]);
        for probability in ranked.chain([&body["confidence"], &body["complaint"]]) {
            let probability = probability.as_f64().unwrap();
            assert!((probability * 1e6 - (probability * 1e6).round()).abs() < 1e-6, "{probability}");
        }
    }
}

#[test]
fn an_empty_batch_is_no_mistake() {
    let reply = TestApp::spawn().post("/v1/classify/batch", &json!({"tickets": []}));
    assert_eq!(reply.json(), json!({"results": []}));
}
