//! Customers keep asking while staff keep reloading.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;

use super::app::TestApp;

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

#[test]
fn a_rolled_back_version_survives_a_restart_until_the_next_reload() {
    let data = tempfile::tempdir().unwrap();
    let corpus = tempfile::tempdir().unwrap();
    let file = corpus.path().join("faq.jsonl");
    let open = || app_on(corpus.path(), data.path());
    fs::write(&file, TestApp::original()).unwrap();
    let first = open().snapshot().corpus.version.clone();
    fs::write(&file, TestApp::original().replace("三个工作日", "五个工作日")).unwrap();
    let base = open();
    let second = base.snapshot().corpus.version.clone();
    assert_ne!(first, second);
    base.rollback(&first, now()).unwrap();
    drop(base);

    let base = open();
    assert_eq!(base.snapshot().corpus.version, first, "the rollback was acknowledged");
    base.reload(&yingda::knowledge_base::ReloadOptions::default(), now()).unwrap();
    drop(base);
    assert_eq!(open().snapshot().corpus.version, second);
}

fn now() -> jiff::Timestamp {
    "2026-11-05T12:00:00+08:00".parse().unwrap()
}

fn app_on(corpus: &std::path::Path, data: &std::path::Path) -> yingda::knowledge_base::KnowledgeBase {
    let sources = yingda::knowledge_base::Sources {
        corpus: Some(corpus.to_owned()),
        model: Some(super::app::model()),
        data: Some(data.to_owned()),
        time_zone: yingda::config::default_time_zone().unwrap(),
        policy: yingda::policy::PolicySettings::default(),
        encoder: yingda::encoder::EncoderKind::Standard,
    };
    yingda::knowledge_base::KnowledgeBase::open("default", sources, now()).unwrap()
}
