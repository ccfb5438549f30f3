//! A ticket goes in, a group with calibrated confidence comes out; rules of `routing.toml` win over the model.

mod complaint_and_priority;
mod embedded;
mod explain;
mod rules;
mod sentence_votes;
mod sentences;

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use self::complaint_and_priority::ComplaintAndPriority;
pub use self::complaint_and_priority::URGENT_AT;
use self::explain::explain;
pub use self::explain::{TermPlace, TermWeight};
use self::rules::{Circumstances, first_match};
pub use self::sentence_votes::Sentence;
use self::sentence_votes::{MOST_FOR_READERS, MOST_ON_ROUTE, sentence_votes};
use super::ticket::Ticket;
use crate::numbers::descending;
use crate::routing::{Priority, Routing, SkillGroup};
use crate::tickets::bundle::{Bundle, BundleError, load_bundle, read_bundle};
use crate::tickets::features::{TermKeys, TicketText};
use crate::tickets::model::{Judgement, Model};
use crate::tickets::promise::PRECISION;

/// Whether to trust the best guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RouteDecision {
    Route,
    Review,
}

/// One group with the probability that it is right.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RankedGroup {
    pub skill_group: String,
    pub confidence: f64,
    /// Sentences that speak for the group, in tickets of several; of many sentences in a ticket that is routed only the
    /// four clearest are judged, unless an explanation is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sentences: Vec<Sentence>,
}

/// The answer of the classify endpoint, without the message id that HTTP adds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Routed {
    pub decision: RouteDecision,
    /// Always the best guess.
    pub skill_group: String,
    pub confidence: f64,
    /// Smallest set of groups that holds the right one with the promised probability.
    pub shortlist: Vec<RankedGroup>,
    /// The best `top` groups; after the best, those that a sentence speaks for come first.
    pub ranking: Vec<RankedGroup>,
    /// A rule's; else the learned one, at least high for a complaint.
    pub priority: Priority,
    /// Probability that the ticket is a complaint, 0..=1; 1 where a complaint phrase of `routing.toml` says so.
    #[schema(minimum = 0.0, maximum = 1.0)]
    pub complaint: f64,
    /// Name of the rule of `routing.toml` that decided, if one did.
    pub rule: Option<String>,
    pub flow: Vec<String>,
    pub promise: String,
    /// Present when asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub explanation: Vec<TermWeight>,
    pub model_version: String,
}

/// A loaded model bundle. Immutable and shared by all requests.
#[derive(Debug, Clone)]
pub struct Router {
    version: String,
    labels: Vec<String>,
    model: Arc<Model>,
    /// Group by group.
    thresholds: Vec<GroupThreshold>,
    complaint_and_priority: Arc<ComplaintAndPriority>,
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

impl Router {
    /// Loads a bundle from its directory.
    ///
    /// # Errors
    /// What is missing, damaged or of another version.
    pub fn load(dir: &Path) -> Result<Self, BundleError> {
        load_bundle(dir).and_then(Self::new)
    }

    /// Loads a bundle from the names and contents of its files.
    ///
    /// # Errors
    /// As [`Router::load`].
    pub fn from_files(files: &[(&str, &[u8])]) -> Result<Self, BundleError> {
        read_bundle(files).and_then(Self::new)
    }

    /// The shipped router.
    ///
    /// # Errors
    /// [`BundleError`] when the program was built beside a bundle of another version.
    pub fn embedded() -> Result<Self, BundleError> {
        Self::from_files(&embedded::router())
    }

    fn new(loaded: Bundle) -> Result<Self, BundleError> {
        Ok(Self {
            version: loaded.version,
            thresholds: vec![GroupThreshold::Usual; loaded.manifest.labels.len()],
            labels: loaded.manifest.labels,
            model: Arc::new(loaded.model),
            complaint_and_priority: ComplaintAndPriority::embedded()?,
        })
    }

    /// The group for a ticket, with the best `top` groups.
    ///
    /// A rule that sets a group decides `route` with confidence 1; it is passed over where the routing file names
    /// none of the model's groups and so cannot be about this model. Complaint and priority are those of their own
    /// models and of the complaint phrases, unless a rule sets the priority. The explanation is about the model's own choice.
    #[must_use]
    pub fn route(&self, routing: &Routing, ticket: &Ticket<'_>, top: usize, explain: bool) -> Routed {
        let text = TicketText::new(ticket.title, ticket.text).by(ticket.channel);
        let terms = TermKeys::of(&text, self.model.vectorizer.segmenter());
        let judged = self.model.judge_features(&self.model.read_terms(&text, &terms));
        let joined = text.joined();
        let signal = self.complaint_and_priority.judge(&text, &terms, routing.is_complaint(&joined));
        let predicted = &self.labels[judged.best];
        let about = Circumstances {
            text: &joined,
            channel: ticket.channel,
            customer_tier: ticket.customer_tier,
            complaint: signal.complains,
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
            decision: if ordered.is_some() || trusted { RouteDecision::Route } else { RouteDecision::Review },
            confidence: if ordered.is_some() { 1.0 } else { judged.probabilities[judged.best] },
            shortlist: match ordered {
                Some(group) => vec![RankedGroup { skill_group: group.clone(), confidence: 1.0, sentences: Vec::new() }],
                None => judged.shortlist.iter().map(|group| ranked(*group)).collect(),
            },
            ranking: order(&judged, &spoken).into_iter().take(top).map(ranked).collect(),
            priority: rule.and_then(|rule| rule.priority).unwrap_or(signal.priority),
            complaint: signal.complaint,
            rule: applied.map(|rule| rule.name.clone()),
            flow: group.map(|group| group.flow.clone()).unwrap_or_default(),
            promise: Self::promise(routing, &skill_group),
            explanation: if explain { self.explain(ticket, &judged) } else { Vec::new() },
            model_version: self.version.clone(),
            skill_group,
        }
    }

    /// What the customer of a group is told.
    #[must_use]
    pub fn promise(routing: &Routing, group: &str) -> String {
        let own = routing.group(group).map(|group| group.promise.as_str()).filter(|promise| !promise.is_empty());
        own.unwrap_or(routing.neutral_promise()).to_owned()
    }

    /// This router under the target precisions of a routing file's groups.
    #[must_use]
    pub fn with_group_targets(&self, routing: &Routing) -> Self {
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
    #[must_use]
    pub fn warnings(&self, routing: &Routing) -> Vec<String> {
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
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Group ids the model can choose, sorted.
    #[must_use]
    pub fn labels(&self) -> &[String] {
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
