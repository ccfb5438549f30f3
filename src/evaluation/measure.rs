//! How a measure reads: its name, its Chinese label, its unit, which way is better. What it measures is a function.

/// How a measure's value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share in 0..=1, shown in percent.
    Share,
    /// A number in 0..=1, shown with three decimals.
    Number,
    /// A mean count, shown with two decimals.
    Count,
}

/// One measure of a quality `Q`.
#[derive(Debug, Clone, Copy)]
pub struct Measure<Q> {
    /// The field's name, in the JSON as well.
    pub name: &'static str,
    pub label: &'static str,
    pub unit: Unit,
    /// Whether more is better; `None` where it is neither good nor bad by itself.
    pub more_is_better: Option<bool>,
    /// `None` where nothing was there to measure.
    pub of: fn(&Q) -> Option<f64>,
}

impl<Q> Measure<Q> {
    /// A measure that is a share, of which more is better; what differs is overwritten.
    pub(super) const fn share(name: &'static str, label: &'static str, of: fn(&Q) -> Option<f64>) -> Self {
        Self { name, label, unit: Unit::Share, more_is_better: Some(true), of }
    }

    /// A value as people read it; a dash where there is none.
    #[must_use]
    pub fn show(&self, value: Option<f64>) -> String {
        match (value, self.unit) {
            (None, _) => "–".to_owned(),
            (Some(value), Unit::Share) => format!("{:.1} %", value * 100.0),
            (Some(value), Unit::Number) => format!("{value:.3}"),
            (Some(value), Unit::Count) => format!("{value:.2}"),
        }
    }

    /// A difference as people read it, with its sign; shares in percentage points.
    #[must_use]
    pub fn show_difference(&self, value: f64) -> String {
        match self.unit {
            Unit::Share => format!("{:+.1}", value * 100.0),
            Unit::Number => format!("{value:+.3}"),
            Unit::Count => format!("{value:+.2}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_percent_number_or_count() {
        let share = Measure::<()>::share("s", "s", |()| None);
        let number = Measure { unit: Unit::Number, ..share };
        let count = Measure { unit: Unit::Count, ..share };
        assert_eq!([&share, &number, &count].map(|m| m.show(Some(0.803))), ["80.3 %", "0.803", "0.80"]);
        assert_eq!(share.show(None), "–");
        assert_eq!([&share, &number, &count].map(|m| m.show_difference(-0.012)), ["-1.2", "-0.012", "-0.01"]);
        assert_eq!(share.show_difference(0.012), "+1.2");
    }
}
