//! The sums beside the decisions are those of the records, whatever happened to the records.

use std::collections::BTreeMap;

use sqlx::Row as _;

use super::*;
use crate::store::Dimension;

/// Numbers that look thrown and are the same every time (Knuth's MMIX generator).
struct Thrown(u64);

impl Thrown {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    fn perhaps(&mut self, all: &[&str]) -> Option<String> {
        Some(self.one_of(all).to_owned()).filter(|_| self.below(4) > 0)
    }

    fn decision(&mut self, id: usize) -> DecisionRecord {
        let decisions = [
            RecordedDecision::Answer,
            RecordedDecision::Answer,
            RecordedDecision::Suggest,
            RecordedDecision::Handoff,
            RecordedDecision::Route,
            RecordedDecision::Review,
        ];
        let decision = decisions[usize::try_from(self.below(6)).unwrap()];
        // Some of the answers are small talk.
        let answered = decision == RecordedDecision::Answer;
        let faq_id = answered.then(|| self.perhaps(&["postage", "refund", "invoice"])).flatten();
        let reason = (decision == RecordedDecision::Handoff)
            .then(|| self.one_of(&["low_confidence", "human_requested", "complaint"]).to_owned());
        let longest = 1 << (5 + self.below(18));
        let minutes = i64::try_from(self.below(3 * 24 * 60)).unwrap();
        DecisionRecord {
            at: at(minutes) + SignedDuration::from_micros(i64::try_from(self.below(60_000_000)).unwrap()),
            channel: self.perhaps(&["web", "sms", "wechat"]),
            customer_id: self.perhaps(&["c1", "c2", "c3", "c4", "c5"]),
            conversation_id: self.perhaps(&["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"]),
            customer_tier: self.perhaps(&["vip"]),
            outcome: Outcome {
                faq_id,
                category: self.perhaps(&["售后", "售前"]),
                skill_group: self.perhaps(&["service", "finance"]),
                reason,
                ..decided(id, decision).outcome
            },
            duration_us: 50 + self.below(longest),
            key: self.one_of(&["", "web"]).to_owned(),
            corpus_version: self.one_of(&["v1", "v2"]).to_owned(),
            ..decided(id, decision)
        }
    }
}

/// Every sum and every mark, without sums of nothing.
async fn kept(store: &Store) -> Vec<String> {
    let mut told = Vec::new();
    for sql in [
        "SELECT facet || ' ' || unit || ' ' || value || ' ' || decision AS name, decisions, opens, self_served,
             nps_rated, promoter, detractor, resolution_rated, resolved, clicked, ordered, good, bad, corrected,
             reviewed, reviewed_right FROM totals WHERE decisions <> 0 ORDER BY kb, facet, unit, value, decision",
        "SELECT message_id AS name, leads, opens, self_served, nps_rated, promoter, detractor, resolution_rated,
             resolved, clicked, ordered, good, bad, corrected, reviewed, reviewed_right FROM decisions
         ORDER BY message_id",
        "SELECT unit || ' ' || channel || ' ' || bucket AS name, decisions FROM duration_totals WHERE decisions <> 0
         ORDER BY unit, channel, bucket",
    ] {
        for row in sqlx::query(sql).fetch_all(store.read().unwrap()).await.unwrap() {
            let numbers: Vec<i64> = (1..row.len()).map(|at| row.get(at)).collect();
            told.push(format!("{} {numbers:?}", row.get::<String, _>("name")));
        }
    }
    told
}

async fn are_those_of_the_records(store: &Store, after: &str) {
    store.caught_up().await.unwrap();
    let before = kept(store).await;
    store.rebuild_totals().await.unwrap();
    let rebuilt = kept(store).await;
    let differ: Vec<_> = before.iter().zip(&rebuilt).filter(|(before, rebuilt)| before != rebuilt).take(3).collect();
    assert!(before == rebuilt, "after {after}: {} and {} lines, {differ:#?}", before.len(), rebuilt.len());
}

async fn what_people_say(store: &Store, thrown: &mut Thrown, messages: usize) {
    for _ in 0..80 {
        let message_id = format!("m{}", thrown.below(messages as u64));
        let feedback = Feedback {
            message_id,
            at: at(0),
            rating: [None, Some(Rating::Good), Some(Rating::Bad)][usize::try_from(thrown.below(3)).unwrap()],
            labels: vec![],
            comment: String::new(),
            faq_id: thrown.perhaps(&["postage", "refund"]),
            skill_group: thrown.perhaps(&["service", "finance"]),
            key: String::new(),
        };
        store.add_feedback("default", &feedback).await.unwrap();
    }
    for _ in 0..25 {
        let conversation_id = thrown.one_of(&["t1", "t2", "t3", "t4", "t5", "nobody"]).to_owned();
        let nps = (thrown.below(3) > 0).then(|| u8::try_from(thrown.below(11)).unwrap());
        let resolved = (thrown.below(2) > 0 || nps.is_none()).then(|| thrown.below(2) > 0);
        let rating = ConversationRating {
            conversation_id: conversation_id.clone(),
            at: at(1),
            nps,
            resolved,
            key: String::new(),
        };
        store.rate_conversation("default", &rating).await.unwrap();
        let event = if thrown.below(2) > 0 { EventKind::Clicked } else { EventKind::Ordered };
        let item = thrown.one_of(&["a", "b"]).to_owned();
        let event = ConversationEvent { conversation_id, at: at(2), event, item, key: String::new() };
        store.add_conversation_event("default", &event).await.unwrap();
    }
}

async fn sums_are_those_of_the_records_whatever_happens(home: Home) {
    let store = home.open().await;
    let mut thrown = Thrown(7);
    record(&store, (0..300).map(|id| thrown.decision(id)));
    are_those_of_the_records(&store, "decisions in any order of time").await;
    what_people_say(&store, &mut thrown, 300).await;
    are_those_of_the_records(&store, "feedback, ratings and events").await;
    record(&store, (280..450).map(|id| thrown.decision(id)));
    are_those_of_the_records(&store, "more decisions, some told twice").await;
    store.forget_customer("default", "c2").await.unwrap();
    are_those_of_the_records(&store, "a customer was forgotten").await;
    what_people_say(&store, &mut thrown, 450).await;
    let retention = Retention { questions: Some(SignedDuration::from_hours(30)), tickets: None };
    assert!(store.remove_expired(retention, at(3 * 24 * 60)).await.unwrap() > 50);
    are_those_of_the_records(&store, "what was old went").await;
    store.close().await;
}

async fn sums_and_records_give_the_same_numbers(home: Home) {
    let store = home.open().await;
    let mut thrown = Thrown(11);
    record(&store, (0..600).map(|id| thrown.decision(id)));
    store.caught_up().await.unwrap();
    what_people_say(&store, &mut thrown, 600).await;
    let mut ways = BTreeMap::new();
    for zone in ["Asia/Shanghai", "UTC", "Asia/Kathmandu", "America/New_York"] {
        // Whole days of Shanghai; a part of an hour in which things happened; one with nothing beyond its end.
        for (from, to) in [
            ("2026-11-10T16:00:00Z", "2026-11-13T16:00:00Z"),
            ("2026-11-11T04:20:00Z", "2026-11-13T04:40:00Z"),
            ("2026-11-10T16:00:00Z", "2026-11-15T08:21:09Z"),
        ] {
            for by in [
                vec![],
                vec![Dimension::Day, Dimension::Channel, Dimension::Decision],
                vec![Dimension::Hour, Dimension::Channel],
                vec![Dimension::Week, Dimension::Reason],
                vec![Dimension::FaqId],
                vec![Dimension::Day, Dimension::FaqId, Dimension::Decision],
                vec![Dimension::SkillGroup],
                vec![Dimension::Key, Dimension::Decision],
                vec![Dimension::Channel, Dimension::SkillGroup],
            ] {
                for only in [
                    vec![],
                    vec![(Dimension::Decision, "answer".to_owned())],
                    vec![(Dimension::Channel, "sms".to_owned())],
                ] {
                    let query = StatisticsQuery {
                        from: from.parse().unwrap(),
                        to: to.parse().unwrap(),
                        by: by.clone(),
                        zone: jiff::tz::TimeZone::get(zone).unwrap(),
                        only,
                        seat: Seat::default(),
                    };
                    let counted = store.statistics_summed_from("default", &query, i64::MAX).await.unwrap();
                    let summed = store.statistics_summed_from("default", &query, 0).await.unwrap();
                    assert_eq!(counted.len(), summed.len(), "{query:?}");
                    let mut by_sums = counted != summed;
                    for (mut counted, mut summed) in counted.into_iter().zip(summed) {
                        let (exact, rough) = (&mut counted.measures, &mut summed.measures);
                        for (exact, rough) in [
                            (&mut exact.p50_ms, &mut rough.p50_ms),
                            (&mut exact.p95_ms, &mut rough.p95_ms),
                            (&mut exact.p99_ms, &mut rough.p99_ms),
                        ] {
                            if let (Some(exact), Some(rough)) = (&exact, &rough) {
                                assert!((exact - rough).abs() <= exact * 0.125, "{exact} {rough}: {query:?}");
                            }
                            by_sums |= rough.is_none();
                            *rough = *exact;
                        }
                        assert_eq!(counted, summed, "{query:?}");
                    }
                    *ways.entry(by_sums).or_insert(0) += 1;
                }
            }
        }
    }
    assert!(ways[&true] > 60 && ways[&false] > 60, "both ways are taken: {ways:?}");
    store.close().await;
}

with_both!(sums_are_those_of_the_records_whatever_happens, sums_and_records_give_the_same_numbers);
