//! What rows are told apart by, and its expression in SQL.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What rows are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    Hour,
    Day,
    /// Beginning on Monday.
    Week,
    Channel,
    SkillGroup,
    Category,
    FaqId,
    Decision,
    Reason,
    CustomerTier,
    InputType,
    CorpusVersion,
    ModelVersion,
    Key,
}

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 14] = [
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Channel,
        Self::SkillGroup,
        Self::Category,
        Self::FaqId,
        Self::Decision,
        Self::Reason,
        Self::CustomerTier,
        Self::InputType,
        Self::CorpusVersion,
        Self::ModelVersion,
        Self::Key,
    ];

    /// As the API writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Channel => "channel",
            Self::SkillGroup => "skill_group",
            Self::Category => "category",
            Self::FaqId => "faq_id",
            Self::Decision => "decision",
            Self::Reason => "reason",
            Self::CustomerTier => "customer_tier",
            Self::InputType => "input_type",
            Self::CorpusVersion => "corpus_version",
            Self::ModelVersion => "model_version",
            Self::Key => "key",
        }
    }

    /// The dimension of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }

    /// Its value in a row whose second is `second`, in a zone that is `offset` seconds ahead of UTC then; `column` where it
    /// is none of time.
    pub(super) fn expression(self, second: &str, offset: &str, column: &str) -> String {
        // A Thursday began the count of seconds; weeks begin four days later.
        let (unit, shift) = match self {
            Self::Hour => (3_600, 0),
            Self::Day => (86_400, 0),
            Self::Week => (7 * 86_400, 3 * 86_400),
            _ => return column.to_owned(),
        };
        let local = format!("({second} + {offset} + {shift})");
        format!("({local} / {unit} * {unit} - {shift})")
    }

    pub(super) fn shown(self, seconds: i64) -> String {
        let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
        if self == Self::Hour { moment.strftime("%Y-%m-%dT%H:00").to_string() } else { moment.date().to_string() }
    }

    pub(super) fn is_of_time(self) -> bool {
        matches!(self, Self::Hour | Self::Day | Self::Week)
    }
}
