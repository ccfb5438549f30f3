//! A ticket goes in, a group with calibrated confidence comes out; rules of `routing.toml` win over the model.

use std::sync::Arc;

use super::explain::{TermWeight, explain};
use super::read_ticket::ReadTicket;
use super::routed::{RankedGroup, RouteDecision, Routed};
use super::rules::{Circumstances, first_match};
use super::said::Said;
use super::sentence_votes::{MOST_FOR_READERS, MOST_ON_ROUTE, Sentence, sentence_votes};
use super::tone::ToneModels;
use crate::numbers::descending;
use crate::routing::{Routing, SkillGroup};
use crate::tickets::bundle::Bundle;
use crate::tickets::model::{Judgement, Model};
use crate::tickets::promise::PRECISION;
use crate::tickets::ticket::Ticket;

/// A loaded model bundle. Immutable and shared by all requests.
#[derive(Debug, Clone)]
pub(super) struct ModelRouter {
    version: String,
    labels: Vec<String>,
    model: Arc<Model>,
    /// Group by group.
    thresholds: Vec<GroupThreshold>,
    tone: Arc<ToneModels>,
    /// Trained on the tickets of its knowledge base, not shipped.
    own: bool,
}

/// From which confidence on tickets are routed to a group.
#[derive(Debug, Clone, Copy, PartialEq)]
enum GroupThreshold {
    /// As the model's policy says.
    Usual,
    /// The group has a promise of its own, which the evidence carries from this confidence on.
    Own(f64),
    /// The group has a promise of its own, which the evidence does not carry.
    NeverRouted,
}

impl ModelRouter {
    pub(super) fn new(loaded: Bundle, tone: Arc<ToneModels>) -> Self {
        Self {
            version: loaded.version,
            thresholds: vec![GroupThreshold::Usual; loaded.manifest.labels.len()],
            labels: loaded.manifest.labels,
            model: Arc::new(loaded.model),
            tone,
            own: true,
        }
    }

    /// The same router for whoever has not trained one.
    pub(super) fn shipped(self) -> Self {
        Self { own: false, ..self }
    }

    pub(super) fn tone(&self) -> &ToneModels {
        &self.tone
    }

    /// The group for a ticket, with the best `top` groups.
    ///
    /// A rule that sets a group decides `route` with confidence 1; it is passed over where the routing file names
    /// none of the model's groups and so cannot be about this model. Complaint and priority are those of [`ToneModels`]
    /// and the complaint phrases, unless a rule sets the priority. The explanation is about the model's own choice. A
    /// text that asks for nothing goes to review; where it only seems so, a rule or a router of one's own still routes it.
    pub(super) fn route(&self, routing: &Routing, read: &ReadTicket<'_>, top: usize, explain: bool) -> Routed {
        let ticket = read.ticket;
        let said = Said::of(routing, read, &self.tone, self.model.vectorizer.segmenter());
        let judged = self.model.judge_features(&self.model.read_terms(&said.terms, read.encoded));
        let predicted = &self.labels[judged.best];
        let about = Circumstances {
            text: read.encoded.text(),
            channel: ticket.channel,
            customer_tier: ticket.customer_tier,
            complaint: said.tone.complains,
            predicted,
        };
        let rule = first_match(&routing.rules, &about);
        let ordered = rule.and_then(|rule| rule.group.as_ref()).filter(|_| self.is_described_by(routing));
        let skill_group = ordered.unwrap_or(predicted).clone();
        let trusted = self.trusts(&judged);
        let most = if explain || !trusted { MOST_FOR_READERS } else { MOST_ON_ROUTE };
        let spoken = if top > 1 { sentence_votes(&self.model, ticket, most) } else { Vec::new() };
        let ranked = |group: usize| self.ranked(group, &judged, &spoken);
        let group = routing.group(&skill_group);
        let applied = rule.filter(|rule| ordered.is_some() || rule.priority.is_some());
        Routed {
            decision: if !said.asks_nothing
                && (ordered.is_some() || trusted && (self.own || !said.seems_to_ask_nothing))
            {
                RouteDecision::Route
            } else {
                RouteDecision::Review
            },
            confidence: if ordered.is_some() { 1.0 } else { judged.probabilities[judged.best] },
            shortlist: match ordered {
                Some(group) => vec![RankedGroup { skill_group: group.clone(), confidence: 1.0, sentences: Vec::new() }],
                None => judged.shortlist.iter().map(|group| ranked(*group)).collect(),
            },
            ranking: order(&judged, &spoken).into_iter().take(top).map(ranked).collect(),
            priority: rule.and_then(|rule| rule.priority).unwrap_or(said.tone.priority),
            complaint: said.tone.complaint,
            rule: applied.map(|rule| rule.name.clone()),
            flow: group.map(|group| group.flow.clone()).unwrap_or_default(),
            promise: Self::promise(routing, &skill_group),
            left_out: Vec::new(),
            explanation: if explain { self.explain(ticket, &judged) } else { Vec::new() },
            model_version: self.version.clone(),
            skill_group,
        }
    }

    /// What the customer of a group is told.
    pub(super) fn promise(routing: &Routing, group: &str) -> String {
        let own = routing.group(group).map(|group| group.promise.as_str()).filter(|promise| !promise.is_empty());
        own.unwrap_or(routing.neutral_promise()).to_owned()
    }

    /// This router under the target precisions of a routing file's groups.
    pub(super) fn with_group_targets(&self, routing: &Routing) -> Self {
        let own = |(group, label): (usize, &String)| {
            let precision = f64::from(routing.group(label)?.precision?) / 1_000.0;
            // The usual promise needs no threshold of its own.
            let usual = (precision - PRECISION).abs() < 1e-9;
            let proved = |least: Option<f64>| least.map_or(GroupThreshold::NeverRouted, GroupThreshold::Own);
            (!usual).then(|| proved(self.model.evidence.group_threshold(group, precision)))
        };
        let threshold = |group| own(group).unwrap_or(GroupThreshold::Usual);
        Self { thresholds: self.labels.iter().enumerate().map(threshold).collect(), ..self.clone() }
    }

    /// What staff should know about this model beside this routing; empty when the two agree.
    pub(super) fn warnings(&self, routing: &Routing) -> Vec<String> {
        if routing.groups.is_empty() {
            return Vec::new();
        }
        let listed = |names: Vec<&str>| names.join("、");
        let unnamed: Vec<&str> =
            self.labels.iter().map(String::as_str).filter(|label| routing.group(label).is_none()).collect();
        let untrained: Vec<&str> =
            routing.groups.iter().map(|group| group.id.as_str()).filter(|id| !self.knows(id)).collect();
        let mut warnings = Vec::new();
        if !self.is_described_by(routing) {
            let all = listed(unnamed);
            return vec![format!(
                "routing.toml 没有提到模型的任何技能组（{all}）：指定技能组的规则不生效，技能组按标签显示"
            )];
        }
        if !unnamed.is_empty() {
            warnings.push(format!("routing.toml 没有提到模型的这些技能组，将按标签显示：{}", listed(unnamed)));
        }
        let unproven = |group: &SkillGroup| {
            let promise = f64::from(group.precision?) / 1_000.0;
            let at = self.labels.iter().position(|label| *label == group.id)?;
            let carried = self.model.evidence.group_threshold(at, promise).is_some();
            (!carried).then(|| format!("{}（{:.1}%）", group.id, promise * 100.0))
        };
        let unproven: Vec<String> = routing.groups.iter().filter_map(unproven).collect();
        if !unproven.is_empty() {
            let all = unproven.join("、");
            warnings.push(format!("训练工单证明不了这些技能组要求的正确率，它们的工单全部转人工复核：{all}"));
        }
        if !untrained.is_empty() {
            warnings.push(format!("模型没有学过这些技能组，只有规则会分派给它们：{}", listed(untrained)));
        }
        warnings
    }

    /// Content address of the model.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// Group ids the model can choose, sorted.
    pub(super) fn labels(&self) -> &[String] {
        &self.labels
    }

    fn knows(&self, group: &str) -> bool {
        self.labels.binary_search_by(|label| label.as_str().cmp(group)).is_ok()
    }

    fn is_described_by(&self, routing: &Routing) -> bool {
        routing.groups.iter().any(|group| self.knows(&group.id))
    }

    /// Whether a judgement keeps the promise of its group.
    fn trusts(&self, judged: &Judgement) -> bool {
        match self.thresholds[judged.best] {
            GroupThreshold::Usual => judged.routed,
            GroupThreshold::Own(least) => !judged.outlier && judged.probabilities[judged.best] >= least,
            GroupThreshold::NeverRouted => false,
        }
    }

    fn ranked(&self, group: usize, judged: &Judgement, spoken: &[(usize, Sentence)]) -> RankedGroup {
        let own = spoken.iter().filter(|(of, _)| *of == group).map(|(_, sentence)| sentence.clone());
        RankedGroup {
            skill_group: self.labels[group].clone(),
            confidence: judged.probabilities[group],
            sentences: own.collect(),
        }
    }

    fn explain(&self, ticket: &Ticket<'_>, judged: &Judgement) -> Vec<TermWeight> {
        let runner_up = descending(&judged.probabilities)[1];
        explain(&self.model, ticket, judged.best, runner_up)
    }
}

/// Groups from most to least probable; after the best, those that a sentence speaks for come first.
fn order(judged: &Judgement, spoken: &[(usize, Sentence)]) -> Vec<usize> {
    let mut order = descending(&judged.probabilities);
    order.sort_by_key(|group| *group != judged.best && !spoken.iter().any(|(of, _)| of == group));
    order
}
