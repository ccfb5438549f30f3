//! The store through its surface: what goes in comes out, once, whatever ends in between.

#[path = "../../../tests/it/postgres.rs"]
mod postgres;

use jiff::{SignedDuration, Timestamp};

use super::statistics::Measures;
use super::stored_turn::StoredTurn;
use super::*;
use crate::record::{DecisionRecord, Outcome, RecordedDecision, Recorder as _, mask};
use std::sync::Arc;

const NOON: &str = "2026-11-11T04:00:00Z"; // noon in Shanghai

fn at(minutes: i64) -> Timestamp {
    NOON.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

fn decided(id: usize, decision: RecordedDecision) -> DecisionRecord {
    DecisionRecord {
        message_id: format!("m{id}"),
        at: at(i64::try_from(id).unwrap()),
        kb: "default".to_owned(),
        channel: Some(if id.is_multiple_of(2) { "web" } else { "sms" }.to_owned()),
        input_type: None,
        customer_id: Some(format!("c{}", id % 3)),
        conversation_id: Some(format!("talk{}", id % 5)),
        customer_tier: None,
        ticket_id: None,
        text: mask("我的电话是13800138000"),
        outcome: Outcome {
            decision,
            faq_id: (decision == RecordedDecision::Answer).then(|| "postage".to_owned()),
            category: None,
            skill_group: (decision == RecordedDecision::Handoff).then(|| "service".to_owned()),
            confidence: Some(0.5),
            reason: (decision == RecordedDecision::Handoff).then(|| "low_confidence".to_owned()),
            candidates: Vec::new(),
        },
        corpus_version: "v1".to_owned(),
        model_version: "m1".to_owned(),
        duration_us: 1_000 * (id as u64 + 1),
        key: String::new(),
    }
}

fn record(store: &Store, records: impl IntoIterator<Item = DecisionRecord>) {
    records.into_iter().for_each(|record| store.record(Arc::new(record)));
}

async fn all(store: &Store) -> Measures {
    let query = StatisticsQuery {
        from: at(-10_000),
        to: at(100_000),
        by: vec![],
        zone: jiff::tz::TimeZone::UTC,
        only: vec![],
        seat: Seat::default(),
    };
    store.statistics("default", &query).await.unwrap().remove(0).measures
}

/// A state directory, and a database of a server where it is not a file in there.
struct Home {
    dir: tempfile::TempDir,
    url: Option<String>,
}

impl Home {
    fn at(url: Option<String>) -> Self {
        Self { dir: tempfile::tempdir().unwrap(), url }
    }

    async fn try_open(&self) -> Result<Store, StoreError> {
        Store::open(self.dir.path(), self.url.as_deref()).await
    }

    async fn open(&self) -> Store {
        self.try_open().await.unwrap()
    }
}

/// Makes of each function a test with SQLite and one with PostgreSQL.
macro_rules! with_both {
    ($($name:ident),* $(,)?) => {
        mod with_sqlite {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(super::Home::at(None)).await;
                }
            )*
        }
        mod with_postgres {
            $(
                #[tokio::test]
                async fn $name() {
                    let Some(url) = super::postgres::database() else { return };
                    super::$name(super::Home::at(Some(url))).await;
                }
            )*
        }
    };
}

mod files;
mod publications;
mod totals;
mod upgrades;

with_both!(
    decisions_survive_a_stop_and_count_once,
    words_on_decisions_are_idempotent_and_their_history_stays,
    steps_of_a_ticket_are_kept_in_order_for_its_customer,
    a_customer_is_forgotten_and_others_stay,
    numbers_are_told_apart_by_day_in_the_zone_and_by_channel,
    what_is_old_goes_and_a_newer_database_is_left_alone,
    texts_that_no_database_likes_are_kept,
);

async fn decisions_survive_a_stop_and_count_once(home: Home) {
    let store = home.open().await;
    record(&store, (0..2_500).map(|id| decided(id, RecordedDecision::Answer)));
    let kept = store.message("default", "m2499").await.unwrap().unwrap();
    assert_eq!((kept.text.as_str(), kept.faq_id.as_deref()), ("我的电话是***********", Some("postage")));
    assert!(store.message("default", "unknown").await.unwrap().is_none());
    assert!(store.message("other", "m1").await.unwrap().is_none(), "of another knowledge base");
    record(&store, [decided(7, RecordedDecision::Handoff)]); // a name that is taken already
    store.close().await;
    let store = home.open().await;
    let measures = all(&store).await;
    assert_eq!((measures.decisions, measures.answer, measures.conversations), (2_500, 2_500, 5));
    store.close().await;
}

async fn all_after(store: &Store) -> Measures {
    store.caught_up().await.unwrap();
    all(store).await
}

async fn words_on_decisions_are_idempotent_and_their_history_stays(home: Home) {
    let store = home.open().await;
    record(&store, (0..4).map(|id| decided(id, RecordedDecision::Answer)));
    let word = |rating, faq_id: Option<&str>| Feedback {
        message_id: "m1".to_owned(),
        at: at(60),
        rating: Some(rating),
        labels: vec!["答非所问".to_owned()],
        comment: String::new(),
        faq_id: faq_id.map(str::to_owned),
        skill_group: None,
        key: "web".to_owned(),
    };
    assert_eq!(store.add_feedback("default", &word(Rating::Good, None)).await.unwrap(), Stored::Added);
    assert_eq!(store.add_feedback("default", &word(Rating::Good, None)).await.unwrap(), Stored::Unchanged);
    assert_eq!(store.add_feedback("default", &word(Rating::Bad, Some("other"))).await.unwrap(), Stored::Changed);
    let rating = ConversationRating {
        conversation_id: "talk1".to_owned(),
        at: at(61),
        nps: Some(9),
        resolved: Some(true),
        key: String::new(),
    };
    assert_eq!(store.rate_conversation("default", &rating).await.unwrap(), Stored::Added);
    assert_eq!(store.rate_conversation("default", &rating).await.unwrap(), Stored::Unchanged);
    let event = ConversationEvent {
        conversation_id: "talk1".to_owned(),
        at: at(61),
        event: EventKind::Clicked,
        item: "9".to_owned(),
        key: String::new(),
    };
    assert_eq!(store.add_conversation_event("default", &event).await.unwrap(), Stored::Added);
    assert_eq!(store.add_conversation_event("default", &event).await.unwrap(), Stored::Unchanged);
    let measures = all_after(&store).await;
    assert_eq!((measures.good, measures.bad, measures.corrected), (0, 1, 1));
    store.close().await;
}

async fn steps_of_a_ticket_are_kept_in_order_for_its_customer(home: Home) {
    let store = home.open().await;
    let ticket = DecisionRecord { ticket_id: Some("77".to_owned()), ..decided(1, RecordedDecision::Route) };
    record(&store, [ticket]);
    store.caught_up().await.unwrap();
    let step = |minutes, step: &str| TicketStep { at: at(minutes), step: step.to_owned(), note: String::new() };
    for (step, stored) in [
        (step(5, "warehouse"), Stored::Added),
        (step(6, "warehouse"), Stored::Unchanged),
        (step(7, "finance"), Stored::Added),
    ] {
        assert_eq!(store.add_ticket_step("default", "77", &step, "desk").await.unwrap(), stored);
    }
    let ticket = store.last_ticket_of("default", "c1").await.unwrap().unwrap();
    let steps: Vec<&str> = ticket.steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!((ticket.ticket_id.as_str(), steps), ("77", vec!["warehouse", "finance"]));
    assert!(store.ticket("default", "78").await.unwrap().is_none());
    assert!(store.last_ticket_of("default", "c2").await.unwrap().is_none());
    store.close().await;
}

async fn numbers_are_told_apart_by_day_in_the_zone_and_by_channel(home: Home) {
    let store = home.open().await;
    let smalltalk = |id| {
        let mut record = decided(id, RecordedDecision::Answer);
        record.outcome.faq_id = None;
        record
    };
    // At noon, and 13 hours later, which is another day in Shanghai and the same one in London.
    record(&store, [decided(0, RecordedDecision::Answer), decided(1, RecordedDecision::Handoff), smalltalk(2)]);
    record(&store, [decided(780, RecordedDecision::Suggest)]);
    store.caught_up().await.unwrap();
    let query = |zone: &str, by: &[Dimension]| StatisticsQuery {
        from: at(-60),
        to: at(2_000),
        by: by.to_vec(),
        zone: jiff::tz::TimeZone::get(zone).unwrap(),
        only: vec![],
        seat: Seat::default(),
    };
    let days = |rows: &[StatisticsRow]| -> Vec<(String, i64)> {
        rows.iter().map(|row| (row.dimensions[0].clone().unwrap(), row.measures.decisions)).collect()
    };
    let shanghai = store.statistics("default", &query("Asia/Shanghai", &[Dimension::Day])).await.unwrap();
    assert_eq!(days(&shanghai), [("2026-11-11".to_owned(), 3), ("2026-11-12".to_owned(), 1)]);
    let first = &shanghai[0].measures;
    assert_eq!((first.answer, first.smalltalk, first.handoff), (1, 1, 1));
    assert_eq!((first.direct_answer_rate, first.conversations, first.self_served), (Some(0.5), 2, 1));
    assert_eq!((first.p50_ms, first.p99_ms), (Some(2.0), Some(3.0)));
    let london = store.statistics("default", &query("Europe/London", &[Dimension::Day])).await.unwrap();
    assert_eq!(days(&london), [("2026-11-11".to_owned(), 4)]);
    let week = store.statistics("default", &query("Asia/Shanghai", &[Dimension::Week])).await.unwrap();
    assert_eq!(days(&week), [("2026-11-09".to_owned(), 4)]);
    let both =
        store.statistics("default", &query("Asia/Shanghai", &[Dimension::Channel, Dimension::Decision])).await.unwrap();
    let web: Vec<&str> = both
        .iter()
        .filter(|row| row.dimensions[0].as_deref() == Some("web"))
        .map(|row| row.dimensions[1].as_deref().unwrap())
        .collect();
    assert_eq!(web, ["answer", "smalltalk", "suggest"]);
    let only = StatisticsQuery { only: vec![(Dimension::Channel, "sms".to_owned())], ..query("Asia/Shanghai", &[]) };
    assert_eq!(store.statistics("default", &only).await.unwrap()[0].measures.decisions, 1);
    store.close().await;
}

async fn a_customer_is_forgotten_and_others_stay(home: Home) {
    let store = home.open().await;
    record(&store, (0..9).map(|id| decided(id, RecordedDecision::Answer)));
    let exported = store.export_customer("default", "c1").await.unwrap();
    assert_eq!(exported.messages.len(), 3);
    let forgotten = store.forget_customer("default", "c1").await.unwrap();
    assert_eq!(forgotten.messages, 3);
    assert!(store.export_customer("default", "c1").await.unwrap().messages.is_empty());
    assert_eq!(store.export_customer("default", "c2").await.unwrap().messages.len(), 3);
    assert_eq!(all(&store).await.decisions, 6);
    record(&store, [decided(20, RecordedDecision::Answer)]);
    assert!(store.message("default", "m20").await.unwrap().is_some(), "the journal goes on");
    store.close().await;
}

async fn what_is_old_goes_and_a_newer_database_is_left_alone(home: Home) {
    let store = home.open().await;
    record(&store, (0..10).map(|id| decided(id, RecordedDecision::Answer)));
    store.caught_up().await.unwrap();
    let retention = Retention { questions: Some(SignedDuration::from_mins(5)), tickets: None };
    store.remove_expired(retention, at(9)).await.unwrap();
    assert_eq!(all(&store).await.decisions, 6);
    sqlx::query("UPDATE _sqlx_migrations SET version = 99 WHERE version = 1")
        .execute(store.writer().unwrap())
        .await
        .unwrap();
    store.close().await;
    assert!(matches!(home.try_open().await, Err(StoreError::Newer { found: 99, .. })));
    // It waits, and says why.
    let waiting = Store::open_or_wait(home.dir.path(), home.url.as_deref()).await.unwrap();
    record(&waiting, [decided(50, RecordedDecision::Answer)]);
    assert!(matches!(waiting.trouble().as_deref(), Some(StoreError::Newer { .. })));
    assert!(matches!(waiting.message("default", "m50").await, Err(StoreError::NotOpen)));
    assert!(matches!(waiting.caught_up().await, Err(StoreError::NotOpen)));
    waiting.close().await;
}

async fn texts_that_no_database_likes_are_kept(home: Home) {
    let store = home.open().await;
    let mut odd = decided(1, RecordedDecision::Answer);
    odd.text = mask("a\0b'\u{10ffff}\\ %s $1");
    odd.ticket_id = Some("t\u{0}1".to_owned());
    odd.duration_us = u64::MAX;
    record(&store, [odd]);
    let kept = store.message("default", "m1").await.unwrap().unwrap();
    assert_eq!(kept.text, "a\u{fffd}b'\u{10ffff}\\ %s $1");
    assert!(store.ticket("default", "t\u{0}1").await.unwrap().is_some(), "found as it was told");
    store.close().await;
}
