//! What the head of a spreadsheet's column means, however it is decorated: 【问题】, 問題：, 答案（500字以内）, *标准问(必填).

pub(in crate::corpus::read) use super::column_names::Field;
use super::column_names::NAMES;
use crate::corpus::channel::{channel_key, is_usual_channel};
use crate::text;

/// A recognised head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus::read) struct Column {
    pub(in crate::corpus::read) field: Field,
    /// The head carries a number (相似问1, 相似问2 …): each cell is one value and is not split.
    pub(in crate::corpus::read) numbered: bool,
    /// What the head says in brackets beside a number or a channel; empty where nothing.
    pub(in crate::corpus::read) remark: String,
}

/// What a message names as accepted; the shortest common forms, not the whole table.
pub(super) const ACCEPTED: &str = "问题列：标准问、问题、question、q；答案列：答案、回复、回答、answer、a；可选：编号、相似问（可编号 相似问1、相似问2）、反例、答案(微信)、分类、生效时间、失效时间、关联问题、启用";

/// Words of remarks that templates put in brackets behind a head; anything else short may be a channel.
const REMARKS: [&str; 36] = [
    "必填",
    "选填",
    "可选",
    "必须",
    "required",
    "optional",
    "单元格",
    "原文",
    "纯文本",
    "富文本",
    "文本",
    "支持",
    "不超过",
    "以内",
    "字数",
    "字符",
    "最多",
    "最长",
    "示例",
    "例如",
    "说明",
    "复制",
    "发给",
    "格式",
    "标准",
    "默认",
    "通用",
    "html",
    "markdown",
    "text",
    "中文",
    "内容",
    "问题",
    "答案",
    "多个",
    "分隔",
];

/// Longest head, in characters; what is longer is content.
const LONGEST_HEAD: usize = 100;

/// Longest name of a channel that is taken for one without being known.
const LONGEST_CHANNEL: usize = 12;

const OPENING: [char; 9] = ['(', '（', '[', '【', '〔', '［', '「', '《', '{'];
const CLOSING: [char; 9] = [')', '）', ']', '】', '〕', '］', '」', '》', '}'];

impl Column {
    /// What a head means; `None` where it is not known.
    pub(in crate::corpus::read) fn parse(head: &str) -> Option<Self> {
        if head.chars().nth(LONGEST_HEAD).is_some() {
            return None;
        }
        let lower = bare(&head.to_lowercase()).to_owned();
        let (base, bracket) = split_bracket(&lower);
        let (base, bracket) = (bare(base), bracket.trim());
        let bracket_number = !bracket.is_empty() && bracket.bytes().all(|b| b.is_ascii_digit());
        let remark = if bracket_number { String::new() } else { bracket.to_owned() };
        if let Some((field, numbered)) = by_name(base) {
            if field == Field::Answer && !bracket_number && names_channel(bracket) {
                return Some(Self::new(Field::ChannelAnswer(channel_key(bracket))));
            }
            return Some(Self { field, numbered: numbered || bracket_number, remark });
        }
        channel_answer(base).map(|channel| Self { remark, ..Self::new(Field::ChannelAnswer(channel)) })
    }

    pub(in crate::corpus::read) fn new(field: Field) -> Self {
        Self { field, numbered: false, remark: String::new() }
    }

    /// Whether the head says that a cell may be empty.
    pub(super) fn is_optional(&self) -> bool {
        ["选填", "可选", "非必填", "optional"].iter().any(|word| self.remark.contains(word))
    }

    /// Whether the head says that cells are to be taken as they are, without conventions of any product.
    pub(super) fn is_verbatim(&self) -> bool {
        self.remark.starts_with(VERBATIM)
    }

    /// Whether the head says that `##` stands between several values.
    pub(super) fn separates_by_hashes(&self) -> bool {
        self.remark.contains("##")
    }
}

/// The remark behind a head whose cells are to be taken as they are.
pub(in crate::corpus) const VERBATIM: &str = "原文";

/// Whether a head is read as the answer column of exactly this channel.
pub(in crate::corpus) fn reads_as_channel(head: &str, channel: &str) -> bool {
    Column::parse(head).is_some_and(|column| column.field == Field::ChannelAnswer(channel.to_owned()))
}

/// Without blanks, marks and an ordinal around it.
fn bare(head: &str) -> &str {
    let marks = |c: char| c.is_whitespace() || "*＊★☆●#＃:：.。,，、?？!！\"'“”".contains(c);
    let trimmed = head.trim_matches(marks);
    let unnumbered = trimmed.trim_start_matches(|c: char| c.is_ascii_digit());
    match unnumbered.strip_prefix(['.', '、', ')', '．', '）']) {
        Some(rest) if unnumbered.len() < trimmed.len() => rest.trim_matches(marks),
        _ => trimmed,
    }
}

/// Name and bracket of a head; a head that is one bracket is its name.
fn split_bracket(head: &str) -> (&str, &str) {
    let Some(open) = head.find(OPENING) else { return (head, "") };
    let (base, rest) = head.split_at(open);
    let mut inside = rest.chars();
    inside.next();
    let inside = inside.as_str();
    if !base.trim().is_empty() {
        let end = inside.rfind(CLOSING).unwrap_or(inside.len());
        return (base, inside.get(..end).unwrap_or_default());
    }
    let (first, behind) = inside.split_once(CLOSING).unwrap_or((inside, ""));
    if behind.trim().is_empty() { (first, "") } else { (behind, first) }
}

/// Whether a bracket behind an answer's head names the channel the answer is for.
fn names_channel(bracket: &str) -> bool {
    let key = channel_key(bracket);
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let remark = ["a", "q"].contains(&key.as_str()) || REMARKS.iter().any(|word| key.contains(word));
    is_usual_channel(&key) || (plain && !remark && key.chars().count() <= LONGEST_CHANNEL)
}

/// The field a plain or numbered name stands for.
fn by_name(name: &str) -> Option<(Field, bool)> {
    let simplified = text::normalize(name);
    let plain: String = simplified.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-')).collect();
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
    let simplified = text::normalize(name);
    ["答案", "回复", "回答", "话术"].iter().find_map(|suffix| {
        let key = channel_key(simplified.strip_suffix(suffix)?);
        is_usual_channel(&key).then_some(key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_heads_in_use() {
        let rows = [
            ("标准问", Field::Question, false),
            (" Question ", Field::Question, false),
            ("question2", Field::Question, true), // QnABot's workbook
            ("q", Field::Question, false),
            ("*标准问题（必填）", Field::Question, false), // a template's marks
            ("【问题】", Field::Question, false),
            ("問題：", Field::Question, false),
            ("1、问题", Field::Question, false),
            ("问题（Q）", Field::Question, false),
            ("问题描述", Field::Question, false),
            ("标题", Field::Title, false),
            ("相似问法", Field::Similar, false),
            ("相似問", Field::Similar, false),
            ("相似问 12", Field::Similar, true),
            ("相似问题(3)", Field::Similar, true),
            ("similar_questions", Field::Similar, false),
            ("反例问题", Field::Negative, false), // WeKnora
            ("机器人回答(必填-多个用##分隔)", Field::Answer, false),
            ("分段内容（必填，问题答案，最长不超过4096个字符）", Field::Answer, false), // MaxKB
            ("答案（A）", Field::Answer, false),
            ("答案（500字以内）", Field::Answer, false),
            ("答案(纯文本)", Field::Answer, false),
            ("标准答案（可直接复制发给客户）", Field::Answer, false),
            ("【答案】", Field::Answer, false),
            ("解答话术", Field::Answer, false),
            ("解决方案", Field::Answer, false),
            ("答案(微信)", Field::ChannelAnswer("wechat".into()), false),
            ("答案（SMS）", Field::ChannelAnswer("sms".into()), false),
            ("答案(门店)", Field::ChannelAnswer("门店".into()), false),
            ("短信答案", Field::ChannelAnswer("sms".into()), false),
            ("answer_wechat", Field::ChannelAnswer("wechat".into()), false),
            ("答案:必填", Field::ChannelAnswer("必填".into()), false),
            ("QnaId", Field::Id, false), // QnA Maker
            ("valid_from", Field::ValidFrom, false),
            ("上架時間", Field::ValidFrom, false),
            ("下架时间", Field::ValidUntil, false),
            ("失效时间", Field::ValidUntil, false),
            ("关联问题", Field::Related, false),
            ("标签(必填)", Field::Tag, false),
            ("二级分类", Field::Category, false),
            ("是否停用(选填-默认FALSE)", Field::Disabled, false),
        ];
        for (head, field, numbered) in rows {
            let found = Column::parse(head).map(|column| (column.field, column.numbered));
            assert_eq!(found, Some((field, numbered)), "{head}");
        }
    }

    #[test]
    fn does_not_guess_at_others() {
        // a remark, two of WeKnora's switches, a number, an answer nobody defined a channel for, marks alone
        for head in ["备注", "是否全部回复", "是否禁止被推荐", "2", "", "满意答案", "（）", "序号", "："]
        {
            assert_eq!(Column::parse(head), None, "{head}");
        }
    }

    #[test]
    fn remarks_say_how_cells_are_meant() {
        let column = |head| Column::parse(head).unwrap();
        assert!(column("问题（选填，单元格内一行一个）").is_optional());
        assert!(column("机器人回答(必填-多个用##分隔)").separates_by_hashes());
        assert!(column("答案（原文）").is_verbatim());
        assert!(!column("答案").is_optional());
    }
}
