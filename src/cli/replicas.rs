//! Follows what other replicas publish: the database is asked twice a second, and at once when another says so.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use crate::clock::now;
use crate::knowledge_base::{KnowledgeBase, Registry, cause_chain};
use crate::store::Publications;

/// Between two questions to the database.
const ASKING: Duration = Duration::from_millis(500);
/// Until a publication that could not be served is tried again.
const RETRY: Duration = Duration::from_secs(30);

/// What a knowledge base is doing about a publication.
struct Following {
    number: u64,
    since: Instant,
    work: JoinHandle<bool>,
}

/// Runs as long as the service.
pub(super) async fn follow(registry: Arc<Registry>, publications: Publications) {
    let hints = publications.hints();
    let mut following: BTreeMap<String, Following> = BTreeMap::new();
    let mut silent = false;
    loop {
        tokio::select! {
            () = tokio::time::sleep(ASKING) => {}
            () = hints.notified() => {}
        }
        let numbers = match publications.numbers().await {
            Ok(numbers) => numbers,
            Err(error) => {
                if !std::mem::replace(&mut silent, true) {
                    let error = cause_chain(&error);
                    tracing::error!(
                        error,
                        "replicas cannot be followed; what is live stays until the database answers"
                    );
                }
                registry.set_unagreed(Some(cause_chain(&error)));
                continue;
            }
        };
        if std::mem::replace(&mut silent, false) {
            tracing::info!("the database answers; replicas are followed again");
        }
        registry.set_unagreed(None);
        for base in registry.list().into_iter().filter_map(|listed| listed.open) {
            let number = numbers.get(base.name()).copied().unwrap_or_default();
            if number != base.live().generation && is_due(following.get(base.name()), number) {
                let name = base.name().to_owned();
                let work = tokio::task::spawn_blocking(move || catch_up(&base));
                following.insert(name, Following { number, since: Instant::now(), work });
            }
        }
    }
}

/// Whether a publication is to be followed now: nobody is at it, and it did not fail a moment ago.
fn is_due(following: Option<&Following>, number: u64) -> bool {
    following.is_none_or(|last| last.work.is_finished() && (last.number != number || last.since.elapsed() >= RETRY))
}

/// Whether it serves what was agreed on.
fn catch_up(base: &KnowledgeBase) -> bool {
    match base.follow(now()) {
        Ok(_) => true,
        Err(error) => {
            let error = cause_chain(&error);
            tracing::error!(
                kb = base.name(),
                error,
                "cannot serve what another replica published; what was live stays"
            );
            false
        }
    }
}
