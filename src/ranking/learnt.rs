//! What a matcher learnt from its corpus's own questions, as a value and as bytes: asking them all and comparing them with
//! each other is most of what preparing costs, and of one corpus under the same models always comes to the same.
//!
//! Floats are kept as their bits, so that what is read is what was learnt. Knows the layout but reads and writes no file.

use serde::{Deserialize, Serialize};

use super::confidence::calibration::Calibration;
use super::confidence::model::Linear;
use super::confidence::reference::Reference;
use super::meaning::LearntMeaning;
use crate::policy::{EvidenceKind, EvidenceRow};

/// Gate, wrong candidates, calibration, evidence and comparison of all vectors of one corpus.
#[derive(Debug, Clone, PartialEq)]
pub struct Learnt {
    pub(super) gate: Linear,
    pub(super) reference: Reference,
    pub(super) calibration: Calibration,
    pub(super) calibrated_on_labelled: bool,
    pub(super) evidence: Vec<EvidenceRow>,
    /// What the router made of the same questions: odds by which it hears complaints. None where it was not asked.
    pub complaint_odds: Option<f64>,
    pub(super) meaning: LearntMeaning,
}

/// Why bytes hold nothing that may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotLearnt {
    /// Sound, but of another corpus, model or program.
    OfAnother,
    Damaged,
}

/// The layout: BLAKE3 of all that follows, in hexadecimal digits, and a line feed; JSON of this on one line; the whitening
/// and the crowding as 32-bit floats, the lowest byte first.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    stamp: String,
    gate_names: Vec<String>,
    gate_weights: Vec<u32>,
    gate_intercept: u32,
    reference: Vec<Vec<u32>>,
    slope: u32,
    intercept: u32,
    rows: usize,
    calibrated_on_labelled: bool,
    evidence: Vec<KeptRow>,
    complaint_odds: Option<u64>,
    /// How many of the floats are the whitening.
    whitening: usize,
}

/// Bits of the confidence; right, among the suggested, in scope; kind.
type KeptRow = (u64, [bool; 3], EvidenceKind);

impl Learnt {
    /// As bytes; `stamp` names all that it depends on.
    #[must_use]
    pub fn to_bytes(&self, stamp: &str) -> Vec<u8> {
        let bits = |values: &Vec<f32>| values.iter().map(|value| value.to_bits()).collect();
        let row =
            |row: &EvidenceRow| (row.confidence.to_bits(), [row.right, row.among_suggested, row.in_scope], row.kind);
        let kept = Kept {
            stamp: stamp.to_owned(),
            gate_names: self.gate.names.clone(),
            gate_weights: bits(&self.gate.weights),
            gate_intercept: self.gate.intercept.to_bits(),
            reference: self.reference.values().iter().map(bits).collect(),
            slope: self.calibration.slope.to_bits(),
            intercept: self.calibration.intercept.to_bits(),
            rows: self.calibration.rows,
            calibrated_on_labelled: self.calibrated_on_labelled,
            evidence: self.evidence.iter().map(row).collect(),
            complaint_odds: self.complaint_odds.map(f64::to_bits),
            whitening: self.meaning.whitening.len(),
        };
        let mut content = serde_json::to_vec(&kept).unwrap_or_default();
        content.push(b'\n');
        content
            .extend(self.meaning.whitening.iter().chain(&self.meaning.crowding).flat_map(|value| value.to_le_bytes()));
        let mut bytes = format!("{}\n", blake3::hash(&content).to_hex()).into_bytes();
        bytes.extend(content);
        bytes
    }

    /// Reads what [`Learnt::to_bytes`] wrote under the same stamp.
    ///
    /// # Errors
    /// Why it must be learnt again.
    pub fn from_bytes(bytes: &[u8], stamp: &str) -> Result<Self, NotLearnt> {
        let (digest, content) = bytes.split_at_checked(65).ok_or(NotLearnt::Damaged)?;
        if digest != format!("{}\n", blake3::hash(content).to_hex()).as_bytes() {
            return Err(NotLearnt::Damaged);
        }
        let end = content.iter().position(|byte| *byte == b'\n').unwrap_or(content.len());
        let (json, numbers) = content.split_at(end);
        // What an older program wrote may have another layout under a sound checksum.
        let kept: Kept = serde_json::from_slice(json).map_err(|_| NotLearnt::OfAnother)?;
        if kept.stamp != stamp {
            return Err(NotLearnt::OfAnother);
        }
        let (numbers, _) = numbers.get(1..).unwrap_or_default().as_chunks::<4>();
        let numbers: Vec<f32> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let (whitening, crowding) = numbers.split_at_checked(kept.whitening).ok_or(NotLearnt::OfAnother)?;
        let floats = |bits: Vec<u32>| -> Vec<f32> { bits.into_iter().map(f32::from_bits).collect() };
        let row = |(confidence, [right, among_suggested, in_scope], kind): KeptRow| EvidenceRow {
            confidence: f64::from_bits(confidence),
            right,
            among_suggested,
            in_scope,
            kind,
        };
        Ok(Self {
            gate: Linear {
                names: kept.gate_names,
                weights: floats(kept.gate_weights),
                intercept: f32::from_bits(kept.gate_intercept),
            },
            reference: Reference::from_values(kept.reference.into_iter().map(floats).collect()),
            calibration: Calibration {
                slope: f32::from_bits(kept.slope),
                intercept: f32::from_bits(kept.intercept),
                rows: kept.rows,
            },
            calibrated_on_labelled: kept.calibrated_on_labelled,
            evidence: kept.evidence.into_iter().map(row).collect(),
            complaint_odds: kept.complaint_odds.map(f64::from_bits),
            meaning: LearntMeaning { whitening: whitening.to_vec(), crowding: crowding.to_vec() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_bit_by_bit_or_not_at_all() {
        let row = EvidenceRow {
            confidence: 0.1 + 0.2,
            right: true,
            among_suggested: true,
            in_scope: false,
            kind: EvidenceKind::Golden,
        };
        let learnt = Learnt {
            gate: Linear { names: vec!["lead".into()], weights: vec![0.7], intercept: -2.1 },
            reference: Reference::from_values(vec![vec![0.1, f32::MIN_POSITIVE], Vec::new()]),
            calibration: Calibration { slope: 1.1, intercept: -0.3, rows: 7 },
            calibrated_on_labelled: true,
            evidence: vec![row, EvidenceRow { kind: EvidenceKind::SimilarQuestions, ..row }],
            complaint_odds: Some(0.3),
            // The bytes of a line feed among them.
            meaning: LearntMeaning { whitening: vec![f32::from_bits(0x0a0a_0a0a), -0.0], crowding: vec![0.25] },
        };
        let bytes = learnt.to_bytes("one");
        assert_eq!(Learnt::from_bytes(&bytes, "one"), Ok(learnt));
        assert_eq!(Learnt::from_bytes(&bytes, "other"), Err(NotLearnt::OfAnother));
        for at in [0, 64, 65, bytes.len() / 2, bytes.len() - 1] {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            assert_eq!(Learnt::from_bytes(&bad, "one"), Err(NotLearnt::Damaged), "byte {at}");
            assert_eq!(Learnt::from_bytes(&bytes[..at], "one"), Err(NotLearnt::Damaged), "cut at {at}");
        }
    }
}
