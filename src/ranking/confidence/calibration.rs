//! Per-corpus calibration: where a corpus has enough labelled or similar questions, the gate's log-odds are rescaled to
//! fit them.
//!
//! The shipped gate was fitted on one corpus; how often its leader is right differs from corpus to corpus. Platt scaling
//! (Platt 1999) on questions of the corpus itself mends scale and offset and leaves the order as it is.

use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};
use serde::Serialize;

/// Fewer questions than this say too little; the shipped calibration stays.
pub const MIN_ROWS: usize = 200;
/// Fewer right or fewer wrong ones than this leave the slope open.
pub const MIN_EACH: usize = 30;

/// Maps the gate's logit to the logit of the confidence: `slope · logit + intercept`, slope above 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Calibration {
    pub slope: f32,
    pub intercept: f32,
    /// Questions behind it; 0 for the shipped calibration, which may be lowered all the same.
    pub rows: usize,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { slope: 1.0, intercept: 0.0, rows: 0 }
    }
}

impl Calibration {
    /// Fits on the gate's logit of each question's best candidate and whether that was right. `None` where the
    /// evidence is too little or would turn the order round.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "stored as the f32 it is used as")]
    pub fn fit(evidence: &[(f32, bool)]) -> Option<Self> {
        let right = evidence.iter().filter(|(_, right)| *right).count();
        if evidence.len() < MIN_ROWS || right < MIN_EACH || evidence.len() - right < MIN_EACH {
            return None;
        }
        let logits: Vec<f64> = evidence.iter().map(|(logit, _)| f64::from(*logit)).collect();
        let x = Array2::from_shape_vec((evidence.len(), 1), logits).ok()?;
        let y = Array1::from_iter(evidence.iter().map(|(_, right)| *right));
        let fitted = LogisticRegression::default().alpha(1e-3).fit(&linfa::DatasetBase::new(x, y)).ok()?;
        let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
        let slope = (sign * fitted.params().first()?) as f32;
        let intercept = (sign * fitted.intercept()) as f32;
        (slope > 0.0 && slope.is_finite() && intercept.is_finite()).then_some(Self {
            slope,
            intercept,
            rows: evidence.len(),
        })
    }

    /// The calibrated logit.
    #[must_use]
    pub fn apply(&self, logit: f32) -> f32 {
        self.slope * logit + self.intercept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 600 questions whose true log-odds are `2 · logit − 1`, drawn by a fixed sequence.
    fn evidence() -> Vec<(f32, bool)> {
        // The finaliser of MurmurHash3: neighbouring numbers draw independently.
        let draw = |at: u32| {
            let mixed = (at ^ (at >> 16)).wrapping_mul(0x85eb_ca6b);
            let mixed = (mixed ^ (mixed >> 13)).wrapping_mul(0xc2b2_ae35);
            f32::from(u16::try_from((mixed ^ (mixed >> 16)) >> 16).unwrap()) / 65_536.0
        };
        (0..600_u32)
            .map(|at| {
                let logit = (draw(at) - 0.5) * 4.0;
                let truth = 1.0 / (1.0 + (1.0 - 2.0 * logit).exp());
                (logit, draw(at + 7_919) < truth)
            })
            .collect()
    }

    #[test]
    fn finds_scale_and_offset() {
        let found = Calibration::fit(&evidence()).unwrap();
        assert!((found.slope - 2.0).abs() < 0.4, "{found:?}");
        assert!((found.intercept + 1.0).abs() < 0.3, "{found:?}");
    }

    #[test]
    fn declines_thin_or_contrary_evidence() {
        assert_eq!(Calibration::fit(&evidence()[..MIN_ROWS - 1]), None);
        let all_right: Vec<_> = evidence().into_iter().map(|(logit, _)| (logit, true)).collect();
        assert_eq!(Calibration::fit(&all_right), None);
        let contrary: Vec<_> = evidence().into_iter().map(|(logit, right)| (-logit, right)).collect();
        assert_eq!(Calibration::fit(&contrary), None);
    }
}
