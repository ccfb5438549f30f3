//! A day whose every number is known: seeded, through HTTP, over four channels. What comes back from the numbers is what
//! happened, exactly.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::keeping;

/// What one row must say.
#[derive(Debug, Default)]
struct Truth {
    decisions: BTreeMap<String, u64>,
    /// Conversations that asked something answerable; whether any of them handed off is known at the end.
    asked: BTreeSet<String>,
    good: u64,
    bad: u64,
    corrected: u64,
    reviewed: u64,
    right: u64,
    /// By conversation, the last score.
    scores: BTreeMap<String, u64>,
    resolved: BTreeMap<String, bool>,
    clicked: BTreeSet<String>,
    ordered: BTreeSet<String>,
}

/// What is asked, and which entry is right where one is.
const QUESTIONS: [(&str, Option<&str>); 8] = [
    ("退款多久能到账", Some("refund-time")),
    ("满多少包邮", Some("delivery-fee")),
    ("发票在哪下载", Some("invoice")),
    ("券显示不可用", Some("coupon")),
    ("转人工", None),
    ("你好", None),
    ("你们食堂今天有什么菜", None),
    ("密码忘了进不去", Some("password")),
];

/// `SplitMix64` (Steele and others, 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[test]
fn a_simulated_day_comes_back_exactly() {
    let app = keeping("");
    let mut seed = 20_261_111;
    let mut die = |sides: usize| usize::try_from(next(&mut seed) % sides as u64).unwrap();
    let mut truth: BTreeMap<&str, Truth> = BTreeMap::new();
    let mut handed: BTreeSet<String> = BTreeSet::new();
    for at in 0..160 {
        let channel = ["web", "wechat", "phone", "sms"][die(4)];
        let conversation = format!("talk-{at}");
        let of = truth.entry(channel).or_default();
        for _ in 0..=die(3) {
            let (question, right) = QUESTIONS[die(QUESTIONS.len())];
            let request = json!({"question": question, "channel": channel, "conversation_id": conversation});
            let reply = app.post("/v1/answer", &request).json();
            let decision = match reply["answer"]["kind"].as_str() {
                Some("smalltalk") => "smalltalk",
                _ => reply["decision"].as_str().unwrap(),
            };
            *of.decisions.entry(decision.to_owned()).or_default() += 1;
            let plain_wish = decision == "handoff" && reply["handoff"]["reason"] == "human_requested";
            if !plain_wish && decision != "smalltalk" {
                of.asked.insert(conversation.clone());
            }
            if decision == "handoff" {
                handed.insert(conversation.clone());
            }
            // Every third word is spoken: mostly good, sometimes bad, sometimes with the right entry.
            let given = reply["answer"]["faq_id"].as_str();
            let word = match die(9) {
                0 | 1 => json!({"rating": "good"}),
                2 => json!({"rating": "bad"}),
                3 if right.is_some() && decision != "smalltalk" => json!({"rating": "bad", "faq_id": right}),
                _ => continue,
            };
            let message = reply["message_id"].as_str().unwrap();
            assert_eq!(app.post(&format!("/v1/messages/{message}/feedback"), &word).status, 200, "{word}");
            of.good += u64::from(word["rating"] == "good");
            of.bad += u64::from(word["rating"] == "bad");
            of.corrected += u64::from(word["faq_id"].is_string());
            if decision == "answer" {
                of.reviewed += 1;
                let is_right = word["faq_id"].as_str().map_or(word["rating"] == "good", |right| Some(right) == given);
                of.right += u64::from(is_right);
            }
        }
        let path = format!("/v1/conversations/{conversation}");
        if die(3) == 0 {
            // A score that is taken back does not count.
            app.post(&format!("{path}/rating"), &json!({"nps": 0}));
            let (score, resolved) = (die(11) as u64, die(2) == 0);
            assert_eq!(app.post(&format!("{path}/rating"), &json!({"nps": score, "resolved": resolved})).status, 200);
            of.scores.insert(conversation.clone(), score);
            of.resolved.insert(conversation.clone(), resolved);
        }
        if die(4) == 0 {
            assert_eq!(app.post(&format!("{path}/events"), &json!({"event": "clicked", "item": "a"})).status, 200);
            of.clicked.insert(conversation.clone());
            if die(2) == 0 {
                app.post(&format!("{path}/events"), &json!({"event": "ordered", "item": "a"}));
                of.ordered.insert(conversation);
            }
        }
    }
    let shown = app.get("/v1/stats?by=channel&handling_minutes=10&seat_hours=5").json();
    let rows = shown["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 4, "{shown}");
    let time = |name: &str| shown[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let days = time("to").duration_since(time("from")).as_secs_f64() / 86_400.0;
    for row in rows {
        let of = &truth[row["dimensions"][0].as_str().unwrap()];
        let count = |name: &str| row[name].as_u64().unwrap();
        for decision in ["answer", "suggest", "handoff", "smalltalk", "route", "review"] {
            assert_eq!(count(decision), of.decisions.get(decision).copied().unwrap_or(0), "{decision}: {row}");
        }
        assert_eq!(count("decisions"), of.decisions.values().sum::<u64>(), "{row}");
        let self_served = of.asked.iter().filter(|talk| !handed.contains(*talk)).count() as u64;
        assert_eq!((count("conversations"), count("self_served")), (of.asked.len() as u64, self_served), "{row}");
        assert_eq!((count("good"), count("bad"), count("corrected")), (of.good, of.bad, of.corrected), "{row}");
        assert_eq!((count("reviewed"), count("reviewed_right")), (of.reviewed, of.right), "{row}");
        let scored = of.scores.len() as u64;
        let (promoters, detractors) =
            (of.scores.values().filter(|s| **s >= 9).count(), of.scores.values().filter(|s| **s <= 6).count());
        assert_eq!(count("nps_ratings"), scored, "{row}");
        close(&row["nps"], (promoters as f64 - detractors as f64) / scored as f64 * 100.0);
        let resolved = of.resolved.values().filter(|resolved| **resolved).count() as u64;
        assert_eq!((count("resolution_ratings"), count("resolved")), (of.resolved.len() as u64, resolved), "{row}");
        assert_eq!((count("clicked"), count("ordered")), (of.clicked.len() as u64, of.ordered.len() as u64), "{row}");
        close(&row["self_service_rate"], self_served as f64 / of.asked.len() as f64);
        close(&row["reviewed_precision"], of.right as f64 / of.reviewed as f64);
        close(&row["conversion"], of.ordered.len() as f64 / of.clicked.len() as f64);
        close(&row["seats_saved"], self_served as f64 * 10.0 / (60.0 * 5.0 * days));
        let (low, high) = (row["reviewed_low"].as_f64().unwrap(), row["reviewed_high"].as_f64().unwrap());
        let precision = row["reviewed_precision"].as_f64().unwrap();
        assert!(0.0 <= low && low <= precision && precision <= high && high <= 1.0, "{row}");
    }
    // Any other way to tell them apart adds up to the same.
    for by in
        ["hour", "day,channel", "week", "faq_id", "decision,reason", "skill_group,key,corpus_version,model_version"]
    {
        let parts = app.get(&format!("/v1/stats?by={by}")).json();
        for name in ["decisions", "answer", "good", "bad", "reviewed", "reviewed_right"] {
            let sum =
                |rows: &Value| rows.as_array().unwrap().iter().map(|row| row[name].as_u64().unwrap()).sum::<u64>();
            assert_eq!(sum(&parts["rows"]), sum(&shown["rows"]), "{name} by {by}");
        }
    }
}

fn close(found: &Value, expected: f64) {
    assert!((found.as_f64().unwrap() - expected).abs() < 1e-9, "{found} is not {expected}");
}
