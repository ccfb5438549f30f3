//! What may be promised on out-of-fold evidence: the threshold for routing, the sets of a shortlist, the outlier guard.
//!
//! All promises hold for tickets like the training rows and say nothing about others, hence the guard.

use serde::{Deserialize, Serialize};

use crate::statistics::binomial_tail;

/// Precision of routed tickets that is promised.
pub const PRECISION: f64 = 0.95;
/// Probability with which a shortlist holds the right group.
pub const COVERAGE: f64 = 0.95;
/// Chance that evidence makes a threshold pass that does not keep its promise.
pub(super) const RISK: f64 = 0.05;
/// Rows of a group from which it gets a shortlist threshold of its own: `1 / (1 - COVERAGE) - 1`.
pub const OWN_ROWS: usize = 19;
/// Share of the training rows that the outlier guard may keep from being routed for knowing too few of their terms.
const UNKNOWN: f64 = 0.05;
/// The same for the margin of their best group: a ticket that no group claims. Most of these rows are not sure enough
/// to be routed anyway, so that the guard costs little.
const UNDECIDED: f64 = 0.10;
/// The same for lying far from all training rows in meaning.
const UNFAMILIAR: f64 = 0.05;
/// Shares of the rows, most confident first, at which a walk towards looser thresholds begins.
const STARTS: [f64; 4] = [0.1, 0.25, 0.5, 0.75];
/// Steps of a walk over all rows.
const STEPS: usize = 100;

/// When to route, and what a shortlist holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Promised precision of routed tickets, 0..1.
    pub precision: f64,
    /// Least confidence that is routed; nothing is where the evidence does not carry the promise.
    pub route_at: Option<f64>,
    /// Promised coverage of the shortlist, 0..1.
    pub coverage: f64,
    /// Least probability that puts a group on the shortlist, group by group.
    pub shortlist_at: Vec<f64>,
    /// Whether each group's threshold comes from its own rows; otherwise from all rows.
    pub shortlist_own: Vec<bool>,
    /// Least share of known terms that is routed.
    pub known_at: f64,
    /// Least score of the best group that is routed.
    pub margin_at: f64,
    /// Least familiarity that is routed; none without an encoder.
    #[serde(default)]
    pub familiar_at: Option<f64>,
}

/// What is known of one ticket; of a training row from models that did not see it.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The true group; not looked at where a ticket is judged.
    pub target: usize,
    pub probabilities: Vec<f64>,
    /// Largest score.
    pub margin: f64,
    /// Share of known terms.
    pub known: f64,
    /// How near the training rows are in meaning; none without an encoder.
    pub familiarity: Option<f64>,
}

/// Out-of-fold guesses about rows that are no outliers: what thresholds for other promises are derived from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RoutingEvidence {
    /// Confidence, guessed group, whether it was right; most confident first.
    pub guesses: Vec<(f32, u16, bool)>,
}

impl RoutingEvidence {
    /// The evidence that a policy was made of.
    #[must_use]
    pub fn of(rows: &[Witness], policy: &Policy) -> Self {
        let usual = rows.iter().filter(|row| !policy.is_outlier(row));
        #[expect(clippy::cast_possible_truncation, reason = "kept in f32 on purpose; groups are counted in thousands")]
        let mut guesses: Vec<(f32, u16, bool)> = usual
            .map(|row| {
                let best = super::svm::largest(&row.probabilities);
                (row.probabilities[best] as f32, best as u16, best == row.target)
            })
            .collect();
        guesses.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(b.2.cmp(&a.2)));
        Self { guesses }
    }

    /// The lowest confidence at which tickets may be routed to a group under a promise of its own; none where the
    /// evidence does not carry it.
    #[must_use]
    pub fn threshold(&self, group: usize, precision: f64) -> Option<f64> {
        let own = self.guesses.iter().filter(|(_, guess, _)| usize::from(*guess) == group);
        routing_threshold(own.map(|(confidence, _, right)| (f64::from(*confidence), *right)).collect(), precision)
    }
}

impl Policy {
    /// The loosest policy that the evidence carries.
    #[must_use]
    pub fn fit(evidence: &[Witness], groups: usize) -> Self {
        let known_at = quantile(evidence.iter().map(|row| row.known).collect(), UNKNOWN);
        let margin_at = quantile(evidence.iter().map(|row| row.margin).collect(), UNDECIDED);
        let familiarity: Vec<f64> = evidence.iter().filter_map(|row| row.familiarity).collect();
        let familiar_at = (!familiarity.is_empty()).then(|| quantile(familiarity, UNFAMILIAR));
        let all = conformal_threshold(evidence.iter().map(|row| row.probabilities[row.target]).collect());
        let own: Vec<Option<f64>> = (0..groups)
            .map(|group| {
                let rows = evidence.iter().filter(|row| row.target == group);
                let scores: Vec<f64> = rows.map(|row| row.probabilities[group]).collect();
                (scores.len() >= OWN_ROWS).then(|| conformal_threshold(scores))
            })
            .collect();
        let mut policy = Self {
            precision: PRECISION,
            route_at: None,
            coverage: COVERAGE,
            shortlist_own: own.iter().map(Option::is_some).collect(),
            shortlist_at: own.into_iter().map(|threshold| threshold.unwrap_or(all)).collect(),
            known_at,
            margin_at,
            familiar_at,
        };
        let judged = RoutingEvidence::of(evidence, &policy).guesses;
        let judged = judged.into_iter().map(|(confidence, _, right)| (f64::from(confidence), right)).collect();
        policy.route_at = routing_threshold(judged, PRECISION);
        policy
    }

    /// Whether a ticket is unlike the training rows.
    #[must_use]
    pub fn is_outlier(&self, ticket: &Witness) -> bool {
        let familiar = match (self.familiar_at, ticket.familiarity) {
            (Some(least), Some(found)) => found >= least,
            _ => true,
        };
        ticket.known < self.known_at || ticket.margin < self.margin_at || !familiar
    }

    /// The groups on the shortlist, most probable first; never empty.
    #[must_use]
    pub fn shortlist(&self, probabilities: &[f64]) -> Vec<usize> {
        let order = by_probability(probabilities);
        let chosen =
            |(place, group): &(usize, usize)| *place == 0 || probabilities[*group] >= self.shortlist_at[*group];
        order.into_iter().enumerate().filter(chosen).map(|(_, group)| group).collect()
    }
}

/// Groups from most to least probable; the first among equals first.
#[must_use]
pub fn by_probability(probabilities: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]).then(a.cmp(b)));
    order
}

/// The lowest confidence at which `precision` holds with probability `1 - RISK`.
///
/// Fixed-sequence testing: from each of [`STARTS`] thresholds go from strict to loose in steps set beforehand, each
/// judged by an exact binomial test, and each walk ends at its first failure; the walks share the risk (Bonferroni).
fn routing_threshold(mut judged: Vec<(f64, bool)>, precision: f64) -> Option<f64> {
    judged.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut wrong_before = vec![0_usize];
    for (_, right) in &judged {
        wrong_before.push(wrong_before[wrong_before.len() - 1] + usize::from(!right));
    }
    let risk = RISK / STARTS.len() as f64;
    let mut loosest = None;
    for start in STARTS {
        for step in 0..=STEPS {
            let share = step as f64 / STEPS as f64;
            if share < start {
                continue;
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the rows")]
            let mut rows = ((judged.len() as f64) * share).round() as usize;
            // A threshold takes all rows of one confidence or none.
            while rows > 0 && rows < judged.len() && judged[rows].0.total_cmp(&judged[rows - 1].0).is_eq() {
                rows += 1;
            }
            if rows == 0 || binomial_tail(rows, wrong_before[rows], 1.0 - precision) > risk {
                break;
            }
            loosest = loosest.max(Some(rows));
        }
    }
    loosest.map(|rows| judged[rows - 1].0)
}

/// The split-conformal threshold: at least [`COVERAGE`] of exchangeable rows have a score at or above it.
fn conformal_threshold(mut scores: Vec<f64>) -> f64 {
    scores.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the rows")]
    let below = ((1.0 - COVERAGE) * (scores.len() + 1) as f64 + 1e-9).floor() as usize;
    if below == 0 { 0.0 } else { scores[below - 1] }
}

fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the rows")]
    let at = (values.len() as f64 * share).floor() as usize;
    values.get(at).copied().unwrap_or(f64::NEG_INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    fn uniform(random: &mut SplitMix) -> f64 {
        (random.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    #[test]
    fn routed_precision_is_kept_in_nearly_every_world() {
        let mut broken = 0;
        for seed in 0..200 {
            let mut random = SplitMix(seed);
            let rows: Vec<(f64, bool)> = (0..800)
                .map(|_| {
                    let confidence = uniform(&mut random);
                    (confidence, uniform(&mut random) < confidence.sqrt())
                })
                .collect();
            // Rows at or above t are right with probability (1 - t^1.5) / (1.5 (1 - t)).
            if let Some(t) = routing_threshold(rows, 0.95) {
                broken += usize::from((1.0 - t.powf(1.5)) / (1.5 * (1.0 - t)) < 0.95);
            }
        }
        assert!(broken <= 18, "{broken} of 200 worlds broke the promise"); // 10 expected, 18 within chance
    }

    #[test]
    fn promises_nothing_without_evidence() {
        assert_eq!(routing_threshold(Vec::new(), 0.95), None);
        assert_eq!(routing_threshold(vec![(0.9, true); 20], 0.95), None); // all right, but too few
        assert_eq!(routing_threshold(vec![(0.9, false); 500], 0.95), None);
        assert_eq!(routing_threshold(vec![(0.9, true); 500], 0.95), Some(0.9));
    }

    #[test]
    fn shortlists_cover_on_average_over_worlds() {
        let (mut covered, mut asked) = (0, 0);
        for seed in 0..100 {
            let mut random = SplitMix(seed);
            let mut world = || {
                let p = uniform(&mut random);
                Witness {
                    target: usize::from(uniform(&mut random) < p),
                    probabilities: vec![1.0 - p, p],
                    margin: 0.0,
                    known: 1.0,
                    familiarity: None,
                }
            };
            let evidence: Vec<Witness> = (0..200).map(|_| world()).collect();
            let policy = Policy::fit(&evidence, 2);
            for row in (0..200).map(|_| world()) {
                covered += usize::from(policy.shortlist(&row.probabilities).contains(&row.target));
                asked += 1;
            }
        }
        let share = f64::from(u32::try_from(covered).unwrap()) / f64::from(asked);
        assert!(share >= 0.945, "covered {share}");
    }

    #[test]
    fn groups_with_few_rows_share_a_threshold() {
        let row = |target, p: f64| Witness {
            target,
            probabilities: vec![1.0 - p, p],
            margin: 1.0,
            known: 1.0,
            familiarity: None,
        };
        let evidence: Vec<Witness> = (0..40).map(|n| row(0, f64::from(n) / 100.0)).chain([row(1, 0.9)]).collect();
        let policy = Policy::fit(&evidence, 2);
        assert_eq!(policy.shortlist_own, [true, false]);
        assert_eq!(policy.shortlist(&[0.5, 0.5]).first(), Some(&0)); // never empty, ties by group
    }
}
