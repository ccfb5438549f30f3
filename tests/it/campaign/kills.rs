//! The service is killed under load, again and again: what it acknowledged is there afterwards, once.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use super::dice::Dice;
use super::service::Service;
use crate::api::app::TestApp;
use crate::postgres;

/// Kills so many times; every word that was acknowledged is there at the end, and none is there twice.
fn kills(count: usize, database_url: Option<&str>, seed: u64) {
    let dir = TempDir::new().unwrap();
    std::fs::create_dir(dir.path().join("corpus")).unwrap();
    std::fs::write(dir.path().join("corpus/faq.jsonl"), TestApp::original()).unwrap();
    let mut dice = Dice(seed);
    // By message: whether the word on it was acknowledged, or only sent.
    let words: Mutex<BTreeMap<String, bool>> = Mutex::default();
    for round in 0..count {
        let mut service = Service::start(dir.path(), database_url);
        let ended = AtomicBool::new(false);
        scope(|scope| {
            let (service, ended, words) = (&service, &ended, &words);
            let workers: Vec<_> = (0..3)
                .map(|worker| {
                    scope.spawn(move || {
                        while !ended.load(Ordering::Relaxed) {
                            let conversation = format!("r{round}w{worker}");
                            let question = json!({"question": "退款多久能到账", "conversation_id": conversation});
                            let Some(answer) = service.post("/v1/answer", &question) else { return };
                            let id = answer["message_id"].as_str().unwrap().to_owned();
                            words.lock().unwrap().insert(id.clone(), false);
                            let word = service.post(&format!("/v1/messages/{id}/feedback"), &json!({"rating": "good"}));
                            if word.is_some_and(|word| word["stored"] == "added") {
                                words.lock().unwrap().insert(id, true);
                            }
                        }
                    })
                })
                .collect();
            sleep(Duration::from_millis(150 + dice.below(400) as u64));
            let pid = service.process.id().to_string();
            assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
            ended.store(true, Ordering::Relaxed);
            workers.into_iter().for_each(|worker| worker.join().unwrap());
        });
        service.kill();
    }
    let service = Service::start(dir.path(), database_url);
    let words = words.into_inner().unwrap();
    let acknowledged: Vec<&String> = words.iter().filter(|(_, known)| **known).map(|(id, _)| id).collect();
    assert!(acknowledged.len() >= count, "only {} words were acknowledged", acknowledged.len());
    let row = service.get("/v1/stats")["rows"][0].clone();
    for id in &acknowledged {
        let again = service.post(&format!("/v1/messages/{id}/feedback"), &json!({"rating": "good"}));
        assert_eq!(again.map(|reply| reply["stored"].clone()), Some(json!("unchanged")), "{id} is lost");
    }
    let (decisions, good) = (row["decisions"].as_u64().unwrap(), row["good"].as_u64().unwrap());
    println!("{count} kills: {} answers, {} words acknowledged, {good} stored", words.len(), acknowledged.len());
    // What was answered while the process died may not have reached its journal; nothing is there twice.
    assert!(good >= acknowledged.len() as u64 && good <= words.len() as u64, "{row}");
    assert!(decisions >= good && decisions <= (words.len() + 3 * count) as u64, "{row}");
}

#[test]
fn what_was_acknowledged_survives_kills() {
    kills(4, None, 1);
    if let Some(url) = postgres::database() {
        kills(4, Some(&url), 2);
    }
}

#[test]
#[ignore = "takes minutes; see docs/operations.md"]
fn what_was_acknowledged_survives_a_hundred_kills() {
    kills(100, None, 3);
    let url = postgres::database().expect("PostgreSQL is installed");
    kills(100, Some(&url), 4);
}
