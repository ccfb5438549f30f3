//! A ticket goes in, a group with calibrated confidence comes out; rules of `routing.toml` win over the model.

use std::sync::Arc;

use super::explain::{TermWeight, explain};
use super::read_ticket::ReadTicket;
use super::routed::{RankedGroup, RouteDecision, Routed};
use super::rules::{Circumstances, first_match};
use super::said::{Readers, Said};
use super::sentence_votes::{MOST_FOR_READERS, MOST_ON_ROUTE, Sentence, sentence_votes};
use super::tone::ToneModels;
use crate::numbers::{argmax, descending};
use crate::routing::{Routing, RoutingRule, SkillGroup};
use crate::smalltalk::Smalltalk;
use crate::text::trace::{Traced, trace};
use crate::tickets::bundle::Bundle;
use crate::tickets::model::{Judgement, Model, TicketFeatures};
use crate::tickets::promise::PRECISION;
use crate::tickets::ticket::Ticket;

/// A loaded model bundle. Immutable and shared by all requests.
#[derive(Debug, Clone)]
pub(super) struct ModelRouter {
    version: String,
    /// What the corpus calls the group of each of the model's labels, which may have another name by now.
    names: Vec<String>,
    /// The groups, each once, sorted.
    groups: Vec<String>,
    model: Arc<Model>,
    /// Label by label.
    thresholds: Vec<GroupThreshold>,
    tone: Arc<ToneModels>,
    smalltalk: Arc<Smalltalk>,
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
            groups: loaded.manifest.labels.clone(),
            names: loaded.manifest.labels,
            model: Arc::new(loaded.model),
            tone,
            smalltalk: Arc::default(),
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
    /// So does a text that is no complaint and would go where a rule sends complaints. What is for review is promised
    /// nothing in particular, and who asks for nothing or only for a human is given to the default group, unless the
    /// router is one's own, which learnt where such texts belong.
    pub(super) fn route(&self, routing: &Routing, read: &ReadTicket<'_>, top: usize, explain: bool) -> Routed {
        let ticket = read.ticket;
        let readers = Readers { tone: &self.tone, segmenter: self.model.vectorizer.segmenter() };
        let said = Said::of(routing, &self.smalltalk, read, readers);
        let features = self.model.read_terms(&said.terms, read.encoded);
        let by_label = self.model.judge_features(&features);
        let judged = self.by_group(&by_label);
        let predicted = &self.names[judged.best];
        let about = Circumstances {
            text: read.encoded.text(),
            channel: ticket.channel,
            customer_tier: ticket.customer_tier,
            complaint: said.tone.complains,
            predicted,
        };
        let rule = first_match(&routing.rules, &about);
        let ordered = rule.and_then(|rule| rule.group.as_ref()).filter(|_| self.is_described_by(routing));
        let trusted = judged.best == self.first_of_group(by_label.best) && self.trusts(&by_label);
        let most = if explain || !trusted { MOST_FOR_READERS } else { MOST_ON_ROUTE };
        let traced = (top > 1 || explain).then(|| trace(ticket.text));
        let spoken = traced.as_ref().filter(|_| top > 1).map_or_else(Vec::new, |text| self.spoken(ticket, text, most));
        let doubtful = said.seems_to_ask_nothing || is_calm_complaint(routing, &said, predicted);
        let silent = if self.own { said.surely_asks_nothing } else { said.asks_nothing };
        let routed = !silent && (ordered.is_some() || trusted && (self.own || !doubtful));
        let usual = routing.default_group.as_ref().filter(|_| !self.own && (silent || said.bare_wish));
        let skill_group = ordered.or(usual.filter(|_| !routed)).unwrap_or(predicted).clone();
        let ranked = |group: usize| self.ranked(group, &judged, &spoken);
        let group = routing.group(&skill_group);
        let applied = rule.filter(|rule| ordered.is_some() || rule.priority.is_some());
        Routed {
            decision: if routed { RouteDecision::Route } else { RouteDecision::Review },
            confidence: if ordered.is_some() { 1.0 } else { self.confidence(&judged, &skill_group) },
            shortlist: match ordered {
                Some(group) => vec![RankedGroup { skill_group: group.clone(), confidence: 1.0, sentences: Vec::new() }],
                None => judged.shortlist.iter().map(|group| ranked(*group)).collect(),
            },
            ranking: self.order(&judged, &spoken).into_iter().take(top).map(ranked).collect(),
            priority: rule.and_then(|rule| rule.priority).unwrap_or(said.tone.priority),
            complaint: said.tone.complaint,
            rule: applied.map(|rule| rule.name.clone()),
            flow: group.map(|group| group.flow.clone()).unwrap_or_default(),
            promise: if routed { Self::promise(routing, &skill_group) } else { routing.neutral_promise().to_owned() },
            left_out: Vec::new(),
            explanation: traced
                .filter(|_| explain)
                .map_or_else(Vec::new, |text| self.explain((ticket, &text, &features), &by_label)),
            model_version: self.version.clone(),
            skill_group,
        }
    }

    /// The same router with these models of tone.
    pub(super) fn hearing(&self, tone: Arc<ToneModels>) -> Self {
        Self { tone, ..self.clone() }
    }

    /// What the customer of a group is told.
    pub(super) fn promise(routing: &Routing, group: &str) -> String {
        let own = routing.group(group).map(|group| group.promise.as_str()).filter(|promise| !promise.is_empty());
        own.unwrap_or(routing.neutral_promise()).to_owned()
    }

    /// This router for a corpus: its groups' names and target precisions, its small talk.
    pub(super) fn of_corpus(&self, routing: &Routing, smalltalk: Arc<Smalltalk>) -> Self {
        let own = |(group, label): (usize, &String)| {
            let precision = f64::from(routing.group(label)?.precision?) / 1_000.0;
            // The usual promise needs no threshold of its own.
            let usual = (precision - PRECISION).abs() < 1e-9;
            let proved = |least: Option<f64>| least.map_or(GroupThreshold::NeverRouted, GroupThreshold::Own);
            (!usual).then(|| proved(self.model.evidence.group_threshold(group, precision)))
        };
        let threshold = |group| own(group).unwrap_or(GroupThreshold::Usual);
        let names: Vec<String> = self.names.iter().map(|label| routing.canonical(label).to_owned()).collect();
        let mut groups = names.clone();
        groups.sort_unstable();
        groups.dedup();
        let thresholds = self.names.iter().enumerate().map(threshold).collect();
        Self { thresholds, names, groups, smalltalk, ..self.clone() }
    }

    /// The first label of the group that a label belongs to now; groups may have been merged since.
    fn first_of_group(&self, label: usize) -> usize {
        let of_group = |other: &String| *other == self.names[label];
        self.names.iter().position(of_group).unwrap_or(label)
    }

    /// A judgement of labels as one of groups: each group's probability is the sum of its labels', at the first of them.
    fn by_group(&self, judged: &Judgement) -> Judgement {
        if self.groups.len() == self.names.len() {
            return judged.clone();
        }
        let mut probabilities = vec![0.0; judged.probabilities.len()];
        for (label, probability) in judged.probabilities.iter().enumerate() {
            probabilities[self.first_of_group(label)] += probability;
        }
        let mut shortlist: Vec<usize> = Vec::with_capacity(judged.shortlist.len());
        for label in &judged.shortlist {
            let group = self.first_of_group(*label);
            if !shortlist.contains(&group) {
                shortlist.push(group);
            }
        }
        Judgement { best: argmax(&probabilities), probabilities, shortlist, ..*judged }
    }

    fn spoken(&self, ticket: &Ticket<'_>, traced: &Traced, most: usize) -> Vec<(usize, Sentence)> {
        let votes = sentence_votes(&self.model, ticket, traced, most).into_iter();
        votes.map(|(label, sentence)| (self.first_of_group(label), sentence)).collect()
    }

    /// Probability of a group; none for one that the model does not know.
    fn confidence(&self, judged: &Judgement, group: &str) -> f64 {
        self.names.iter().position(|name| name == group).map_or(0.0, |at| judged.probabilities[at])
    }

    /// What staff should know about this model beside this routing; empty when the two agree.
    pub(super) fn warnings(&self, routing: &Routing) -> Vec<String> {
        if routing.groups.is_empty() {
            return Vec::new();
        }
        let listed = |names: Vec<&str>| names.join("、");
        let unnamed: Vec<&str> =
            self.groups.iter().map(String::as_str).filter(|label| routing.group(label).is_none()).collect();
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
            let at = self.names.iter().position(|name| *name == group.id)?;
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
        &self.groups
    }

    fn knows(&self, group: &str) -> bool {
        self.groups.binary_search_by(|known| known.as_str().cmp(group)).is_ok()
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
            skill_group: self.names[group].clone(),
            confidence: judged.probabilities[group],
            sentences: own.collect(),
        }
    }

    /// About labels: the runner-up is the best label of another group, where there is one.
    fn explain(&self, read: (&Ticket<'_>, &Traced, &TicketFeatures), judged: &Judgement) -> Vec<TermWeight> {
        let order = descending(&judged.probabilities);
        let other = |label: &usize| self.names[*label] != self.names[judged.best];
        let runner_up = order.iter().copied().find(other).unwrap_or(order[1]);
        explain(&self.model, read, [judged.best, runner_up])
    }

    /// Groups from most to least probable; after the best, those that a sentence speaks for come first.
    fn order(&self, judged: &Judgement, spoken: &[(usize, Sentence)]) -> Vec<usize> {
        let mut order = descending(&judged.probabilities);
        order.retain(|label| self.first_of_group(*label) == *label);
        order.sort_by_key(|group| *group != judged.best && !spoken.iter().any(|(of, _)| of == group));
        order
    }
}

/// Whether a text that is no complaint would go to the group that complaints go to.
fn is_calm_complaint(routing: &Routing, said: &Said, predicted: &str) -> bool {
    let for_complaints = |rule: &RoutingRule| rule.complaint && rule.group.as_deref() == Some(predicted);
    !said.tone.complains && routing.rules.iter().any(for_complaints)
}
