//! The measures in the order in which people read them: name, Chinese label, which way is better.

use crate::quality::AnswerQuality;

/// How a measure reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share in 0..=1, shown in percent.
    Share,
    /// A number in 0..=1, shown with three decimals.
    Number,
}

/// One measure of [`AnswerQuality`].
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// The field's name, in the JSON as well.
    pub name: &'static str,
    pub label: &'static str,
    pub unit: Unit,
    /// Whether more is better; `None` where it is neither good nor bad by itself.
    pub more_is_better: Option<bool>,
    /// `None` where nothing was there to measure.
    pub of: fn(&AnswerQuality) -> Option<f64>,
}

/// Every measure.
pub const MEASURES: [Measure; 10] = [
    share("recall_at_1", "首位命中 recall@1", |q| Some(q.recall_at_1)),
    share("recall_at_5", "前五命中 recall@5", |q| Some(q.recall_at_5)),
    share("recall_at_20", "候选命中 recall@20", |q| Some(q.recall_at_20)),
    Measure { unit: Unit::Number, ..share("mrr_at_10", "平均倒数排名 MRR@10", |q| Some(q.mrr_at_10)) },
    share("coverage_at_95_precision", "95 % 精度下可答比例", |q| Some(q.coverage_at_95_precision)),
    Measure {
        more_is_better: None, ..share("direct_answer_rate", "直接回答比例", |q| Some(q.direct_answer_rate))
    },
    share("direct_answer_precision", "直接回答精度", |q| q.direct_answer_precision),
    share("right_answer_suggested", "推荐里有正确答案", |q| Some(q.right_answer_suggested)),
    Measure {
        more_is_better: Some(false),
        ..share("out_of_scope_answered", "库外问题被直接回答", |q| q.out_of_scope_answered)
    },
    Measure {
        unit: Unit::Number,
        more_is_better: Some(false),
        ..share("calibration_error", "校准误差 ECE", |q| Some(q.calibration_error))
    },
];

const fn share(name: &'static str, label: &'static str, of: fn(&AnswerQuality) -> Option<f64>) -> Measure {
    Measure { name, label, unit: Unit::Share, more_is_better: Some(true), of }
}

impl Measure {
    /// A value as people read it; a dash where there is none.
    #[must_use]
    pub fn show(&self, value: Option<f64>) -> String {
        match (value, self.unit) {
            (None, _) => "–".to_owned(),
            (Some(value), Unit::Share) => format!("{:.1} %", value * 100.0),
            (Some(value), Unit::Number) => format!("{value:.3}"),
        }
    }

    /// A difference as people read it, with its sign.
    #[must_use]
    pub fn show_difference(&self, value: f64) -> String {
        match self.unit {
            Unit::Share => format!("{:+.1}", value * 100.0),
            Unit::Number => format!("{value:+.3}"),
        }
    }
}

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

    #[test]
    fn values_read_as_percent_or_number() {
        assert_eq!(MEASURES[0].show(Some(0.803)), "80.3 %");
        assert_eq!(MEASURES[3].show(Some(0.803)), "0.803");
        assert_eq!(MEASURES[6].show(None), "–");
        assert_eq!(
            (MEASURES[0].show_difference(0.012), MEASURES[3].show_difference(-0.012)),
            ("+1.2".to_owned(), "-0.012".to_owned())
        );
    }
}
