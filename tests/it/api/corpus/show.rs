//! Staff change the corpus.

use serde_json::json;

use crate::api::app::TestApp;

#[test]
fn a_changed_corpus_is_published_by_reload() {
    let app = TestApp::spawn();
    let before = app.get("/v1/corpus").json();
    assert_eq!(before["entries"], 8);
    app.write_corpus(&TestApp::original().replace("三个工作日", "五个工作日"));

    let dry = app.post_text("/v1/corpus/reload?dry_run=true", "").json();
    assert_eq!((&dry["dry_run"], &dry["changed"]), (&json!(true), &json!(["refund-time"])), "{dry}");
    assert_eq!(app.get("/v1/corpus").json()["version"], before["version"]);

    let report = app.post_text("/v1/corpus/reload", "");
    assert_eq!(report.status, 200, "{report:?}");
    let report = report.json();
    assert_eq!(report["previous_version"], before["version"]);
    assert_eq!(app.get("/v1/corpus").json()["version"], report["version"]);
    assert_eq!(app.ask("退款多久能到账").json()["answer"]["text"], "审核通过后五个工作日内原路退回。");
}

#[test]
fn a_kept_version_comes_back_by_rollback() {
    let app = TestApp::spawn();
    let first = app.get("/v1/corpus").json()["version"].clone();
    app.write_corpus(&TestApp::original().replace("三个工作日", "五个工作日"));
    app.post_text("/v1/corpus/reload", "");
    assert_eq!(app.get("/v1/corpus/versions").json()["versions"].as_array().unwrap().len(), 2);

    let report = app.post("/v1/corpus/rollback", &json!({"version": first}));
    assert_eq!(report.status, 200, "{report:?}");
    assert_eq!(app.ask("退款多久能到账").json()["answer"]["text"], "审核通过后三个工作日内原路退回。");
}

#[test]
fn a_broken_corpus_changes_nothing_and_every_issue_is_named() {
    let app = TestApp::spawn();
    let before = app.get("/v1/corpus").json();
    app.write_corpus("{\"id\":\"a\",\"question\":\"\",\"answer\":\"好\"}\n{\"id\":\"b\",\"question\":\"在吗\"}\n");
    let refused = app.post_text("/v1/corpus/reload", "");
    assert_eq!((refused.status, refused.code().as_str()), (422, "corpus_invalid"));
    let body = refused.json();
    let lines: Vec<_> = body["errors"].as_array().unwrap().iter().map(|error| error["line"].clone()).collect();
    assert!(lines.contains(&json!(1)) && lines.contains(&json!(2)), "{body}");
    assert_eq!(app.get("/v1/corpus").json(), before);
}
