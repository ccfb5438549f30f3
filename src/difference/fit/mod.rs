//! Fits the judgement of differences on written pairs: what to learn from, a linear model, boosted trees.
//!
//! Deterministic: the same pairs give the same file. Decides nothing at run time.

mod logistic;
pub mod pairs;
mod trees;

use super::features::{FEATURES, Feature, Features};
use super::model::{DIFFERENCE_FORMAT, DifferenceModel};

/// Bound set by `z`; chosen by hand beside what it lets through and holds back on written near misses and rewordings
/// (0.086 of the near misses and 0.55 of the rewordings answered; 0.075 and 0.52 with a slope of 2, 0.106 and 0.59 with an
/// offset of 3) and the share answered on six other corpora, which a slope below 2 cuts.
const SLOPE: f32 = 3.0;
const OFFSET: f32 = 2.0;
const LIFT: f32 = 0.4;
/// A difference turns an answer into a suggestion and takes no suggestion away.
const FLOOR: f32 = -0.5;

/// One compared pair.
#[derive(Debug, Clone)]
pub struct Row {
    pub features: Features,
    /// Whether the stored question's answer answers the question asked.
    pub same: bool,
    /// How much the row counts.
    pub weight: f32,
}

/// Fits weights and trees on the rows.
#[must_use]
pub fn fit(rows: &[Row], encoder_version: &str) -> DifferenceModel {
    let linear = logistic::fit(rows);
    let (base, trees) = trees::fit(rows);
    DifferenceModel {
        format: DIFFERENCE_FORMAT,
        encoder_version: encoder_version.to_owned(),
        pairs: rows.len(),
        names: Feature::ALL.iter().map(|feature| feature.name().to_owned()).collect(),
        weights: linear.weights.to_vec(),
        intercept: linear.intercept,
        trees,
        base,
        slope: SLOPE,
        offset: OFFSET,
        floor: FLOOR,
        lift: LIFT,
    }
}

/// A linear model in the features as they are.
struct Linear {
    weights: [f32; FEATURES],
    intercept: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Same unless feature 3 is set; feature 5 is noise.
    fn rows() -> Vec<Row> {
        (0..400_u16)
            .map(|at| {
                let mut features = Features([0.0; FEATURES]);
                features.0[3] = f32::from(at % 3 == 0);
                features.0[5] = f32::from(at % 7) / 7.0;
                Row { features, same: at % 3 != 0 || at % 11 == 0, weight: 1.0 }
            })
            .collect()
    }

    #[test]
    fn learns_what_makes_a_difference_and_the_same_every_time() {
        let model = fit(&rows(), "test");
        let mut set = Features([0.0; FEATURES]);
        let clear = model.judge(&set);
        set.0[3] = 1.0;
        assert!(clear > 1.5 && model.judge(&set) < -1.0, "{clear} {}", model.judge(&set));
        assert_eq!(model, fit(&rows(), "test"));
        let json = serde_json::to_vec(&model).unwrap();
        assert!(DifferenceModel::from_json(&json, "test").is_ok());
    }
}
