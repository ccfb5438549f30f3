//! Customers keep asking while staff keep reloading.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;

use crate::api::app::TestApp;

#[test]
fn a_hundred_reloads_under_questions_show_no_error_and_no_mixed_bundle() {
    let app = TestApp::spawn();
    let corpora = [TestApp::original().to_owned(), TestApp::original().replace("三个工作日", "五个工作日")];
    let answers: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let done = AtomicBool::new(false);
    let asked = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let reply = app.ask("退款多久能到账");
                    assert_eq!(reply.status, 200, "{reply:?}");
                    let body = reply.json();
                    let (version, text) = (&body["corpus_version"], &body["answer"]["text"]);
                    let (version, text) = (version.as_str().unwrap().to_owned(), text.as_str().unwrap().to_owned());
                    let known = answers.lock().unwrap().entry(version.clone()).or_insert_with(|| text.clone()).clone();
                    assert_eq!(known, text, "version {version} answered in two ways");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for turn in 1..=100 {
            app.write_corpus(&corpora[turn % 2]);
            let report = app.post_text("/v1/corpus/reload", "");
            assert_eq!(report.status, 200, "{report:?}");
            assert_eq!(report.json()["generation"], json!(turn + 1), "generations only rise");
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(asked.load(Ordering::Relaxed) > 100, "too few questions to prove anything");
    assert_eq!(answers.into_inner().unwrap().len(), 2, "two corpora were live");
}

#[test]
fn the_gate_refuses_a_corpus_that_breaks_a_golden_question() {
    let app = TestApp::spawn();
    let golden = "{\"question\": \"退款几天能到账呀\", \"faq_id\": \"refund-time\"}\n";
    fs::write(app.corpus.path().join("golden.jsonl"), golden).unwrap();
    let first = app.post_text("/v1/corpus/reload", "").json();
    assert_eq!((&first["gate"]["golden"], &first["gate"]["passed"]), (&json!(1), &json!(1)), "{first}");

    app.write_corpus(
        &TestApp::original().replace("{\"id\":\"refund-time\",", "{\"id\":\"refund-time\",\"enabled\":false,"),
    );
    let refused = app.post_text("/v1/corpus/reload", "");
    assert_eq!((refused.status, refused.code().as_str()), (409, "gate_refused"));
    insta::assert_json_snapshot!(refused.problem());
    assert_eq!(app.get("/v1/corpus").json()["version"], first["version"]);
}
