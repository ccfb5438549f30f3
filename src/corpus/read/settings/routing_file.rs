//! `routing.toml` → groups and rules, every unknown key and contradiction reported with its line.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::corpus::Place;
use crate::corpus::channel::channel_key;
use crate::corpus::draft::{Findings, clean_line, clean_text};
use crate::corpus::read::node::{Node, Table, Value};
use crate::corpus::read::record::Reader;
use crate::corpus::read::spelling::unknown_key;
use crate::corpus::read::toml_file;
use crate::routing::{Priority, Routing, RoutingRule, SkillGroup};
use crate::text;

const TOP_FIELDS: [&str; 6] =
    ["group", "rule", "default_group", "default_promise", "complaint_phrases", "human_phrases"];
const GROUP_FIELDS: [&str; 6] = ["id", "name", "aliases", "flow", "promise", "precision"];
const RULE_FIELDS: [&str; 8] = ["name", "tier", "channel", "keyword", "complaint", "predicted", "group", "priority"];

/// The routing a file describes; what is wrong in it is an issue.
pub(in crate::corpus::read) fn read(file: &str, content: &str, findings: &mut Findings) -> Routing {
    let Some(document) = toml_file::parse(file, content, findings) else { return Routing::default() };
    let mut reading = Reading { file, findings, routing: Routing::default(), mentions: Vec::new() };
    for (key, line, node) in document {
        reading.top(&key, line, node);
    }
    reading.check_mentions();
    reading.routing
}

struct Reading<'a> {
    file: &'a str,
    findings: &'a mut Findings,
    routing: Routing,
    /// Group ids named outside their definition, with the line.
    mentions: Vec<(String, usize)>,
}

impl Reading<'_> {
    fn place(&self, line: usize) -> Place {
        Place::new(self.file, line)
    }

    fn issue(&mut self, line: usize, message: impl Into<String>) {
        let place = self.place(line);
        self.findings.issue(&place, message);
    }

    fn reader<'b>(&'b mut self, key: &'b str, line: usize) -> Reader<'b> {
        Reader { place: self.place(line), key, findings: self.findings }
    }

    fn top(&mut self, key: &str, line: usize, node: Node) {
        match key {
            "group" | "groups" => {
                let mut seen = BTreeMap::new();
                for (fields, line) in self.tables("group", node) {
                    if let Some(group) = self.group(fields, line) {
                        for name in std::iter::once(&group.id).chain(&group.aliases) {
                            self.once(&mut seen, name, line, "技能组 id");
                        }
                        self.routing.groups.push(group);
                    }
                }
            }
            "rule" | "rules" => {
                let mut seen = BTreeMap::new();
                for (fields, line) in self.tables("rule", node) {
                    if let Some(rule) = self.rule(fields, line) {
                        self.once(&mut seen, &rule.name, line, "规则名");
                        self.routing.rules.push(rule);
                    }
                }
            }
            "default_group" => {
                let id = clean_line(&self.reader(key, line).text(node));
                self.mentions.push((id.clone(), line));
                self.routing.default_group = Some(id).filter(|id| !id.is_empty());
            }
            "default_promise" => self.routing.default_promise = clean_text(&self.reader(key, line).text(node)),
            "complaint_phrases" => self.routing.complaint_phrases = self.phrases(key, line, node),
            "human_phrases" => self.routing.human_phrases = self.phrases(key, line, node),
            unknown => self.issue(line, unknown_key(unknown, &TOP_FIELDS, None)),
        }
    }

    fn once(&mut self, seen: &mut BTreeMap<String, usize>, name: &str, line: usize, what: &str) {
        if let Some(first) = seen.insert(name.to_owned(), line) {
            self.issue(line, format!("{what}“{name}”与第 {first} 行重复，请改名或删除一个"));
        }
    }

    fn tables(&mut self, key: &str, node: Node) -> Vec<(Table, usize)> {
        let Value::List(items) = node.value else {
            self.issue(node.line, format!("请写成 [[{key}]]（两层方括号），现在是{}", node.value.kind()));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            match item.value {
                Value::Table(fields) => tables.push((fields, item.line)),
                other @ (Value::Nothing | Value::Text(_) | Value::Bool(_) | Value::List(_)) => {
                    self.issue(item.line, format!("{key} 应为表，现在是{}", other.kind()));
                }
            }
        }
        tables
    }

    fn group(&mut self, fields: Table, line: usize) -> Option<SkillGroup> {
        let mut group = SkillGroup::default();
        for (key, at, node) in fields {
            match key.as_str() {
                "id" => group.id = clean_line(&self.reader(&key, at).text(node)),
                "name" => group.name = clean_line(&self.reader(&key, at).text(node)),
                "alias" | "aliases" => group.aliases = self.list(&key, at, node, str::to_owned),
                "flow" => group.flow = flow(&self.reader(&key, at).texts(node)),
                "promise" => group.promise = clean_text(&self.reader(&key, at).text(node)),
                "precision" => group.precision = self.precision(&key, at, node),
                unknown => self.issue(at, unknown_key(unknown, &GROUP_FIELDS, None)),
            }
        }
        if group.id.is_empty() {
            self.issue(line, "技能组缺少 id，请写上与工单标签一致的 id");
            return None;
        }
        if group.name.is_empty() {
            group.name.clone_from(&group.id);
        }
        Some(group)
    }

    /// A share such as 0.98, in thousandths.
    fn precision(&mut self, key: &str, line: usize, node: Node) -> Option<u16> {
        let given = clean_line(&self.reader(key, line).text(node));
        match given.parse::<f64>() {
            Ok(share) if (0.5..0.9995).contains(&share) => {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "500..=999")]
                let thousandths = (share * 1_000.0).round() as u16;
                Some(thousandths)
            }
            _ => {
                self.issue(line, format!("precision 应为 0.5 到 0.999 的小数，例如 0.98，现在是“{given}”"));
                None
            }
        }
    }

    fn rule(&mut self, fields: Table, line: usize) -> Option<RoutingRule> {
        let mut rule = RoutingRule::default();
        for (key, at, node) in fields {
            match key.as_str() {
                "name" => rule.name = clean_line(&self.reader(&key, at).text(node)),
                "tier" | "tiers" => rule.tiers = self.list(&key, at, node, |tier| tier.to_lowercase()),
                "channel" | "channels" => rule.channels = self.list(&key, at, node, channel_key),
                "keyword" | "keywords" => rule.keywords = self.phrases(&key, at, node),
                "complaint" => rule.complaint = self.reader(&key, at).yes(node).unwrap_or(false),
                "predicted" => {
                    rule.predicted = self.list(&key, at, node, str::to_owned);
                    self.mentions.extend(rule.predicted.iter().map(|id| (id.clone(), at)));
                }
                "group" => {
                    let id = clean_line(&self.reader(&key, at).text(node));
                    self.mentions.push((id.clone(), at));
                    rule.group = Some(id).filter(|id| !id.is_empty());
                }
                "priority" => rule.priority = self.priority(at, node),
                unknown => self.issue(at, unknown_key(unknown, &RULE_FIELDS, None)),
            }
        }
        self.check_rule(rule, line)
    }

    fn check_rule(&mut self, rule: RoutingRule, line: usize) -> Option<RoutingRule> {
        if rule.name.is_empty() {
            self.issue(line, "规则缺少 name，请起一个名字，命中时会报告它");
            return None;
        }
        let conditions = [&rule.tiers, &rule.channels, &rule.keywords, &rule.predicted];
        if !rule.complaint && conditions.iter().all(|list| list.is_empty()) {
            self.issue(
                line,
                format!(
                    "规则“{}”没有条件，会命中所有工单，请写 tier、channel、keyword、complaint 或 predicted",
                    rule.name
                ),
            );
        }
        if rule.group.is_none() && rule.priority.is_none() {
            self.issue(line, format!("规则“{}”什么都不设置，请写 group 或 priority", rule.name));
        }
        Some(rule)
    }

    fn list(&mut self, key: &str, line: usize, node: Node, form: fn(&str) -> String) -> Vec<String> {
        let texts = self.reader(key, line).texts(node);
        unique(texts.iter().map(|text| form(&clean_line(text))).filter(|text| !text.is_empty()))
    }

    fn phrases(&mut self, key: &str, line: usize, node: Node) -> Vec<String> {
        let texts = self.reader(key, line).texts(node);
        let mut phrases = Vec::new();
        for phrase in &texts {
            let normal = text::normalize(phrase);
            if normal.is_empty() {
                // An empty phrase would occur in every text.
                self.issue(line, format!("{key} 里的“{phrase}”规范化后什么都不剩，请删除或改写"));
            } else {
                phrases.push(normal);
            }
        }
        unique(phrases.into_iter())
    }

    fn priority(&mut self, line: usize, node: Node) -> Option<Priority> {
        let text = self.reader("priority", line).text(node);
        match text.trim().to_lowercase().as_str() {
            "normal" | "普通" => Some(Priority::Normal),
            "high" | "高" => Some(Priority::High),
            "urgent" | "紧急" => Some(Priority::Urgent),
            other => {
                self.issue(line, format!("priority 只能是 normal、high 或 urgent，现在是“{other}”"));
                None
            }
        }
    }

    /// Groups may be left to the model altogether; once the file names some, a mention of another is a slip.
    fn check_mentions(&mut self) {
        if self.routing.groups.is_empty() {
            return;
        }
        let known = self.routing.groups.iter().map(|group| group.id.as_str()).collect::<Vec<_>>().join("、");
        // A former name of a group means the group.
        let canonical = |id: &String| self.routing.canonical(id).to_owned();
        let default_group = self.routing.default_group.as_ref().map(canonical);
        let groups: Vec<Option<String>> =
            self.routing.rules.iter().map(|rule| rule.group.as_ref().map(canonical)).collect();
        let predicted: Vec<Vec<String>> =
            self.routing.rules.iter().map(|rule| unique(rule.predicted.iter().map(canonical))).collect();
        self.routing.default_group = default_group;
        for ((rule, group), predicted) in self.routing.rules.iter_mut().zip(groups).zip(predicted) {
            (rule.group, rule.predicted) = (group, predicted);
        }
        for (id, line) in std::mem::take(&mut self.mentions) {
            if self.routing.group(&id).is_none() {
                self.issue(line, format!("没有技能组“{id}”，请改为已定义的组（{known}）或先用 [[group]] 定义它"));
            }
        }
    }
}

/// The stations of a flow; one text with arrows is a list as well.
fn flow(texts: &[String]) -> Vec<String> {
    texts
        .iter()
        .flat_map(|text| text.split(['→', '>']))
        .map(|station| clean_line(station.trim().trim_end_matches('-')))
        .filter(|station| !station.is_empty())
        .collect()
}

/// Each once, in the order given.
fn unique(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = FxHashSet::default();
    texts.filter(|text| seen.insert(text.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_groups_and_rules() {
        let mut findings = Findings::default();
        let content = "default_group = \"after_sale\"\ndefault_promise = \"稍后联系您\"\ncomplaint_phrases = [\"投訴\"]\n[[group]]\nid = \"after_sale\"\nname = \"售后组\"\nflow = \"客服→仓库->财务\"\naliases = [\"售后\", \"退换\"]\npromise = \"24 小时内回复\"\nprecision = 0.98\n[[rule]]\nname = \"vip\"\ntier = \"VIP\"\nchannels = [\"微信\", \"APP\"]\nkeyword = [\"退貨\"]\ngroup = \"after_sale\"\npriority = \"紧急\"\n";
        let routing = read("routing.toml", content, &mut findings);
        assert_eq!(findings.issues, []);
        assert_eq!(routing.groups[0].flow, ["客服", "仓库", "财务"]);
        assert_eq!(routing.groups[0].precision, Some(980));
        assert_eq!((routing.canonical("退换"), routing.canonical("物流")), ("after_sale", "物流"));
        assert_eq!(routing.neutral_promise(), "稍后联系您");
        assert_eq!(routing.complaint_phrases, ["投诉"]); // in the form texts are compared in
        let rule = &routing.rules[0];
        assert_eq!(
            (rule.tiers[0].as_str(), rule.channels.join(" "), rule.keywords[0].as_str()),
            ("vip", "wechat app".to_owned(), "退货")
        );
        assert_eq!(rule.priority, Some(Priority::Urgent));
    }

    #[test]
    fn reports_every_slip_with_its_line() {
        let mut findings = Findings::default();
        let content = "[[group]]\nid = \"a\"\n[[group]]\nid = \"a\"\n[[group]]\nname = \"无名\"\n[[rule]]\nname = \"r\"\ntier = \"vip\"\ngroup = \"b\"\n[[rule]]\nname = \"r\"\n[[rule]]\nkeywrd = \"x\"\npriority = \"asap\"\n";
        read("routing.toml", content, &mut findings);
        let mut messages: Vec<_> = findings
            .issues
            .iter()
            .map(|issue| (issue.line.unwrap(), issue.message.chars().take(14).collect::<String>()))
            .collect();
        messages.sort();
        assert_eq!(
            messages,
            [
                (3, "技能组 id“a”与第 1 "),
                (5, "技能组缺少 id，请写上与工"),
                (10, "没有技能组“b”，请改为已定"),
                (11, "规则“r”什么都不设置，请写"),
                (11, "规则“r”没有条件，会命中所"),
                (11, "规则名“r”与第 7 行重复"),
                (13, "规则缺少 name，请起一个"),
                (14, "未知字段“keywrd”，是"),
                (15, "priority 只能是 n"),
            ]
            .map(|(line, start)| (line, start.to_owned()))
        );
    }
}
