//! Staff read what is promised, on what evidence.

use std::fs;

use serde_json::json;

use crate::api::app::TestApp;

#[test]
fn without_evidence_nothing_is_promised_and_what_is_missing_is_said() {
    let app = TestApp::spawn();
    for path in ["/v1/policy", "/v1/kb/phone/policy"] {
        let policy = app.get(path).json();
        assert_eq!((&policy["promised"], &policy["basis"]), (&json!(false), &json!("conservative")), "{policy}");
        assert_eq!(policy["answer_threshold"], 0.95);
        assert_eq!(policy["evidence"]["rows"], 0);
        assert!(policy["missing"][0].as_str().unwrap().starts_with("还差 59 个带标注的问题"), "{policy}");
        assert!(policy["summary"].as_str().unwrap().contains("不作承诺"), "{policy}");
    }
}

#[test]
fn labelled_questions_count_as_evidence_and_golden_ones_as_optimistic() {
    let app = TestApp::spawn();
    let golden = "{\"question\": \"退款几天能到账呀\", \"faq_id\": \"refund-time\"}\n";
    let labelled = "{\"question\": \"退的钱几时到\", \"faq_id\": \"refund-time\"}\n{\"question\": \"今天星期几\", \"must_not_answer\": true}\n";
    fs::write(app.corpus.path().join("golden.jsonl"), golden).unwrap();
    fs::write(app.corpus.path().join("calibration.jsonl"), labelled).unwrap();
    assert_eq!(app.post_text("/v1/corpus/reload", "").status, 200);
    let evidence = app.get("/v1/policy").json()["evidence"].clone();
    assert_eq!(evidence["by_kind"], json!({"similar_questions": 0, "labelled": 2, "golden": 1, "reviewed": 0}));
    assert_eq!((&evidence["out_of_scope"], &evidence["optimistic"]), (&json!(1), &json!(true)), "{evidence}");
}
