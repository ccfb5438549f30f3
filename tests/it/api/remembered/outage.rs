//! A database that goes away under load, and one that is not there at the start.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use serde_json::json;

use crate::api::app::{TestApp, wait_until};
use crate::postgres::Postgres;

/// How many decisions the numbers know.
fn counted(app: &TestApp) -> Option<u64> {
    let reply = app.get("/v1/stats");
    (reply.status == 200).then(|| reply.json()["rows"][0]["decisions"].as_u64().unwrap())
}

#[test]
fn a_database_that_is_gone_under_load_fails_no_answer_and_gets_every_decision_once() {
    let Some(mut postgres) = Postgres::start() else { return };
    let app = TestApp::keeping_in(Some(postgres.database()), "");
    let (asked, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
    scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    let reply = app.post("/v1/answer", &json!({"question": "退款多久能到账", "channel": "web"}));
                    assert_eq!(reply.status, 200, "{reply:?}");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Twice: the second time the database comes back to a journal that goes on meanwhile.
        for _ in 0..2 {
            sleep(Duration::from_millis(400));
            let failures = app.store().status().failures;
            postgres.tell("stop");
            let message = app.post("/v1/answer", &json!({"question": "运费怎么算"})).json()["message_id"].clone();
            asked.fetch_add(1, Ordering::Relaxed);
            let rated =
                app.post(&format!("/v1/messages/{}/feedback", message.as_str().unwrap()), &json!({"rating": "good"}));
            assert_eq!((rated.status, rated.code().as_str()), (503, "store_unavailable"), "{rated:?}");
            assert!(rated.headers.contains_key("retry-after"));
            wait_until("the database was not missed", || app.store().status().failures > failures);
            postgres.tell("start");
        }
        ended.store(true, Ordering::Relaxed);
    });
    let asked = asked.load(Ordering::Relaxed) as u64;
    wait_until("not everything came back", || counted(&app) == Some(asked));
    assert_eq!(app.store().status().dropped, 0);
}

#[test]
fn a_database_that_is_not_there_at_the_start_is_opened_later() {
    let Some(mut postgres) = Postgres::start() else { return };
    let url = postgres.database();
    postgres.tell("stop");
    let app = TestApp::keeping_in(Some(url), "");
    assert_eq!(app.ask("退款多久能到账").status, 200);
    let ready = app.get("/readyz").json();
    let told = |notice: &serde_json::Value| {
        notice["code"] == "not_kept" && notice["message"].as_str().unwrap().contains("数据库打不开")
    };
    assert!(ready["notices"].as_array().unwrap().iter().any(told), "{ready}");
    assert_eq!(app.get("/v1/stats").status, 503);
    postgres.tell("start");
    wait_until("the database is not opened", || counted(&app) == Some(1));
    assert_eq!(app.get("/readyz").json()["notices"], json!([]));
}
