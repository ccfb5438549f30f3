//! The inputs of the gate, and the confidence of ranked candidates.
//!
//! How strong a candidate is, how far it leads, how rare both are among the corpus's own wrong candidates; and what the
//! entry lacks and what differs, of which the shipped gate makes nothing: on the corpus it is fitted on these part right
//! from wrong better than elsewhere. A corpus's own labelled questions may.

use super::calibration::Calibration;
use super::leads::{LEAD_LIMIT, Lead, Leads, StandIn};
use super::linear::{Linear, probability};
use super::reference::{REFERENCE_NAMES, REFERENCES, Reference, ReferenceValues};
use crate::ranking::compare::signals::Signal;
use crate::ranking::scored::Scored;

/// Inputs of the gate that concern the candidate and its lead; rarity and excess of [`REFERENCE_NAMES`] follow.
pub const STRENGTH_NAMES: [&str; STRENGTHS] = [
    "sense_cosine",
    "sense_close",
    "total_lead",
    "narrow_lead",
    "sense_lead",
    "lexical_lead",
    "asked_length",
    "total",
    "crowding",
    "answer_explains",
];
/// Number of [`STRENGTH_NAMES`].
pub const STRENGTHS: usize = 10;
/// Inputs that the shipped gate is fitted on.
pub const SHIPPED_INPUTS: usize = STRENGTHS + 2 * REFERENCES;
/// Inputs that only a corpus's own labelled questions give a weight; they stand last.
pub const OWN_NAMES: [&str; 5] = ["asked_missing", "stored_extra", "entry_cosine", "difference", "no_difference"];
/// Number of inputs of the gate.
pub const GATE_INPUTS: usize = SHIPPED_INPUTS + OWN_NAMES.len();
/// Log-odds of a difference beyond which nothing more is said.
const DIFFERENCE_LIMIT: f32 = 3.0;
/// A lead of this many points is no longer narrow.
const NARROW: f32 = 1.5;
/// Points of a typical good match; brings totals to about 0..1.
const TOTAL_SCALE: f32 = 30.0;
/// The same for the lexical part alone.
const LEXICAL_SCALE: f32 = 10.0;
/// Cosine from which two questions are close.
const CLOSE: f32 = 0.5;
/// Characters beyond which a longer question says nothing more.
const LENGTH_LIMIT: f32 = 24.0;

/// What a corpus measures its candidates by.
#[derive(Debug, Clone, Copy)]
pub struct Yardstick<'a> {
    pub gate: &'a Linear,
    pub reference: &'a Reference,
    pub calibration: Calibration,
    /// Rival of all candidates in a corpus too small to have any.
    pub stand_in: Option<StandIn>,
}

impl Yardstick<'_> {
    /// Fills in the gate's inputs and the confidence of candidates ordered best first; confidences never rise down the
    /// list.
    pub fn measure(&self, candidates: &mut [Scored], asked_length: usize) {
        let leads = Leads::of(candidates, self.stand_in);
        let mut ceiling = 1.0_f32;
        for (at, candidate) in candidates.iter_mut().enumerate() {
            candidate.gate_inputs = gate_inputs(candidate, leads.at(at), asked_length, self.reference);
            let logit = candidate.bounded(self.gate.logit(&candidate.gate_inputs));
            ceiling = ceiling.min(probability(self.calibration.apply(logit)));
            candidate.confidence = ceiling;
        }
    }
}

/// The median wrong candidate of a reference, as a rival.
pub(in crate::ranking) fn stand_in(reference: &Reference) -> StandIn {
    StandIn {
        total: reference.median(0) * TOTAL_SCALE,
        sense: reference.median(1),
        lexical: reference.median(5) * LEXICAL_SCALE,
    }
}

/// The best of some candidates with its lead: all that the gate needs of them.
#[derive(Debug, Clone)]
pub struct Prospect {
    pub best: Scored,
    lead: Lead,
    asked_length: usize,
}

impl Prospect {
    /// Takes the best of candidates ordered best first, for a question of so many characters; `None` without any.
    #[must_use]
    pub fn of(candidates: &[Scored], asked_length: usize, stand_in: Option<StandIn>) -> Option<Self> {
        let best = candidates.first()?.clone();
        Some(Self { best, lead: Leads::of(candidates, stand_in).at(0), asked_length })
    }

    /// The gate's inputs of the best candidate.
    #[must_use]
    pub fn gate_inputs(&self, reference: &Reference) -> [f32; GATE_INPUTS] {
        gate_inputs(&self.best, self.lead, self.asked_length, reference)
    }

    /// The gate's logit within what the difference leaves, before calibration.
    #[must_use]
    pub fn logit(&self, gate: &Linear, reference: &Reference) -> f32 {
        self.best.bounded(gate.logit(&self.gate_inputs(reference)))
    }

    /// What a corpus's reference is made of.
    #[must_use]
    pub fn reference_values(&self) -> ReferenceValues {
        reference_values(&self.best, self.lead)
    }
}

/// In the order of [`gate_names`].
fn gate_inputs(candidate: &Scored, lead: Lead, asked_length: usize, reference: &Reference) -> [f32; GATE_INPUTS] {
    let signal = |signal| candidate.signals.get(signal);
    let strengths = [
        signal(Signal::SenseCosine),
        (signal(Signal::SenseCosine) - CLOSE).max(0.0),
        lead.total / LEAD_LIMIT,
        lead.total.min(NARROW) / NARROW,
        lead.sense,
        lead.lexical / LEXICAL_SCALE,
        bounded_length(asked_length),
        candidate.rank_logit / TOTAL_SCALE,
        signal(Signal::Crowding),
        signal(Signal::AnswerExplains),
    ];
    let mut inputs = [0.0; GATE_INPUTS];
    inputs[..STRENGTHS].copy_from_slice(&strengths);
    for (name, value) in reference_values(candidate, lead).into_iter().enumerate() {
        inputs[STRENGTHS + name] = reference.rarity(name, value);
        inputs[STRENGTHS + REFERENCES + name] = reference.excess(name, value);
    }
    let z = candidate.difference.map_or(0.0, |judged| judged.z.clamp(-DIFFERENCE_LIMIT, DIFFERENCE_LIMIT));
    inputs[SHIPPED_INPUTS..].copy_from_slice(&[
        signal(Signal::AskedMissing),
        signal(Signal::StoredExtra),
        signal(Signal::EntryCosine),
        z / DIFFERENCE_LIMIT,
        z.max(0.0) / DIFFERENCE_LIMIT,
    ]);
    inputs
}

/// In the order of [`REFERENCE_NAMES`], each of the order of 1.
fn reference_values(candidate: &Scored, lead: Lead) -> ReferenceValues {
    [
        candidate.rank_logit / TOTAL_SCALE,
        candidate.signals.get(Signal::SenseCosine),
        lead.total / LEAD_LIMIT,
        lead.sense,
        candidate.signals.get(Signal::GramCosine),
        candidate.lexical / LEXICAL_SCALE,
    ]
}

/// Names of the gate's inputs in order.
#[must_use]
pub fn gate_names() -> Vec<String> {
    let strengths = STRENGTH_NAMES.iter().map(|name| (*name).to_owned());
    let rarities = REFERENCE_NAMES.iter().map(|name| format!("{name}_rarity"));
    let excesses = REFERENCE_NAMES.iter().map(|name| format!("{name}_excess"));
    let own = OWN_NAMES.iter().map(|name| (*name).to_owned());
    strengths.chain(rarities).chain(excesses).chain(own).collect()
}

#[expect(clippy::cast_precision_loss, reason = "questions have at most 500 characters")]
fn bounded_length(characters: usize) -> f32 {
    (characters as f32).min(LENGTH_LIMIT) / LENGTH_LIMIT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::compare::signals::Signals;
    use crate::ranking::judging::Judged;

    fn scored(rank_logit: f32) -> Scored {
        let mut signals = Signals::default();
        Signal::ALL.into_iter().for_each(|signal| signals.set(signal, 0.5));
        let gate_inputs = [0.0; GATE_INPUTS];
        Scored {
            entry: 0,
            question: 0,
            signals,
            rank_logit,
            lexical: 0.0,
            difference: None,
            gate_inputs,
            ceiling: None,
            floor: None,
            confidence: 0.0,
        }
    }

    fn gate() -> Linear {
        let names = gate_names();
        Linear { weights: vec![1.0; names.len()], names, intercept: -2.0 }
    }

    fn reference() -> Reference {
        Reference::new(&[[0.1; REFERENCES]; 40]).unwrap()
    }

    #[test]
    fn contributions_and_intercept_sum_to_the_logit() {
        let (gate, reference) = (gate(), reference());
        let yardstick =
            Yardstick { gate: &gate, reference: &reference, calibration: Calibration::default(), stand_in: None };
        let mut candidates = vec![scored(3.0), scored(1.0)];
        yardstick.measure(&mut candidates, 8);
        let sum: f32 = gate.contributions(&candidates[0].gate_inputs).iter().map(|c| c.contribution).sum();
        assert!((probability(sum + gate.intercept) - candidates[0].confidence).abs() < 1e-6);
        assert!(candidates[0].confidence > candidates[1].confidence, "the leader leads");
    }

    #[test]
    fn a_difference_bounds_the_confidence_of_all_that_follow() {
        let (gate, reference) = (gate(), reference());
        let yardstick =
            Yardstick { gate: &gate, reference: &reference, calibration: Calibration::default(), stand_in: None };
        let difference = Some(Judged { z: -1.0, bound: 0.0, lift: 0.5 });
        let mut candidates = vec![Scored { difference, ..scored(30.0) }, scored(1.0)];
        yardstick.measure(&mut candidates, 8);
        assert!(candidates.iter().all(|candidate| candidate.confidence <= 0.5), "{candidates:?}");
        let prospect = Prospect::of(&candidates, 8, None).unwrap();
        assert!(prospect.logit(&gate, &reference) <= 0.0);
    }
}
