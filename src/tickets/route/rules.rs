//! Rules of `routing.toml`: the first whose every condition holds wins over the model.
//!
//! Only decides which rule; what it sets is applied in [`super::Router`].

use crate::routing::RoutingRule;

/// What conditions are about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances<'a> {
    /// Normalised title and text.
    pub text: &'a str,
    pub channel: Option<&'a str>,
    pub customer_tier: Option<&'a str>,
    pub complaint: bool,
    /// The group the model chose.
    pub predicted: &'a str,
}

/// The first rule that applies.
#[must_use]
pub(crate) fn first_match<'r>(rules: &'r [RoutingRule], about: &Circumstances<'_>) -> Option<&'r RoutingRule> {
    rules.iter().find(|rule| applies(rule, about))
}

fn applies(rule: &RoutingRule, about: &Circumstances<'_>) -> bool {
    let named = |wanted: &[String], given: Option<&str>| {
        let given = given.map(|name| name.trim().to_lowercase());
        wanted.is_empty() || given.is_some_and(|name| wanted.contains(&name))
    };
    let phrase = |keyword: &String| about.text.contains(keyword.as_str());
    named(&rule.tiers, about.customer_tier)
        && named(&rule.channels, about.channel)
        && (rule.keywords.is_empty() || rule.keywords.iter().any(phrase))
        && (!rule.complaint || about.complaint)
        && (rule.predicted.is_empty() || rule.predicted.iter().any(|group| group == about.predicted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn the_first_rule_whose_conditions_all_hold_wins() {
        let rule = |name: &str| RoutingRule { name: name.to_owned(), ..RoutingRule::default() };
        let rules = [
            RoutingRule { tiers: words(&["vip", "svip"]), complaint: true, ..rule("vip complaint") },
            RoutingRule { channels: words(&["weibo"]), ..rule("weibo") },
            RoutingRule { keywords: words(&["过敏", "红疹"]), ..rule("safety") },
            RoutingRule { predicted: words(&["refund"]), tiers: words(&["vip"]), ..rule("vip refund") },
        ];
        let plain =
            Circumstances { text: "", channel: None, customer_tier: None, complaint: false, predicted: "order" };
        let rows = [
            (Circumstances { customer_tier: Some("VIP"), complaint: true, ..plain }, Some("vip complaint")), // any case
            (Circumstances { customer_tier: Some("vip"), ..plain }, None), // not a complaint
            (Circumstances { complaint: true, ..plain }, None),            // tier not given
            (Circumstances { channel: Some("weibo"), text: "过敏", ..plain }, Some("weibo")), // order decides
            (Circumstances { text: "宝宝起红疹了", ..plain }, Some("safety")), // any keyword
            (Circumstances { customer_tier: Some("vip"), predicted: "refund", ..plain }, Some("vip refund")),
            (Circumstances { predicted: "refund", ..plain }, None), // both conditions are needed
        ];
        for (about, expected) in rows {
            let found = first_match(&rules, &about).map(|rule| rule.name.as_str());
            assert_eq!(found, expected, "{about:?}");
        }
        assert_eq!(first_match(&[rule("always")], &plain).map(|rule| rule.name.as_str()), Some("always"));
    }
}
