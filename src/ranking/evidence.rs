//! What a corpus learns from its own questions: how wrong candidates look, how confident to be, what may be promised.
//!
//! Three kinds of questions are asked while preparing: stored questions with their whole entry taken out, which nothing
//! answers; similar questions with only themselves taken out, which their entry answers in other words; and the labelled
//! and golden questions that staff collected. Calibration never uses golden questions: they are picked by hand.

use rayon::prelude::*;

use crate::corpus::{Corpus, GoldenCase, GoldenExpectation};
use crate::decision::SUGGESTED;
use crate::policy::{EvidenceKind, EvidenceRow};
use crate::retrieval::{IndexError, Terms};

use super::compare::stored::{Admission, StoredQuestion};
use super::confidence::calibration::{Calibration, MIN_ROWS, Prior};
use super::confidence::gate::Prospect;
use super::confidence::model::{Linear, probability};
use super::confidence::own_gate::{Lesson, teach};
use super::confidence::reference::{MIN_REFERENCE, Reference};
use super::learnt::Learnt;
use super::matcher::Matcher;
use super::scored::Scored;

/// Stored questions asked at most, of each kind; a larger corpus is sampled evenly.
const SAMPLE: usize = 1_500;
/// For so many similar questions, one question asked without its entry is evidence: an entry taken out often has a twin
/// that answers as well, so that one in five stands for the worst of what customers ask beside the corpus.
const BESIDE_EVERY: usize = 5;

/// Parts of the labelled questions, each judged by a gate that the other parts taught.
const FOLDS: usize = 5;

/// Share of the way to equal wrong confidence that an uncalibrated corpus is lowered.
const CAUTION: f32 = 0.5;
/// Log-odds beyond which no corpus is lowered.
const LARGEST_SHIFT: f32 = 8.0;
/// Halvings of the search for the shift; leaves less than a millionth.
const BISECTIONS: usize = 24;

/// Leaves out one question, one entry, or both.
#[derive(Debug, Clone, Copy)]
pub struct HeldOut {
    pub question: Option<u32>,
    pub entry: Option<u32>,
}

impl Admission for HeldOut {
    fn admits(&self, question: u32, stored: &StoredQuestion) -> bool {
        self.question != Some(question) && self.entry != Some(stored.entry)
    }

    fn left_out(&self) -> Option<u32> {
        self.question
    }
}

/// A question asked while preparing: its best candidate before the gate, and what came of it.
#[derive(Clone)]
struct Trial {
    prospect: Option<Prospect>,
    row: EvidenceRow,
}

impl Matcher {
    /// Fills in reference, calibration and evidence.
    pub(super) fn learn_from_itself(&mut self, corpus: &Corpus) -> Result<(), IndexError> {
        let beside = self.ask_without_entry(corpus)?;
        let wrong: Vec<_> =
            beside.iter().filter_map(|trial| Some(trial.prospect.as_ref()?.reference_values())).collect();
        if let Some(reference) = Reference::new(&wrong) {
            self.reference = reference;
        }
        let mut similar = self.ask_similar(corpus)?;
        if similar.len() < MIN_ROWS {
            similar.clear();
        } else {
            let wanted = similar.len().div_ceil(BESIDE_EVERY);
            similar.extend(spread(beside.clone(), wanted));
        }
        let labelled = self.ask_cases(corpus, &corpus.calibration, EvidenceKind::Labelled)?;
        let golden = self.ask_cases(corpus, &corpus.golden, EvidenceKind::Golden)?;

        let labelled = self.learn_gate(labelled);
        let cautious = self.cautious(&beside);
        let [similar, golden] = [similar, golden].map(|trials| self.logits(trials));
        let outcomes = |rows: &[(Option<f32>, EvidenceRow)]| -> Vec<(f32, bool)> {
            rows.iter().filter_map(|(logit, row)| Some(((*logit)?, row.right))).collect()
        };
        // Labelled questions with too few right or wrong ones among them say nothing; similar ones may.
        let on_labelled = Calibration::fit(&outcomes(&labelled), Prior::LABELLED);
        self.calibrated_on_labelled = on_labelled.is_some();
        let on_similar = || Calibration::fit(&outcomes(&similar), Prior::SIMILAR);
        self.calibration = on_labelled.or_else(on_similar).unwrap_or(cautious);
        let confidence = |logit: Option<f32>| logit.map_or(0.0, |logit| probability(self.calibration.apply(logit)));
        let all = labelled.into_iter().chain(golden).chain(similar);
        self.evidence = all.map(|(logit, row)| EvidenceRow { confidence: confidence(logit).into(), ..row }).collect();
        Ok(())
    }

    /// Takes what was learnt before for its own; its vectors were compared by it already.
    pub(super) fn adopt(&mut self, learnt: Learnt) {
        let Learnt { gate, reference, calibration, calibrated_on_labelled, evidence, .. } = learnt;
        self.reference = reference;
        self.gate = gate;
        self.calibration = calibration;
        self.calibrated_on_labelled = calibrated_on_labelled;
        self.evidence = evidence;
    }

    /// What was learnt of the corpus's own questions.
    #[must_use]
    pub fn learnt(&self) -> Learnt {
        Learnt {
            gate: self.gate.clone(),
            reference: self.reference.clone(),
            calibration: self.calibration,
            calibrated_on_labelled: self.calibrated_on_labelled,
            evidence: self.evidence.clone(),
            complaint_odds: None,
            meaning: self.meanings.learnt(),
        }
    }

    /// Lets labelled questions teach the gate, and gives each its logit by a gate that the others taught (out-of-fold),
    /// so that it is no evidence for what it has shaped itself.
    fn learn_gate(&mut self, labelled: Vec<Trial>) -> Vec<(Option<f32>, EvidenceRow)> {
        let lessons: Vec<Option<Lesson>> = labelled.iter().map(|trial| self.lesson(trial)).collect();
        let outside = |fold: usize| -> Vec<Lesson> {
            let others = lessons.iter().enumerate().filter(|(at, _)| at % FOLDS != fold);
            others.filter_map(|(_, lesson)| *lesson).collect()
        };
        let all: Vec<Lesson> = lessons.iter().filter_map(|lesson| *lesson).collect();
        let shipped = &self.model.gate;
        let Some(taught) = teach(shipped, &all) else { return self.logits(labelled) };
        let of_fold: Vec<Linear> =
            (0..FOLDS).map(|fold| teach(shipped, &outside(fold)).unwrap_or_else(|| shipped.clone())).collect();
        let logit = |(at, trial): (usize, Trial)| {
            let gate = &of_fold[at % FOLDS];
            (trial.prospect.as_ref().map(|prospect| prospect.logit(gate, &self.reference)), trial.row)
        };
        let rows = labelled.into_iter().enumerate().map(logit).collect();
        self.gate = taught;
        rows
    }

    fn lesson(&self, trial: &Trial) -> Option<Lesson> {
        let prospect = trial.prospect.as_ref()?;
        Some(Lesson {
            inputs: prospect.gate_inputs(&self.reference),
            lift: prospect.best.difference.map_or(0.0, |judged| judged.lift),
            right: trial.row.right,
        })
    }

    /// Where staff wrote too little to calibrate on: confidence lowered half of the way to where this corpus's wrong
    /// candidates look no more right than those of the corpus that the gate was fitted on. Only half, because an entry
    /// taken out may have a twin that answers as well; never raised.
    fn cautious(&self, beside: &[Trial]) -> Calibration {
        let logits: Vec<f32> = beside.iter().filter_map(|trial| self.logit(trial)).collect();
        let mean = |shift: f32| mean_probability(&logits, shift);
        if logits.len() < MIN_REFERENCE || mean(0.0) <= self.model.wrong_confidence {
            return Calibration::default();
        }
        let (mut low, mut high) = (-LARGEST_SHIFT, 0.0);
        for _ in 0..BISECTIONS {
            let middle = f32::midpoint(low, high);
            if mean(middle) > self.model.wrong_confidence { high = middle } else { low = middle }
        }
        Calibration { intercept: low * CAUTION, ..Calibration::default() }
    }

    /// Mean confidence that the gate has in this corpus's wrong candidates before any calibration, 0..=1.
    ///
    /// # Errors
    /// [`IndexError`] when the index cannot be read.
    pub fn wrong_confidence(&self, corpus: &Corpus) -> Result<f32, IndexError> {
        let beside = self.ask_without_entry(corpus)?;
        let gate = &self.model.gate;
        let logit = |trial: &Trial| Some(trial.prospect.as_ref()?.logit(gate, &self.reference));
        let logits: Vec<f32> = beside.iter().filter_map(logit).collect();
        Ok(mean_probability(&logits, 0.0))
    }

    /// What wrong candidates of this corpus look like.
    #[must_use]
    pub fn own_reference(&self) -> &Reference {
        &self.reference
    }

    /// Whether the calibration rests on labelled questions rather than on similar ones.
    #[must_use]
    pub fn has_labelled_evidence(&self) -> bool {
        self.calibrated_on_labelled
    }

    /// Stored questions whose entry is taken out: whatever is found is wrong.
    fn ask_without_entry(&self, corpus: &Corpus) -> Result<Vec<Trial>, IndexError> {
        let trials = self.sample().into_par_iter().map(|at| {
            let stored = &self.questions[at as usize];
            let held_out = HeldOut { question: None, entry: Some(stored.entry) };
            self.trial(corpus, &self.terms(&stored.text), &held_out, (None, EvidenceKind::SimilarQuestions))
        });
        trials.collect()
    }

    /// Similar questions, each taken out while it is asked.
    fn ask_similar(&self, corpus: &Corpus) -> Result<Vec<Trial>, IndexError> {
        let similar = |at: &u32| self.questions[*at as usize].rank_in_entry > 0;
        let trials = self.sample().into_par_iter().filter(similar).map(|at| {
            let stored = &self.questions[at as usize];
            let held_out = HeldOut { question: Some(at), entry: None };
            let outcome = (Some(stored.entry), EvidenceKind::SimilarQuestions);
            self.trial(corpus, &self.terms(&stored.text), &held_out, outcome)
        });
        trials.collect()
    }

    /// Positions of at most [`SAMPLE`] stored questions, evenly spread.
    fn sample(&self) -> Vec<u32> {
        let asking = (0..).zip(&self.questions).filter(|(_, question)| !question.negative).map(|(at, _)| at);
        spread(asking.collect(), SAMPLE)
    }

    fn ask_cases(&self, corpus: &Corpus, cases: &[GoldenCase], kind: EvidenceKind) -> Result<Vec<Trial>, IndexError> {
        let everything = HeldOut { question: None, entry: None };
        let trials = cases.par_iter().map(|case| {
            let wanted = match &case.expect {
                GoldenExpectation::Entry(id) => corpus.position(id),
                GoldenExpectation::NoAnswer => None,
            };
            self.trial(corpus, &self.terms(&case.question), &everything, (wanted, kind))
        });
        trials.collect()
    }

    /// Entries with the very same answer are equally right.
    fn trial(
        &self,
        corpus: &Corpus,
        asked: &Terms,
        admission: &HeldOut,
        (wanted, kind): (Option<u32>, EvidenceKind),
    ) -> Result<Trial, IndexError> {
        let cosines = self.meanings.cosines(&self.meanings.meaning(&asked.normalized));
        let candidates = self.rank(asked, Some(&cosines), admission)?;
        let answer = |entry: u32| corpus.entries.get(entry as usize).map(|entry| &entry.answer);
        let right = |candidate: &Scored| wanted.is_some_and(|wanted| answer(candidate.entry) == answer(wanted));
        let row = EvidenceRow {
            confidence: 0.0,
            right: candidates.first().is_some_and(right),
            among_suggested: candidates.iter().take(SUGGESTED).any(right),
            in_scope: wanted.is_some(),
            kind,
        };
        Ok(Trial { prospect: Prospect::of(&candidates, asked.normalized.chars().count(), self.stand_in()), row })
    }

    /// The gate's logit of each trial's best candidate; `None` without a candidate.
    fn logits(&self, trials: Vec<Trial>) -> Vec<(Option<f32>, EvidenceRow)> {
        trials.into_iter().map(|trial| (self.logit(&trial), trial.row)).collect()
    }

    fn logit(&self, trial: &Trial) -> Option<f32> {
        Some(trial.prospect.as_ref()?.logit(&self.gate, &self.reference))
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most a few thousand")]
fn mean_probability(logits: &[f32], shift: f32) -> f32 {
    logits.iter().map(|logit| probability(logit + shift)).sum::<f32>() / logits.len().max(1) as f32
}

/// At most `limit` of the items, evenly spread.
fn spread<T>(items: Vec<T>, limit: usize) -> Vec<T> {
    let count = items.len();
    if count <= limit {
        return items;
    }
    // The item at `at` is taken when the number of items due rises there.
    items
        .into_iter()
        .enumerate()
        .filter(|(at, _)| at * limit / count != (at + 1) * limit / count)
        .map(|(_, item)| item)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_spread_evenly() {
        assert_eq!(spread(vec![1, 2, 3], 5), [1, 2, 3]);
        let some = spread((0..100).collect(), 10);
        assert_eq!(some.len(), 10);
        assert!(some.windows(2).all(|pair| pair[1] - pair[0] == 10), "{some:?}");
    }
}
