//! The learnt judgement of a difference: a linear model and boosted trees over named features, as numbers in JSON.
//!
//! Their mean is `z`, the log-odds that nothing that matters differs. It bounds the confidence from above; it never
//! raises it, and never takes away a suggestion.

use serde::{Deserialize, Serialize};

use super::features::{FEATURES, Feature, Features};

/// Format of the file.
pub(super) const DIFFERENCE_FORMAT: u32 = 1;

/// A node of a tree: a split, or a leaf where `feature` is [`LEAF`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Node(
    /// Feature compared, or [`LEAF`].
    pub u8,
    /// Least value that goes right; the leaf's log-odds.
    pub f32,
    /// Left child; the right one follows it.
    pub u16,
);

/// Marks a leaf.
pub(super) const LEAF: u8 = u8::MAX;

/// Weights and trees with the bound they set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DifferenceModel {
    pub format: u32,
    /// Encoder whose cosines the model expects.
    pub encoder_version: String,
    /// Written pairs it was fitted on.
    pub pairs: usize,
    pub names: Vec<String>,
    pub weights: Vec<f32>,
    pub intercept: f32,
    pub trees: Vec<Vec<Node>>,
    /// Log-odds of the trees before any split.
    pub base: f32,
    /// The bound is `slope · z + offset`, at least `floor`: log-odds of the confidence model.
    pub slope: f32,
    pub offset: f32,
    pub floor: f32,
    /// What the confidence model's log-odds gain before they are bounded: what the bound holds back had held it down.
    pub lift: f32,
}

/// Why a model file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DifferenceError {
    #[error("the difference model is not valid JSON")]
    Json(#[from] serde_json::Error),
    #[error("the difference model's {what} is {found}, this program needs {expected}")]
    Mismatch { what: &'static str, found: String, expected: String },
}

impl DifferenceModel {
    /// Reads and checks a model file.
    ///
    /// # Errors
    /// [`DifferenceError`] naming what is found and what is needed.
    pub fn from_json(bytes: &[u8], encoder_version: &str) -> Result<Self, DifferenceError> {
        let model: Self = serde_json::from_slice(bytes)?;
        let mismatch = |what, found: &str, expected: &str| {
            Err(DifferenceError::Mismatch { what, found: found.to_owned(), expected: expected.to_owned() })
        };
        if model.format != DIFFERENCE_FORMAT {
            return mismatch("format", &model.format.to_string(), &DIFFERENCE_FORMAT.to_string());
        }
        if model.encoder_version != encoder_version {
            return mismatch("encoder version", &model.encoder_version, encoder_version);
        }
        let expected: Vec<&str> = Feature::ALL.iter().map(|feature| feature.name()).collect();
        if model.names != expected || model.weights.len() != FEATURES {
            return mismatch("features", &model.names.join(","), &expected.join(","));
        }
        let numbers = [model.intercept, model.base, model.slope, model.offset, model.floor, model.lift];
        if !model.weights.iter().chain(&numbers).all(|number| number.is_finite())
            || !model.trees.iter().all(|tree| sound(tree))
        {
            return mismatch("numbers", "unusable", "finite weights and trees that end");
        }
        Ok(model)
    }

    /// Reads a file that ships, under whichever encoder it names.
    pub(super) fn embedded(bytes: &[u8]) -> Option<Self> {
        let version = serde_json::from_slice::<Self>(bytes).ok()?.encoder_version;
        Self::from_json(bytes, &version).ok()
    }

    /// Log-odds that nothing that matters differs.
    #[must_use]
    pub fn judge(&self, features: &Features) -> f32 {
        f32::midpoint(self.linear(features), self.boosted(features))
    }

    /// The most log-odds of confidence that a difference leaves.
    #[must_use]
    pub fn bound(&self, z: f32) -> f32 {
        (self.slope * z + self.offset).max(self.floor)
    }

    fn linear(&self, features: &Features) -> f32 {
        self.weights.iter().zip(&features.0).fold(self.intercept, |sum, (weight, value)| sum + weight * value)
    }

    fn boosted(&self, features: &Features) -> f32 {
        self.trees.iter().fold(self.base, |sum, tree| sum + walk(tree, features))
    }
}

fn walk(tree: &[Node], features: &Features) -> f32 {
    let mut at = 0_usize;
    while let Some(Node(feature, value, left)) = tree.get(at) {
        if *feature == LEAF {
            return *value;
        }
        let right = features.0.get(usize::from(*feature)).is_some_and(|own| own >= value);
        at = usize::from(*left) + usize::from(right);
    }
    0.0
}

/// Whether every walk ends at a leaf: children stand behind their parents and within the tree.
fn sound(tree: &[Node]) -> bool {
    tree.iter().enumerate().all(|(at, Node(feature, value, left))| {
        let split = usize::from(*feature) < FEATURES && usize::from(*left) > at && usize::from(*left) + 1 < tree.len();
        value.is_finite() && (*feature == LEAF || split)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> DifferenceModel {
        DifferenceModel {
            format: DIFFERENCE_FORMAT,
            encoder_version: "test".to_owned(),
            pairs: 1,
            names: Feature::ALL.iter().map(|feature| feature.name().to_owned()).collect(),
            weights: vec![0.0; FEATURES],
            intercept: 2.0,
            trees: vec![vec![Node(0, 0.5, 1), Node(LEAF, 1.0, 0), Node(LEAF, -3.0, 0)]],
            base: 0.5,
            slope: 2.0,
            offset: 2.0,
            floor: -0.5,
            lift: 0.5,
        }
    }

    #[test]
    fn the_mean_of_weights_and_trees_bounds_the_confidence() {
        let model = model();
        let mut features = Features([0.0; FEATURES]);
        assert!((model.judge(&features) - 1.75).abs() < 1e-6); // (2 + 0.5 + 1) / 2
        features.0[0] = 1.0;
        assert!((model.judge(&features) + 0.25).abs() < 1e-6); // (2 + 0.5 − 3) / 2
        assert!((model.bound(1.0) - 4.0).abs() < 1e-6 && (model.bound(-9.0) + 0.5).abs() < 1e-6);
    }

    #[test]
    fn refuses_other_features_encoders_and_endless_trees() {
        let json = |model: &DifferenceModel| serde_json::to_vec(model).unwrap();
        assert_eq!(DifferenceModel::from_json(&json(&model()), "test").unwrap(), model());
        let message = DifferenceModel::from_json(&json(&model()), "other").unwrap_err().to_string();
        assert_eq!(message, "the difference model's encoder version is test, this program needs other");
        let endless = DifferenceModel { trees: vec![vec![Node(0, 0.5, 0)]], ..model() };
        assert!(DifferenceModel::from_json(&json(&endless), "test").is_err());
        let mut renamed = model();
        renamed.names[0] = "magic".to_owned();
        assert!(DifferenceModel::from_json(&json(&renamed), "test").is_err());
    }
}
