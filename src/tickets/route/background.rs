//! How a company's own questions change what sounds like a complaint: one number, and what it does to a probability.

/// How a company's own questions change what sounds like a complaint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Background {
    /// What the odds of a complaint are multiplied with, above 0 and at most 1.
    odds: f64,
}

impl Background {
    /// Nothing of complaining in what is usually asked.
    pub(super) const SILENT: Self = Self { odds: 1.0 };

    /// What was found before; none for what cannot be odds to multiply with.
    pub(super) fn with_odds(odds: f64) -> Option<Self> {
        (odds > 0.0 && odds <= 1.0).then_some(Self { odds })
    }

    pub(super) fn odds(self) -> f64 {
        self.odds
    }

    /// The probability of a complaint before this background.
    pub(super) fn tell(self, complaint: f64) -> f64 {
        // The same bits where there is nothing to tell from.
        if self == Self::SILENT {
            return complaint;
        }
        complaint * self.odds / (1.0 - complaint + complaint * self.odds)
    }
}
