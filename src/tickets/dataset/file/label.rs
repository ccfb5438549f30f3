//! What is learnt of a ticket: which column holds it and what may stand there.
//!
//! Skill groups are called as their company likes; complaint, priority and manner have fixed values, whatever a file
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
    /// What kind of saying it is: `request`, `greeting`, `thanks` and eleven more.
    Manner,
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
const MANNER: Values = &[
    ("request", &["request", "诉求", "咨询"]),
    ("greeting", &["greeting", "问候"]),
    ("thanks", &["thanks", "感谢"]),
    ("goodbye", &["goodbye", "道别"]),
    ("ack", &["ack", "应答"]),
    ("who_are_you", &["who_are_you", "问身份"]),
    ("praise", &["praise", "表扬"]),
    ("solved", &["solved", "已解决"]),
    ("noise", &["noise", "无意义"]),
    ("chat", &["chat", "闲聊"]),
    ("auto_reply", &["auto_reply", "自动回复"]),
    ("want_human", &["want_human", "要人工"]),
    ("abuse", &["abuse", "辱骂"]),
    ("complaint", &["complaint", "投诉"]),
];

impl LabelField {
    /// Every field, the usual first.
    pub const ALL: [Self; 4] = [Self::SkillGroup, Self::Complaint, Self::Priority, Self::Manner];

    /// Its name on the command line and in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SkillGroup => "skill_group",
            Self::Complaint => "complaint",
            Self::Priority => "priority",
            Self::Manner => "manner",
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
            Self::Manner => &["manner", "语气"],
        }
    }

    /// What it is called in messages.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::SkillGroup => "技能组",
            Self::Complaint => "是否投诉",
            Self::Priority => "优先级",
            Self::Manner => "语气",
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
            Self::Manner => (
                MANNER,
                "request、greeting、thanks、goodbye、ack、who_are_you、praise、solved、noise、chat、auto_reply、want_human、\
                 abuse 或 complaint",
            ),
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
            (LabelField::Manner, "闲聊", "chat"),
            (LabelField::Priority, "", ""), // whether it may be missing is asked elsewhere
        ] {
            assert_eq!(value(field, written).as_deref(), Ok(expected), "{written}");
        }
        assert!(value(LabelField::Priority, "P0").unwrap_err().contains("这里是“P0”"));
        assert!(LabelField::ALL.into_iter().all(|field| LabelField::named(field.name()) == Some(field)));
    }
}
