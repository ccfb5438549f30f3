//! What a column or a field of a ticket file is called, and which part of a ticket it holds.

use rapidfuzz::distance::damerau_levenshtein;

use super::label::LabelField;

/// Edits within which a field is taken for a misspelt column.
const MOST_EDITS: usize = 2;

/// The part of a ticket that a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TicketColumn {
    Title,
    Text,
    Label,
    Channel,
    CustomerTier,
}

/// Every column.
pub(super) const COLUMNS: [TicketColumn; 5] =
    [TicketColumn::Title, TicketColumn::Text, TicketColumn::Label, TicketColumn::Channel, TicketColumn::CustomerTier];

impl TicketColumn {
    /// Its names in lower case, where the label is this. Where a file has several names of one column the first in the
    /// list counts: `技能组` before `类别`.
    fn names(self, label: LabelField) -> &'static [&'static str] {
        match self {
            Self::Title => &["title", "subject", "标题", "主题", "工单标题"],
            Self::Text => {
                &["text", "content", "body", "内容", "正文", "文本", "工单内容", "留言内容", "留言", "描述", "问题"]
            }
            Self::Label => label.columns(),
            Self::Channel => &["channel", "渠道", "来源"],
            Self::CustomerTier => &["customer_tier", "tier", "会员等级", "客户等级", "等级"],
        }
    }
}

/// Where each of [`COLUMNS`] stands among these headers.
pub(super) fn find<'a>(headers: impl Iterator<Item = &'a str>, label: LabelField) -> [Option<usize>; COLUMNS.len()] {
    let headers: Vec<String> =
        headers.map(|header| header.trim().trim_start_matches('\u{feff}').to_lowercase()).collect();
    let names = |column: TicketColumn| column.names(label).iter();
    COLUMNS.map(|column| names(column).find_map(|name| headers.iter().position(|header| header == name)))
}

/// A header that is no column's name but nearly one of this column's, with the name that was meant.
pub(super) fn nearly<'a>(
    headers: impl Iterator<Item = &'a str>,
    column: TicketColumn,
    label: LabelField,
) -> Option<(&'a str, &'static str)> {
    let known = |header: &str| COLUMNS.iter().any(|column| column.names(label).contains(&header));
    let near = |header: &'a str| {
        let lower = header.trim().to_lowercase();
        if known(&lower) {
            return None;
        }
        let edits = |name: &str| damerau_levenshtein::distance(lower.chars(), name.chars());
        let found = column.names(label).iter().map(|name| (edits(name), *name)).min()?;
        // Half of a name must be right: every name of two characters is near every other.
        (found.0 <= MOST_EDITS && 2 * found.0 < found.1.chars().count()).then_some((found.0, header, found.1))
    };
    headers.filter_map(near).min().map(|(_, header, name)| (header, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_their_own_order_and_the_best_name_counts() {
        for (at, column) in COLUMNS.into_iter().enumerate() {
            assert_eq!(column as usize, at);
        }
        let headers = ["序号", "类别", " Text ", "技能组", "是否投诉"];
        for (field, label) in
            [(LabelField::SkillGroup, Some(3)), (LabelField::Complaint, Some(4)), (LabelField::Priority, None)]
        {
            assert_eq!(find(headers.into_iter(), field), [None, Some(2), label, None, None], "{field:?}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_told_from_another_field() {
        let label = |header| nearly([header].into_iter(), TicketColumn::Label, LabelField::SkillGroup);
        assert_eq!(label("lable"), Some(("lable", "label")));
        assert_eq!(label("Skill_Gruop"), Some(("Skill_Gruop", "skill_group")));
        assert_eq!([label("text"), label("编号"), label("order")], [None; 3]);
    }
}
