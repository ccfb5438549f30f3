//! Clocks that jump: the moment is a parameter everywhere, so that any may come.

use jiff::{Timestamp, ToSpan as _};
use yingda::{KnowledgeBase, Question, ReloadOptions, Sources, answer, suggest};

use crate::api::app::{TestApp, model};

fn moments() -> Vec<Timestamp> {
    let usual: Timestamp = "2026-11-05T12:00:00+08:00".parse().unwrap();
    let hours = [0_i64, 1, -1, 24, -24, 24 * 400, -24 * 400, 24 * 36_500, -24 * 36_500, 2];
    let around = hours.map(|hours| usual.checked_add(hours.hours()).unwrap());
    around.into_iter().chain([Timestamp::UNIX_EPOCH, Timestamp::MIN, Timestamp::MAX, usual]).collect()
}

#[test]
fn publishing_and_answering_go_on_whatever_the_clock_says() {
    let corpus = tempfile::tempdir().unwrap();
    let data = tempfile::tempdir().unwrap();
    let dated = TestApp::original().replacen(
        "\"category\":\"账户\"",
        "\"category\":\"账户\",\"valid_from\":\"2026-01-01\",\"valid_until\":\"2026-12-01\"",
        1,
    );
    let write = |text: &str| std::fs::write(corpus.path().join("faq.jsonl"), text).unwrap();
    write(&dated);
    let sources = || Sources {
        corpus: Some(corpus.path().to_owned()),
        model: Some(model()),
        data: Some(data.path().to_owned()),
        ..Sources::embedded()
    };
    let mut generations = Vec::new();
    let mut published = String::new();
    let base = KnowledgeBase::open("default", sources(), moments()[0]).unwrap();
    for (at, now) in moments().into_iter().enumerate() {
        write(&dated.replace("三个工作日", &format!("{at}个工作日")));
        base.reload(&ReloadOptions::default(), now).unwrap();
        let snapshot = base.snapshot();
        generations.push(base.live().generation);
        published.clone_from(&snapshot.corpus.version);
        for text in ["退款多久能到账", "忘记登录密码怎么办", "你好", "月亮有多远"] {
            let question = Question { text, channel: None, customer_tier: None, top: 3, explain: true };
            answer(&snapshot, &question, now).unwrap();
        }
        assert!(!suggest(&snapshot, "退款", 5, now, |_| 0).is_empty());
    }
    assert!(generations.is_sorted_by(|a, b| a < b), "{generations:?}");
    drop(base);
    // Whichever of them was the latest by the clock, the one published last is served.
    for now in [Timestamp::MIN, Timestamp::MAX, moments()[0]] {
        let base = KnowledgeBase::open("default", sources(), now).unwrap();
        assert_eq!(base.snapshot().corpus.version, published, "started at {now}");
    }
}
