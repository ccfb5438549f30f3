//! What several tests ask and none changes: opened once, because opening what ships for the first time takes seconds.

use std::sync::LazyLock;

use yingda::{KnowledgeBase, Sources};

static SHIPPED: LazyLock<KnowledgeBase> = LazyLock::new(|| {
    let opened = "2026-09-15T12:00:00+08:00".parse().unwrap();
    KnowledgeBase::open("default", Sources::embedded(), opened).unwrap()
});

/// The knowledge base that ships, in memory only; nobody reloads it.
pub(crate) fn shipped_base() -> &'static KnowledgeBase {
    &SHIPPED
}
