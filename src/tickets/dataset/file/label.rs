//! What is learnt of a ticket: which column holds it and what may stand there.
//!
//! Skill groups are called as their company likes; complaint and priority have the values of the API, whatever a file
//! writes for them.

/// What a model learns to tell of a ticket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LabelField {
    /// The skill group that should get it.
    #[default]
    SkillGroup,
    /// Whether it is a complaint: `true` or `false`.
    Complaint,
    /// How soon it must be handled: `normal`, `high` or `urgent`.
    Priority,
}

/// Values with the ways to write them, in lower case.
type Values = &'static [(&'static str, &'static [&'static str])];

const COMPLAINT: Values =
    &[("true", &["true", "是", "1", "yes", "y", "投诉"]), ("false", &["false", "否", "0", "no", "n", "非投诉"])];
const PRIORITY: Values = &[
    ("normal", &["normal", "普通", "一般", "正常"]),
    ("high", &["high", "高", "优先"]),
    ("urgent", &["urgent", "紧急", "加急"]),
];

impl LabelField {
    /// Every field, the usual first.
    pub const ALL: [Self; 3] = [Self::SkillGroup, Self::Complaint, Self::Priority];

    /// Its name on the command line and in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SkillGroup => "skill_group",
            Self::Complaint => "complaint",
            Self::Priority => "priority",
        }
    }

    /// The field of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Names of its column in lower case; the first in this list counts.
    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::SkillGroup => &["label", "skill_group", "group", "标签", "技能组", "组别", "分类", "类别"],
            Self::Complaint => &["complaint", "is_complaint", "投诉", "是否投诉"],
            Self::Priority => &["priority", "优先级", "紧急程度", "紧急度"],
        }
    }

    /// What it is called in messages.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::SkillGroup => "技能组",
            Self::Complaint => "是否投诉",
            Self::Priority => "优先级",
        }
    }

    /// The value that stands for what is written; an empty one stays empty.
    ///
    /// # Errors
    /// What may be written, where this may not.
    pub(super) fn value(self, written: String) -> Result<String, String> {
        let (values, shown) = match self {
            Self::SkillGroup => return Ok(written),
            Self::Complaint => (COMPLAINT, "true 或 false（是或否）"),
            Self::Priority => (PRIORITY, "normal、high 或 urgent（普通、高或紧急）"),
        };
        let lower = written.to_lowercase();
        let known = values.iter().find(|(_, ways)| ways.contains(&lower.as_str()));
        match known {
            Some((value, _)) => Ok((*value).to_owned()),
            None if written.is_empty() => Ok(written),
            None => Err(format!("{} 应为 {shown}，这里是“{written}”", self.name())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_api_however_written() {
        let value = |field: LabelField, written: &str| field.value(written.to_owned());
        for (field, written, expected) in [
            (LabelField::SkillGroup, "退款组", "退款组"),
            (LabelField::Complaint, "True", "true"),
            (LabelField::Complaint, "否", "false"),
            (LabelField::Priority, "紧急", "urgent"),
            (LabelField::Priority, "HIGH", "high"),
            (LabelField::Priority, "", ""), // whether it may be missing is asked elsewhere
        ] {
            assert_eq!(value(field, written).as_deref(), Ok(expected), "{written}");
        }
        assert!(value(LabelField::Priority, "P0").unwrap_err().contains("这里是“P0”"));
        assert!(LabelField::ALL.into_iter().all(|field| LabelField::named(field.name()) == Some(field)));
    }
}
