//! The store through its surface: what goes in comes out, once, whatever ends in between.

use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::statistics::Measures;
use super::stored_turn::StoredTurn;
use super::*;
use crate::conversation::{Got, Said, Turn};
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
    let query =
        StatisticsQuery { from: at(-10_000), to: at(100_000), by: vec![], zone: jiff::tz::TimeZone::UTC, only: vec![] };
    store.statistics("default", &query).await.unwrap().remove(0).measures
}

fn segments(dir: &Path) -> usize {
    fs::read_dir(dir.join("journal")).unwrap().count()
}

#[tokio::test]
async fn decisions_survive_a_stop_and_count_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    record(&store, (0..2_500).map(|id| decided(id, RecordedDecision::Answer)));
    let kept = store.message("default", "m2499").await.unwrap().unwrap();
    assert_eq!((kept.text.as_str(), kept.faq_id.as_deref()), ("我的电话是***********", Some("postage")));
    assert!(store.message("default", "unknown").await.unwrap().is_none());
    assert!(store.message("other", "m1").await.unwrap().is_none(), "of another knowledge base");
    record(&store, [decided(7, RecordedDecision::Handoff)]); // a name that is taken already
    store.close().await;
    let store = Store::open(dir.path()).await.unwrap();
    let measures = all(&store).await;
    assert_eq!((measures.decisions, measures.answer, measures.conversations), (2_500, 2_500, 5));
    store.close().await;
}

/// The copies hold what a process that is killed leaves: a journal that is ahead of the database.
#[tokio::test]
async fn a_journal_that_is_ahead_is_brought_in_once_and_a_damaged_part_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    record(&store, (0..10).map(|id| decided(id, RecordedDecision::Answer)));
    store.caught_up().await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    // The database first: the journal goes on.
    for name in ["yingda.sqlite", "yingda.sqlite-wal"] {
        fs::copy(dir.path().join(name), copy.path().join(name)).unwrap();
    }
    record(&store, (10..30).map(|id| decided(id, RecordedDecision::Suggest)));
    store.caught_up().await.unwrap();
    fs::create_dir(copy.path().join("journal")).unwrap();
    let segment = fs::read_dir(dir.path().join("journal")).unwrap().next().unwrap().unwrap();
    let bytes = fs::read(segment.path()).unwrap();
    let written = |bytes: &[u8]| {
        for entry in fs::read_dir(copy.path().join("journal")).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        fs::write(copy.path().join("journal").join(segment.file_name()), bytes).unwrap();
    };
    written(&bytes[..bytes.len() - 5]); // the last entry is cut off
    let again = Store::open(copy.path()).await.unwrap();
    let measures = all_after(&again).await;
    assert_eq!((measures.decisions, measures.answer, measures.suggest), (29, 10, 19));
    again.close().await;
    let again = Store::open(copy.path()).await.unwrap();
    assert_eq!(all_after(&again).await.decisions, 29, "nothing twice");
    again.close().await;
    store.close().await;
}

async fn all_after(store: &Store) -> Measures {
    store.caught_up().await.unwrap();
    all(store).await
}

#[tokio::test]
async fn every_byte_of_a_journal_may_be_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    record(&store, (0..3).map(|id| decided(id, RecordedDecision::Answer)));
    store.close().await;
    let whole = fs::read(dir.path().join("journal/0000000001.journal")).unwrap();
    let journal = tempfile::tempdir().unwrap();
    let path = journal.path().join("0000000001.journal");
    let (from, end) = (journal::Position::default(), journal::Position { segment: 2, byte: 0 });
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        journal::read_batch(journal.path(), from, end, 100).unwrap()
    };
    assert_eq!((read(&whole).entries.len(), read(&whole).next, read(&whole).damaged), (3, end, 0));
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        assert_eq!(read(&bytes).entries.len(), 2, "byte {at}");
        assert!(read(&whole[..at]).entries.len() < 3, "cut at {at}");
    }
}

#[tokio::test]
async fn words_on_decisions_are_idempotent_and_their_history_stays() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
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

#[tokio::test]
async fn steps_of_a_ticket_are_kept_in_order_for_its_customer() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
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

#[tokio::test]
async fn a_forgotten_customer_is_in_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    record(
        &store,
        (0..9).map(|id| DecisionRecord {
            customer_id: Some(if id == 4 { "customer-to-forget" } else { "customer-to-keep" }.to_owned()),
            conversation_id: Some(if id == 4 { "talk-to-forget" } else { "talk" }.to_owned()),
            ..decided(id, RecordedDecision::Answer)
        }),
    );
    store.record_turn(StoredTurn {
        kb: "default".to_owned(),
        conversation_id: "talk-to-forget".to_owned(),
        customer_id: Some("customer-to-forget".to_owned()),
        named: true,
        turn: Turn {
            message_id: "m4".to_owned(),
            at: at(4),
            channel: None,
            said: Said::Question,
            text: "words-to-forget".to_owned(),
            read_with: None,
            got: Got::SmallTalk,
        },
    });
    let exported = store.export_customer("default", "customer-to-forget").await.unwrap();
    assert_eq!(exported.messages.len(), 1);
    let forgotten = store.forget_customer("default", "customer-to-forget").await.unwrap();
    assert_eq!(forgotten.messages, 1);
    assert!(store.export_customer("default", "customer-to-forget").await.unwrap().messages.is_empty());
    assert_eq!(store.export_customer("default", "customer-to-keep").await.unwrap().messages.len(), 8);
    let mut open = vec![dir.path().to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(9).any(|window| window == b"to-forget"), "{}", path.display());
        }
    }
    assert!(segments(dir.path()) > 0, "the journal goes on");
    record(&store, [decided(20, RecordedDecision::Answer)]);
    assert!(store.message("default", "m20").await.unwrap().is_some());
    store.close().await;
}

#[tokio::test]
async fn numbers_are_told_apart_by_day_in_the_zone_and_by_channel() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
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

#[tokio::test]
async fn what_is_old_goes_and_a_newer_or_damaged_database_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    record(&store, (0..10).map(|id| decided(id, RecordedDecision::Answer)));
    store.caught_up().await.unwrap();
    let retention = Retention { questions: Some(SignedDuration::from_mins(5)), tickets: None };
    store.remove_expired(retention, at(9)).await.unwrap();
    assert_eq!(all(&store).await.decisions, 6);
    sqlx::query("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'x', TRUE, x'00', 0)")
        .execute(store.writer())
        .await
        .unwrap();
    store.close().await;
    assert!(matches!(Store::open(dir.path()).await, Err(StoreError::Newer { found: 99, .. })));
    let path = dir.path().join("yingda.sqlite");
    fs::write(&path, b"this is no database, and it stays as it is").unwrap();
    assert!(Store::open(dir.path()).await.is_err());
    assert_eq!(fs::read(&path).unwrap(), b"this is no database, and it stays as it is");
    let waiting = JournalOnly::open(dir.path()).unwrap();
    waiting.record(Arc::new(decided(50, RecordedDecision::Answer)));
    drop(waiting);
    fs::remove_file(&path).unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    assert!(store.message("default", "m50").await.unwrap().is_some(), "what waited is brought in");
    store.close().await;
}
