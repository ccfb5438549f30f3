//! Routing without a model: the rules of `routing.toml` and its default group decide, everything else is for review.
//!
//! For a company that has a corpus of its own and no tickets to learn from yet: another company's model would send its
//! customers to groups that it does not have. Complaint and priority are judged as beside any model.

use std::sync::Arc;

use super::read_ticket::ReadTicket;
use super::routed::{RankedGroup, RouteDecision, Routed};
use super::rules::{Circumstances, first_match};
use super::said::{Readers, Said};
use super::tone::ToneModels;
use crate::routing::Routing;
use crate::smalltalk::Smalltalk;
use crate::text::segment::Segmenter;
use crate::tickets::bundle::BundleError;

/// The group of what nothing says where it belongs, where the routing names no group at all.
const UNASSIGNED: &str = "default";
/// What stands for the version of a model.
pub(super) const VERSION: &str = "rules";

/// Routes by rules alone. Immutable and shared by all requests.
#[derive(Debug, Clone)]
pub(super) struct RuleRouter {
    tone: Arc<ToneModels>,
    segmenter: Segmenter,
    smalltalk: Arc<Smalltalk>,
}

impl RuleRouter {
    pub(super) fn new() -> Result<Self, BundleError> {
        Ok(Self { tone: ToneModels::embedded()?, segmenter: Segmenter::default(), smalltalk: Arc::default() })
    }

    /// The same router with a corpus's small talk.
    pub(super) fn of_corpus(&self, smalltalk: Arc<Smalltalk>) -> Self {
        Self { smalltalk, ..self.clone() }
    }

    /// The same router with these models of tone.
    pub(super) fn hearing(&self, tone: Arc<ToneModels>) -> Self {
        Self { tone, ..self.clone() }
    }

    pub(super) fn tone(&self) -> &ToneModels {
        &self.tone
    }

    /// A rule that sets a group decides `route` with confidence 1. Otherwise the default group is named for review, with
    /// the neutral promise, and every group is as likely as every other.
    pub(super) fn route(&self, routing: &Routing, read: &ReadTicket<'_>, top: usize) -> Routed {
        let ticket = read.ticket;
        let said = Said::of(routing, &self.smalltalk, read, Readers { tone: &self.tone, segmenter: &self.segmenter });
        let usual = default_group(routing);
        let about = Circumstances {
            text: read.encoded.text(),
            channel: ticket.channel,
            customer_tier: ticket.customer_tier,
            complaint: said.tone.complains,
            predicted: usual,
        };
        let rule = first_match(&routing.rules, &about);
        let ordered = rule.and_then(|rule| rule.group.as_deref());
        let skill_group = ordered.unwrap_or(usual);
        let applied = rule.filter(|rule| rule.group.is_some() || rule.priority.is_some());
        let ranking = ranking(routing, skill_group, ordered.is_some());
        let group = routing.group(skill_group).filter(|_| ordered.is_some());
        let promise = group.map(|group| group.promise.as_str()).filter(|promise| !promise.is_empty());
        Routed {
            decision: if ordered.is_some() && !said.asks_nothing {
                RouteDecision::Route
            } else {
                RouteDecision::Review
            },
            skill_group: skill_group.to_owned(),
            confidence: ranking.first().map_or(0.0, |best| best.confidence),
            shortlist: ranking.iter().take(if ordered.is_some() { 1 } else { usize::MAX }).cloned().collect(),
            ranking: ranking.into_iter().take(top).collect(),
            priority: rule.and_then(|rule| rule.priority).unwrap_or(said.tone.priority),
            complaint: said.tone.complaint,
            rule: applied.map(|rule| rule.name.clone()),
            flow: group.map(|group| group.flow.clone()).unwrap_or_default(),
            promise: promise.unwrap_or(routing.neutral_promise()).to_owned(),
            left_out: Vec::new(),
            explanation: Vec::new(),
            model_version: VERSION.to_owned(),
        }
    }

    /// What staff should know: that there is no model, and where everything goes.
    pub(super) fn warnings(routing: &Routing) -> Vec<String> {
        let rest = default_group(routing);
        let rules = if routing.rules.is_empty() {
            "也没有规则".to_owned()
        } else {
            "只按 routing.toml 的规则分派".to_owned()
        };
        vec![format!(
            "这个知识库没有自己的工单模型，{rules}，其余工单一律以 {rest} 的名义转人工复核；攒下带标签的工单后可用 yingda train 训练"
        )]
    }
}

/// Where everything goes that no rule speaks for.
fn default_group(routing: &Routing) -> &str {
    let first = || routing.groups.first().map(|group| group.id.as_str());
    routing.default_group.as_deref().or_else(first).unwrap_or(UNASSIGNED)
}

/// The chosen group, then the others in the order of the file.
fn ranking(routing: &Routing, chosen: &str, certain: bool) -> Vec<RankedGroup> {
    let others = routing.groups.iter().map(|group| group.id.as_str()).filter(|id| *id != chosen);
    let groups: Vec<&str> = [chosen].into_iter().chain(others).collect();
    #[expect(clippy::cast_precision_loss, reason = "a count of groups")]
    let equal = 1.0 / groups.len() as f64;
    let confidence = |at: usize| match (certain, at) {
        (true, 0) => 1.0,
        (true, _) => 0.0,
        (false, _) => equal,
    };
    let ranked = |(at, id): (usize, &str)| RankedGroup {
        skill_group: id.to_owned(),
        confidence: confidence(at),
        sentences: Vec::new(),
    };
    groups.into_iter().enumerate().map(ranked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::EncodedText;
    use crate::routing::{Priority, RoutingRule, SkillGroup};
    use crate::tickets::COMPLAINT_AT;
    use crate::tickets::features::TicketText;
    use crate::tickets::ticket::Ticket;

    fn routing() -> Routing {
        let group =
            |id: &str| SkillGroup { id: id.into(), promise: format!("{id} 会联系您。"), ..SkillGroup::default() };
        let rule = RoutingRule {
            name: "fresh".into(),
            keywords: vec!["坏了".into()],
            group: Some("fresh".into()),
            ..RoutingRule::default()
        };
        Routing {
            groups: vec![group("front"), group("fresh"), group("delivery")],
            rules: vec![rule],
            default_group: Some("front".into()),
            default_promise: "我们会尽快联系您。".into(),
            ..Routing::default()
        }
    }

    fn routed(routing: &Routing, text: &str) -> Routed {
        let (ticket, text) = (Ticket { text, ..Ticket::default() }, TicketText::new("", text));
        let read = ReadTicket { ticket: &ticket, text: &text, encoded: &EncodedText::new(text.joined()) };
        RuleRouter::new().unwrap().route(routing, &read, 2)
    }

    #[test]
    fn a_rule_decides_and_the_rest_is_for_review_under_the_neutral_promise() {
        let ruled = routed(&routing(), "买的青菜坏了");
        assert_eq!(
            (ruled.decision, ruled.skill_group.as_str(), ruled.confidence),
            (RouteDecision::Route, "fresh", 1.0)
        );
        assert_eq!((ruled.rule.as_deref(), ruled.promise.as_str()), (Some("fresh"), "fresh 会联系您。"));
        assert_eq!(ruled.shortlist.len(), 1);
        let rest = routed(&routing(), "送货的时候能不能放门口");
        assert_eq!((rest.decision, rest.skill_group.as_str()), (RouteDecision::Review, "front"));
        assert_eq!((rest.promise.as_str(), rest.shortlist.len(), rest.ranking.len()), ("我们会尽快联系您。", 3, 2));
        assert!((rest.shortlist.iter().map(|group| group.confidence).sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn complaints_are_found_and_nothing_at_all_is_complete() {
        let bare = routed(&Routing::default(), "我要投诉你们，骗子");
        assert_eq!((bare.decision, bare.skill_group.as_str()), (RouteDecision::Review, UNASSIGNED));
        assert!(bare.complaint >= COMPLAINT_AT, "{}", bare.complaint);
        assert!(bare.priority >= Priority::High);
        assert!(RuleRouter::warnings(&routing())[0].contains("只按 routing.toml 的规则"));
    }
}
