//! What a hand-off tells the human who takes over, so that nobody repeats themselves: asked, answered, tried, by
//! channel. Texts are normalised and masked, as turns are.

use super::turn::{Conversation, Got, Said, Turn};
use crate::answer::{HandoffReason, HandoffSummary, SummaryLine};
use crate::corpus::Corpus;

/// Sums up a conversation; `None` where nothing was said before.
pub(super) fn summary(conversation: &Conversation, corpus: &Corpus) -> Option<HandoffSummary> {
    let told: Vec<&Turn> = conversation.turns.iter().filter(|turn| matters(turn)).collect();
    if told.is_empty() {
        return None;
    }
    let lines: Vec<SummaryLine> = told.iter().map(|turn| line(turn, corpus)).collect();
    Some(HandoffSummary { text: lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("；"), lines })
}

/// Courtesies and openings tell nothing.
fn matters(turn: &Turn) -> bool {
    !matches!(turn.said, Said::Courtesy | Said::Opening)
}

fn line(turn: &Turn, corpus: &Corpus) -> SummaryLine {
    let titles = |ids: &[String]| -> Vec<String> {
        ids.iter().map(|id| corpus.entry(id).map_or_else(|| id.clone(), |entry| entry.question.clone())).collect()
    };
    let (got, faq_ids) = match &turn.got {
        Got::Answer { faq_id } => {
            let ids = vec![faq_id.clone()];
            (format!("已答《{}》", titles(&ids).join("")), ids)
        }
        Got::Suggestions { faq_ids } => (format!("列出 {} 个相近问题", faq_ids.len()), faq_ids.clone()),
        Got::Handoff { reason, .. } => (format!("未能回答（{}）", named(*reason)), Vec::new()),
        Got::SmallTalk => ("已应答".to_owned(), Vec::new()),
    };
    let channel = turn.channel.as_deref().unwrap_or("未知渠道");
    SummaryLine {
        message_id: turn.message_id.clone(),
        at: turn.at,
        channel: turn.channel.clone(),
        said: turn.text.clone(),
        faq_ids,
        text: format!("{channel}：“{}”，{got}", turn.text),
    }
}

fn named(reason: HandoffReason) -> &'static str {
    match reason {
        HandoffReason::HumanRequested => "要求人工",
        HandoffReason::Complaint => "投诉",
        HandoffReason::LowConfidence => "把握不足",
        HandoffReason::NoCandidate => "没有相近条目",
        HandoffReason::Repeated => "重复提问",
        HandoffReason::Misses => "连续未答",
    }
}
