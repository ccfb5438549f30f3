//! The measures of answers in the order in which people read them.

use super::quality::AnswerQuality;
use crate::evaluation::measure::{Measure, Unit};

/// Every measure.
pub const MEASURES: [Measure<AnswerQuality>; 10] = [
    Measure::share("recall_at_1", "首位命中 recall@1", |q| Some(q.recall_at_1)),
    Measure::share("recall_at_5", "前五命中 recall@5", |q| Some(q.recall_at_5)),
    Measure::share("recall_at_20", "候选命中 recall@20", |q| Some(q.recall_at_20)),
    Measure { unit: Unit::Number, ..Measure::share("mrr_at_10", "平均倒数排名 MRR@10", |q| Some(q.mrr_at_10)) },
    Measure::share("coverage_at_95_precision", "95 % 精度下可答比例", |q| Some(q.coverage_at_95_precision)),
    Measure {
        more_is_better: None,
        ..Measure::share("direct_answer_rate", "直接回答比例", |q| Some(q.direct_answer_rate))
    },
    Measure::share("direct_answer_precision", "直接回答精度", |q| q.direct_answer_precision),
    Measure::share("right_answer_suggested", "推荐里有正确答案", |q| Some(q.right_answer_suggested)),
    Measure {
        more_is_better: Some(false),
        ..Measure::share("out_of_scope_answered", "库外问题被直接回答", |q| q.out_of_scope_answered)
    },
    Measure {
        unit: Unit::Number,
        more_is_better: Some(false),
        ..Measure::share("calibration_error", "校准误差 ECE", |q| Some(q.calibration_error))
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_of_the_quality_is_listed_under_its_own_name() {
        let quality = AnswerQuality {
            questions: 480,
            out_of_scope: 160,
            recall_at_1: 0.1,
            recall_at_5: 0.2,
            recall_at_20: 0.3,
            mrr_at_10: 0.4,
            coverage_at_95_precision: 0.5,
            direct_answer_rate: 0.6,
            direct_answer_precision: Some(0.7),
            right_answer_suggested: 0.8,
            out_of_scope_answered: Some(0.9),
            calibration_error: 0.95,
        };
        let json = serde_json::to_value(quality.clone()).unwrap();
        let names: Vec<&String> = json.as_object().unwrap().keys().skip(2).collect();
        assert_eq!(names, MEASURES.map(|measure| measure.name), "the two counts come first");
        for measure in &MEASURES {
            assert_eq!((measure.of)(&quality), json[measure.name].as_f64(), "{}", measure.name);
        }
    }
}
