//! Who routes the tickets of a company that brought a corpus and no model.

use std::fs;

use tempfile::TempDir;
use yingda::{KnowledgeBase, RouteDecision, Routed, Sources, Ticket};

const FAQ: &str = "问题,答案\n送货时间能改吗,下单前可以在结算页改。\n";
const ROUTING: &str = r#"
default_group = "front"
[[group]]
id = "front"
name = "前台"
[[group]]
id = "fresh"
name = "生鲜组"
promise = "生鲜组会在一小时内联系您。"
[[rule]]
name = "spoiled"
keywords = ["坏了", "烂了"]
group = "fresh"
"#;

fn open(routing: &str) -> (TempDir, KnowledgeBase) {
    let corpus = TempDir::new().unwrap();
    fs::write(corpus.path().join("faq.csv"), FAQ).unwrap();
    if !routing.is_empty() {
        fs::write(corpus.path().join("routing.toml"), routing).unwrap();
    }
    let sources = Sources { corpus: Some(corpus.path().to_owned()), ..Sources::embedded() };
    let base = KnowledgeBase::open("grocer", sources, "2026-11-05T12:00:00+08:00".parse().unwrap()).unwrap();
    (corpus, base)
}

fn route(base: &KnowledgeBase, text: &str) -> Routed {
    let snapshot = base.snapshot();
    snapshot.router.route(&snapshot.corpus.routing, &Ticket { text, ..Ticket::default() }, 3, false)
}

#[test]
fn a_corpus_without_a_model_is_routed_by_its_rules() {
    let (_corpus, base) = open(ROUTING);
    let ruled = route(&base, "菜坏了怎么办");
    assert_eq!((ruled.decision, ruled.skill_group.as_str()), (RouteDecision::Route, "fresh"));
    let rest = route(&base, "你们卖手机吗");
    assert_eq!((rest.decision, rest.skill_group.as_str()), (RouteDecision::Review, "front"));
    assert!(!rest.promise.contains("生鲜组"), "{rest:?}");
    assert!(base.warnings().iter().any(|warning| warning.contains("没有自己的工单模型")), "{:?}", base.warnings());
    // Complaints are heard all the same.
    assert!(route(&base, "我要投诉，你们欺骗消费者").complaint > 0.9);
}

#[test]
fn nothing_at_all_is_enough_to_route_by() {
    let (_corpus, base) = open("");
    let routed = route(&base, "菜坏了怎么办");
    assert_eq!((routed.decision, routed.skill_group.as_str()), (RouteDecision::Review, "default"));
}

#[test]
fn the_shipped_corpus_edited_keeps_the_shipped_router_and_says_so() {
    let shipped = crate::shared::shipped_base().snapshot();
    let groups: String =
        shipped.router.labels().iter().map(|id| format!("[[group]]\nid = \"{id}\"\nname = \"{id}\"\n")).collect();
    let (_corpus, base) = open(&groups);
    assert_eq!(base.snapshot().router.version(), shipped.router.version());
    assert!(base.warnings().iter().any(|warning| warning.contains("演示商店")), "{:?}", base.warnings());
}
