//! A customer's words, as a question and as a ticket, answered by a small knowledge base.
#![no_main]

use std::sync::LazyLock;

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use yingda::{KnowledgeBase, Question, Sources, Ticket, answer, normalize};

const FAQ: &str = r#"{"id":"refund-time","question":"退款多久能到账","similar":["退款几天到账"],"answer":"三个工作日。"}
{"id":"fee","question":"运费怎么算","similar":["满99包邮吗"],"answer":"满九十九元包邮。"}
{"id":"iphone","question":"iPhone 15 Pro怎么以旧换新","answer":"在门店。"}
{"id":"gold","question":"金卡会员有什么权益","answer":"生日礼。"}
"#;

static BASE: LazyLock<KnowledgeBase> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("faq.jsonl"), FAQ).unwrap();
    let sources = Sources { corpus: Some(dir.path().to_owned()), ..Sources::embedded() };
    KnowledgeBase::open("default", sources, Timestamp::UNIX_EPOCH).unwrap()
});

fuzz_target!(|text: &str| {
    let once = normalize(text);
    assert_eq!(normalize(&once), once, "normalising again changes nothing");
    let snapshot = BASE.snapshot();
    let text: String = text.chars().take(500).collect();
    if !text.trim().is_empty() {
        let question = Question { text: &text, channel: None, customer_tier: None, top: 5, explain: true };
        let answered = answer(&snapshot, &question, Timestamp::UNIX_EPOCH).unwrap();
        assert!(answered.candidates.iter().all(|one| (0.0..=1.0).contains(&one.confidence)));
    }
    let ticket = Ticket { text: &text, ..Ticket::default() };
    let routed = snapshot.router.route(&snapshot.corpus.routing, &ticket, 20, true);
    assert!((0.0..=1.0).contains(&routed.confidence));
});
