//! A message that names a matter and asks nothing ("发票", "退款方面的"): entries about it are offered.

use std::sync::LazyLock;

use regex::Regex;

use super::reading::capped;
use crate::ranking::Scored;
use crate::snapshot::Snapshot;
use crate::text::match_key;

/// Longest topic, in letters.
const LONGEST: usize = 4;

/// Words around a topic that say nothing of it.
#[expect(clippy::unwrap_used, reason = "the pattern is a constant and every test run compiles it")]
static AROUND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("你们的?|我的?|的问题|问题|相关的?|方面的?|的事情?|关于|有关|怎么弄|怎么|想问|咨询|一下|那个|这个|的$")
        .unwrap()
});

/// The candidates that a bare topic is about, those first whose questions speak of it most; empty where the message is
/// no bare topic or too little is about it.
pub(super) fn about(snapshot: &Snapshot, core: &str, scored: &[Scored]) -> Vec<Scored> {
    let topic = match_key(&AROUND.replace_all(core, ""));
    if topic.is_empty() || topic.chars().count() > LONGEST {
        return Vec::new();
    }
    let mut found: Vec<(f64, &Scored)> = Vec::new();
    for candidate in scored {
        let spoken = spoken_of(snapshot, candidate.entry, &topic);
        if spoken > 0.0 {
            found.push((spoken, candidate));
        }
    }
    let mostly = found.iter().any(|(spoken, _)| *spoken >= 0.5);
    if !mostly && found.len() < 2 {
        return Vec::new();
    }
    // Stable: candidates that speak of it as much stay in the order of their ranking.
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut ceiling = 1.0_f32;
    let capped = found.into_iter().map(|(_, candidate)| {
        ceiling = ceiling.min(candidate.confidence);
        capped(candidate.clone(), ceiling)
    });
    capped.collect()
}

/// Share of an entry's questions that contain the topic.
#[expect(clippy::cast_precision_loss, reason = "entries have at most thousands of questions")]
fn spoken_of(snapshot: &Snapshot, entry: u32, topic: &str) -> f64 {
    let Some(entry) = snapshot.corpus.entries.get(entry as usize) else { return 0.0 };
    let (mut all, mut with) = (0_usize, 0_usize);
    for question in entry.questions() {
        all += 1;
        with += usize::from(match_key(&question.to_lowercase()).contains(topic));
    }
    with as f64 / all.max(1) as f64
}
