//! What numbers count, as units say it. Reads nothing.

/// What a number counts. Only numbers of one class contradict each other; a bare number may be of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::difference) enum Class {
    Bare,
    Count,
    Time,
    Month,
    MonthDay,
    CalendarYear,
    Clock,
    OrdinalTime,
    Ordinal,
    Generation,
    Version,
    Tier,
    Period,
    Floor,
    Star,
    Number,
    Grade,
    Person,
    Age,
    Percent,
    Fold,
    Degree,
    Money,
    Data,
    Mega,
    Mass,
    Volume,
    Distance,
    Area,
    Score,
    Calorie,
    Power,
    Current,
    Dose,
}

impl Class {
    pub(in crate::difference) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "count" => Self::Count,
            "time" => Self::Time,
            "month" => Self::Month,
            "clock" => Self::Clock,
            "generation" => Self::Generation,
            "version" => Self::Version,
            "tier" => Self::Tier,
            "period" => Self::Period,
            "floor" => Self::Floor,
            "star" => Self::Star,
            "number" => Self::Number,
            "grade" => Self::Grade,
            "person" => Self::Person,
            "age" => Self::Age,
            "percent" => Self::Percent,
            "fold" => Self::Fold,
            "degree" => Self::Degree,
            "money" => Self::Money,
            "data" => Self::Data,
            "mega" => Self::Mega,
            "mass" => Self::Mass,
            "volume" => Self::Volume,
            "distance" => Self::Distance,
            "area" => Self::Area,
            "score" => Self::Score,
            "calorie" => Self::Calorie,
            "power" => Self::Power,
            "current" => Self::Current,
            "dose" => Self::Dose,
            _ => return None,
        })
    }

    /// Whether numbers of the two classes can be the same number: 第3代 is 三代 is V3.
    pub(in crate::difference) fn is_order(self) -> bool {
        matches!(
            self,
            Self::Generation
                | Self::Version
                | Self::Ordinal
                | Self::OrdinalTime
                | Self::Tier
                | Self::Number
                | Self::Star
                | Self::Floor
                | Self::Person
                | Self::Score
                | Self::Period
                | Self::Dose
                | Self::Grade
        )
    }

    /// Whether a new number of this class says which of several things is meant.
    pub(in crate::difference) fn singles_out(self) -> bool {
        matches!(
            self,
            Self::Generation
                | Self::Version
                | Self::Ordinal
                | Self::OrdinalTime
                | Self::CalendarYear
                | Self::Tier
                | Self::Floor
                | Self::Month
                | Self::Dose
                | Self::Grade
        )
    }
}
