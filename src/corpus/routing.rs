//! `routing.toml`: skill groups, what customers are told, and the ordered rules that win over the model.
//!
//! This file holds the checked form; reading and checking the TOML is in `load/routing_file.rs`.

use serde::{Deserialize, Serialize};

/// The routing side of a corpus. The default (no groups, no rules) is complete: groups come from the model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routing {
    pub groups: Vec<SkillGroup>,
    /// Tried in order; the first that matches wins.
    pub rules: Vec<RoutingRule>,
    /// Group id for customers who ask for a human without saying why; the model decides where `None`.
    pub default_group: Option<String>,
    /// Phrases that make a text a complaint; the built-in list where the file gives none.
    pub complaint_phrases: Vec<String>,
    /// Phrases that ask for a human; the built-in list where the file gives none.
    pub human_phrases: Vec<String>,
}

/// A team that handles tickets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillGroup {
    /// The label in the ticket sets and in the API.
    pub id: String,
    /// Chinese display name.
    pub name: String,
    /// The stations a ticket passes, first to last, for example 客服 → 仓库 → 财务 → 客服.
    #[serde(default)]
    pub flow: Vec<String>,
    /// What the customer is told happens next.
    #[serde(default)]
    pub promise: String,
    /// Share of the tickets routed to the group without review that must belong to it, in thousandths, 500..=999; the
    /// model's usual promise where `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<u16>,
}

/// One rule: every condition given must hold; what it sets wins over the model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingRule {
    /// Reported in `rule`; unique.
    pub name: String,
    /// Any of these customer tiers, lower case; empty means any tier.
    #[serde(default)]
    pub tiers: Vec<String>,
    /// Any of these channels, lower case; empty means any channel.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Any of these phrases, in normalised form, occurs in the normalised text; empty means any text.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Whether the text must be a complaint.
    #[serde(default)]
    pub complaint: bool,
    /// The group the model must have chosen; empty means any.
    #[serde(default)]
    pub predicted: Vec<String>,
    /// Group to assign; the model's choice stays where `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Priority to assign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
}

/// How soon a ticket must be handled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    #[default]
    Normal,
    High,
    Urgent,
}

impl Routing {
    /// The group with this id, if the file names it.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<&SkillGroup> {
        self.groups.iter().find(|group| group.id == id)
    }
}

/// Words of grievance that reach a human whatever else is said. Each names the act of complaining, its threat, or how the
/// customer was treated, so that neutral questions (投诉多久处理 aside, which a human should see as well) pass by.
pub const COMPLAINT_PHRASES: [&str; 70] = [
    "投诉",
    "12315",
    "12345",
    "消费者协会",
    "消协",
    "工商局",
    "市场监督管理局",
    "曝光你",
    "曝光他",
    "网上曝光",
    "找媒体",
    "找记者",
    "法院见",
    "起诉你",
    "告你们",
    "发律师函",
    "黑心商家",
    "黑店",
    "骗子公司",
    "骗子商家",
    "你们是骗子",
    "一群骗子",
    "欺骗消费者",
    "欺诈消费者",
    "坑人的",
    "太坑了",
    "店大欺客",
    "态度恶劣",
    "态度太差",
    "忍无可忍",
    "给个说法",
    "讨说法",
    "讨个说法",
    "要个说法",
    "要一个说法",
    "给我一个说法",
    "踢皮球",
    "推来推去",
    "没人理",
    "没有一个人负责",
    "服务太差",
    "态度差",
    "态度极差",
    "态度很差",
    "没素质",
    "向我道歉",
    "给我道歉",
    "必须道歉",
    "公开道歉",
    "书面道歉",
    "法庭见",
    "举报你们",
    "市监局",
    "打12378",
    "说话不算数",
    "承诺不算数",
    "对你们的处理",
    "强烈不满",
    "欺负老",
    "欺负人",
    "欺负消费者",
    "敷衍",
    "霸王条款",
    "你们领导",
    "你们经理",
    "无良商家",
    "垃圾客服",
    "垃圾公司",
    "垃圾平台",
    "受够了",
];

/// Ways to ask for a human, wherever they occur in the text.
pub const HUMAN_PHRASES: [&str; 18] = [
    "转人工",
    "转接人工",
    "转到人工",
    "接人工",
    "要人工",
    "找人工",
    "叫人工",
    "人工服务",
    "人工在吗",
    "换人工",
    "真人客服",
    "转客服",
    "不要机器人",
    "不想和机器人",
    "别用机器人",
    "找个真人",
    "要真人",
    "活人",
];

/// Texts that ask for a human when nothing else is said.
const BARE_REQUESTS: [&str; 6] = ["人工", "人工客服", "客服", "真人", "找客服", "我要客服"];

impl Routing {
    /// Whether normalised text is a complaint by its words.
    #[must_use]
    pub fn is_complaint(&self, normalized: &str) -> bool {
        contains_any(normalized, &self.complaint_phrases, &COMPLAINT_PHRASES)
    }

    /// Whether normalised text asks for a human.
    #[must_use]
    pub fn asks_for_human(&self, normalized: &str) -> bool {
        let key = crate::text::match_key(normalized);
        BARE_REQUESTS.contains(&key.as_str()) || contains_any(normalized, &self.human_phrases, &HUMAN_PHRASES)
    }
}

fn contains_any(text: &str, own: &[String], built_in: &[&str]) -> bool {
    if own.is_empty() {
        built_in.iter().any(|phrase| text.contains(phrase))
    } else {
        own.iter().any(|phrase| text.contains(phrase.as_str()))
    }
}
