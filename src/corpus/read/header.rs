//! What a spreadsheet's column means: one table of the headers in use, Chinese and English, of the usual products.

use crate::corpus::channel::{channel_key, is_usual_channel};

/// The part of an entry that a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Number,
    Question,
    Similar,
    Negative,
    Answer,
    ChannelAnswer(String),
    Category,
    ValidFrom,
    ValidUntil,
    ExpiredAnswer,
    NotYetAnswer,
    Related,
    Enabled,
    Disabled,
}

/// A recognised header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) field: Field,
    /// The header carries a number (相似问1, 相似问2 …): each cell is one value and is not split.
    pub(super) numbered: bool,
}

/// Headers by meaning, lower case, without blanks, hyphens and underscores.
const NAMES: [(Field, &[&str]); 14] = [
    (
        Field::Id,
        &[
            "id",
            "编号",
            "知识编号",
            "知识id",
            "条目编号",
            "条目id",
            "问题编号",
            "问题id",
            "标准问id",
            "qid",
            "qnaid",
            "faqid",
            "key",
        ],
    ),
    (Field::Number, &["数字编号", "数字id", "number"]),
    (
        Field::Question,
        &[
            "标准问",
            "标准问题",
            "标准问法",
            "标准问句",
            "问题",
            "问法",
            "问句",
            "提问",
            "主问题",
            "用户问题",
            "知识标题",
            "question",
            "questions",
            "standard",
            "standardquestion",
            "q",
            "post",
            "intent",
            "query",
        ],
    ),
    (
        Field::Similar,
        &[
            "相似问",
            "相似问题",
            "相似问法",
            "相似问句",
            "相似说法",
            "相似",
            "扩展问",
            "扩展问题",
            "扩展问法",
            "同义问",
            "同义问题",
            "其他问法",
            "更多问法",
            "similar",
            "similarquestion",
            "similarquestions",
            "alternate",
            "alternatequestion",
            "alternatequestions",
            "extended",
            "extendedquestions",
            "variants",
            "indexes",
        ],
    ),
    (
        Field::Negative,
        &[
            "反例",
            "反例问题",
            "反例问",
            "负例",
            "排除问",
            "排除问法",
            "negative",
            "negatives",
            "negativequestion",
            "negativequestions",
        ],
    ),
    (
        Field::Answer,
        &[
            "答案",
            "标准答案",
            "默认答案",
            "答案内容",
            "回复",
            "回复内容",
            "机器人回答",
            "回答",
            "回答内容",
            "答复",
            "应答",
            "分段内容",
            "answer",
            "answers",
            "a",
            "reply",
            "response",
        ],
    ),
    (
        Field::Category,
        &[
            "分类",
            "分类名称",
            "知识分类",
            "所属分类",
            "问题分类",
            "类目",
            "类别",
            "目录",
            "category",
            "categories",
            "topic",
            "tagname",
        ],
    ),
    (
        Field::ValidFrom,
        &[
            "生效时间",
            "生效日期",
            "开始时间",
            "开始日期",
            "有效期起",
            "有效期开始",
            "上线时间",
            "validfrom",
            "start",
            "starttime",
            "startdate",
            "effectivefrom",
        ],
    ),
    (
        Field::ValidUntil,
        &[
            "失效时间",
            "失效日期",
            "结束时间",
            "结束日期",
            "有效期止",
            "有效期至",
            "有效期结束",
            "截止时间",
            "截止日期",
            "过期时间",
            "到期时间",
            "下线时间",
            "validuntil",
            "validto",
            "end",
            "endtime",
            "enddate",
            "expires",
        ],
    ),
    (
        Field::ExpiredAnswer,
        &["过期后答案", "过期答案", "过期话术", "失效后答案", "失效答案", "失效话术", "expiredanswer"],
    ),
    (Field::NotYetAnswer, &["未生效答案", "生效前答案", "未生效话术", "生效前话术", "notyetanswer"]),
    (
        Field::Related,
        &[
            "关联问题",
            "关联问",
            "关联知识",
            "关联id",
            "关联",
            "相关问题",
            "相关问",
            "related",
            "relatedids",
            "relatedquestions",
        ],
    ),
    (
        Field::Enabled,
        &["启用", "是否启用", "启用状态", "状态", "是否有效", "enabled", "enable", "isenabled", "active", "status"],
    ),
    (Field::Disabled, &["停用", "是否停用", "禁用", "是否禁用", "disabled", "disable", "isdisabled"]),
];

/// What a message names as accepted; the shortest common forms, not the whole table.
pub(super) const ACCEPTED: &str = "问题列：标准问、问题、question、q；答案列：答案、回复、回答、answer、a；可选：编号、相似问（可编号 相似问1、相似问2）、反例、答案(微信)、分类、生效时间、失效时间、关联问题、启用";

/// Remarks that templates put in brackets behind a header.
const REMARKS: [&str; 7] = ["必填", "选填", "可选", "必须", "required", "optional", "单元格"];

impl Column {
    /// What a header means; `None` where it is not known.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let lower = header.trim().trim_matches(['*', '＊']).trim().to_lowercase().replace('（', "(").replace('）', ")");
        let (base, bracket) = match lower.split_once('(') {
            Some((base, rest)) => (base.trim(), rest.trim_end_matches(')').trim()),
            None => (lower.as_str(), ""),
        };
        let is_remark = bracket.is_empty() || REMARKS.iter().any(|remark| bracket.starts_with(remark));
        let bracket_number = !bracket.is_empty() && bracket.bytes().all(|b| b.is_ascii_digit());
        if let Some((field, numbered)) = by_name(base) {
            if field == Field::Answer && !is_remark && !bracket_number {
                return Some(Self { field: Field::ChannelAnswer(channel_key(bracket)), numbered: false });
            }
            return Some(Self { field, numbered: numbered || bracket_number });
        }
        channel_answer(base).map(|channel| Self { field: Field::ChannelAnswer(channel), numbered: false })
    }
}

/// Whether a header is read as the answer column of exactly this channel.
pub(in crate::corpus) fn reads_as_channel(header: &str, channel: &str) -> bool {
    Column::parse(header).is_some_and(|column| column.field == Field::ChannelAnswer(channel.to_owned()))
}

/// The field a plain or numbered name stands for.
fn by_name(name: &str) -> Option<(Field, bool)> {
    let plain: String = name.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-')).collect();
    let find = |wanted: &str| NAMES.iter().find(|(_, names)| names.contains(&wanted)).map(|(field, _)| field.clone());
    if let Some(field) = find(&plain) {
        return Some((field, false));
    }
    let stem = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    if stem.len() == plain.len() {
        return None;
    }
    find(stem).map(|field| (field, true))
}

/// The channel of `answer_wechat`, `答案:微信` or `微信答案`.
fn channel_answer(name: &str) -> Option<String> {
    if let Some((base, channel)) = name.split_once(['_', '-', ':', '：', '.'])
        && matches!(by_name(base), Some((Field::Answer, false)))
        && !channel.trim().is_empty()
    {
        return Some(channel_key(channel));
    }
    ["答案", "回复", "回答"].iter().find_map(|suffix| {
        let key = channel_key(name.strip_suffix(suffix)?);
        is_usual_channel(&key).then_some(key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_headers_in_use() {
        let rows = [
            ("标准问", Field::Question, false),
            (" Question ", Field::Question, false),
            ("question2", Field::Question, true), // QnABot's workbook
            ("q", Field::Question, false),
            ("*标准问题（必填）", Field::Question, false), // a template's marks
            ("相似问法", Field::Similar, false),
            ("相似问 12", Field::Similar, true),
            ("相似问题(3)", Field::Similar, true),
            ("similar_questions", Field::Similar, false),
            ("反例问题", Field::Negative, false), // WeKnora
            ("机器人回答", Field::Answer, false),
            ("分段内容（必填，问题答案）", Field::Answer, false), // MaxKB
            ("答案(微信)", Field::ChannelAnswer("wechat".into()), false),
            ("答案（SMS）", Field::ChannelAnswer("sms".into()), false),
            ("短信答案", Field::ChannelAnswer("sms".into()), false),
            ("answer_wechat", Field::ChannelAnswer("wechat".into()), false),
            ("QnaId", Field::Id, false), // QnA Maker
            ("valid_from", Field::ValidFrom, false),
            ("失效时间", Field::ValidUntil, false),
            ("关联问题", Field::Related, false),
            ("是否停用", Field::Disabled, false),
        ];
        for (header, field, numbered) in rows {
            assert_eq!(Column::parse(header), Some(Column { field, numbered }), "{header}");
        }
    }

    #[test]
    fn does_not_guess_at_others() {
        // a remark, two of WeKnora's switches, a number, an answer nobody defined a channel for
        for header in ["备注", "是否全部回复", "是否禁止被推荐", "2", "", "满意答案"] {
            assert_eq!(Column::parse(header), None, "{header}");
        }
    }
}
