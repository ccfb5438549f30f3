//! The measures of routing in the order in which people read them.

use crate::evaluation::measure::{Measure, Unit};
use crate::tickets::RoutingQuality;

/// Every measure over all groups.
pub const MEASURES: [Measure<RoutingQuality>; 8] = [
    Measure::share("accuracy", "准确率", |m| Some(m.accuracy)),
    Measure { unit: Unit::Number, ..Measure::share("macro_f1", "宏平均 F1", |m| Some(m.macro_f1)) },
    Measure {
        unit: Unit::Number,
        more_is_better: Some(false),
        ..Measure::share("calibration_error", "校准误差 ECE", |m| Some(m.calibration_error))
    },
    Measure { more_is_better: None, ..Measure::share("routed", "直接分派比例", |m| Some(m.routed)) },
    Measure::share("routed_precision", "直接分派精度", |m| m.routed_precision),
    Measure::share("shortlist_coverage", "候选集含正确组", |m| Some(m.shortlist_coverage)),
    Measure {
        unit: Unit::Count,
        more_is_better: Some(false),
        ..Measure::share("shortlist_size", "候选集平均组数", |m| Some(m.shortlist_size))
    },
    Measure::share("coverage_at_95_precision", "95 % 精度下可分派比例", |m| m.coverage_at_95_precision),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::{JudgedTicket, measure};

    #[test]
    fn every_figure_is_listed_under_its_own_name() {
        let row = |truth, routed| JudgedTicket { truth, guess: 0, confidence: 0.8, routed, shortlist: vec![0] };
        let found = measure(&[row(0, true), row(0, false), row(1, false)], &["a".to_owned(), "b".to_owned()]);
        let json = serde_json::to_value(&found).unwrap();
        let mut names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        names.retain(|name| !["rows", "groups", "confusion"].contains(name));
        assert_eq!(names, MEASURES.map(|measure| measure.name), "the count and the parts by group aside");
        for measure in &MEASURES {
            assert_eq!((measure.of)(&found), json[measure.name].as_f64(), "{}", measure.name);
        }
    }
}
