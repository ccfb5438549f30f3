//! What a column or a field of a ticket file is called, and which part of a ticket it holds.

/// The part of a ticket that a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Title,
    Text,
    Label,
    Channel,
    CustomerTier,
}

/// Every column with its names in lower case. Where a file has several names of one column the first in this list
/// counts: `技能组` before `类别`.
pub(super) const COLUMNS: [(Column, &[&str]); 5] = [
    (Column::Title, &["title", "subject", "标题", "主题", "工单标题"]),
    (
        Column::Text,
        &["text", "content", "body", "内容", "正文", "文本", "工单内容", "留言内容", "留言", "描述", "问题"],
    ),
    (Column::Label, &["label", "skill_group", "group", "标签", "技能组", "组别", "分类", "类别"]),
    (Column::Channel, &["channel", "渠道", "来源"]),
    (Column::CustomerTier, &["customer_tier", "tier", "会员等级", "客户等级", "等级"]),
];

impl Column {
    /// The name in JSON Lines, for messages.
    pub(super) fn name(self) -> &'static str {
        COLUMNS[self as usize].1[0]
    }
}

/// Where each of [`COLUMNS`] stands among these headers.
pub(super) fn find<'a>(headers: impl Iterator<Item = &'a str>) -> [Option<usize>; COLUMNS.len()] {
    let headers: Vec<String> =
        headers.map(|header| header.trim().trim_start_matches('\u{feff}').to_lowercase()).collect();
    COLUMNS.map(|(_, names)| names.iter().find_map(|name| headers.iter().position(|header| header == name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_their_own_order_and_the_best_name_counts() {
        for (at, (column, names)) in COLUMNS.into_iter().enumerate() {
            assert_eq!((column as usize, column.name()), (at, names[0]));
        }
        let found = find(["序号", "类别", " Text ", "技能组"].into_iter());
        assert_eq!(found, [None, Some(2), Some(3), None, None]);
    }
}
