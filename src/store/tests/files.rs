//! What lies in the files of the state directory, and what becomes of it when they are damaged.

use std::fs;
use std::path::Path;

use super::*;
use crate::conversation::{Got, Said, Turn};

fn segments(dir: &Path) -> usize {
    fs::read_dir(dir.join("journal")).unwrap().count()
}

/// The copies hold what a process that is killed leaves: a journal that is ahead of the database.
#[tokio::test]
async fn a_journal_that_is_ahead_is_brought_in_once_and_a_damaged_part_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), None).await.unwrap();
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
    let segment = "0000000001.journal";
    let bytes = fs::read(dir.path().join("journal").join(segment)).unwrap();
    let name = fs::read(dir.path().join("journal/name")).unwrap();
    let written = |bytes: &[u8]| {
        for entry in fs::read_dir(copy.path().join("journal")).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        fs::write(copy.path().join("journal").join(segment), bytes).unwrap();
        fs::write(copy.path().join("journal/name"), &name).unwrap();
    };
    written(&bytes[..bytes.len() - 5]); // the last entry is cut off
    let again = Store::open(copy.path(), None).await.unwrap();
    let measures = all_after(&again).await;
    assert_eq!((measures.decisions, measures.answer, measures.suggest), (29, 10, 19));
    again.close().await;
    let again = Store::open(copy.path(), None).await.unwrap();
    assert_eq!(all_after(&again).await.decisions, 29, "nothing twice");
    again.close().await;
    store.close().await;
}

#[tokio::test]
async fn every_byte_of_a_journal_may_be_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), None).await.unwrap();
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
async fn a_forgotten_customer_is_in_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), None).await.unwrap();
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
async fn a_damaged_database_is_left_alone_and_what_waits_is_brought_into_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("yingda.sqlite");
    fs::write(&path, b"this is no database, and it stays as it is").unwrap();
    assert!(Store::open(dir.path(), None).await.is_err());
    let store = Store::open_or_wait(dir.path(), None).await.unwrap();
    store.record(Arc::new(decided(50, RecordedDecision::Answer)));
    assert_eq!(fs::read(&path).unwrap(), b"this is no database, and it stays as it is");
    // It is opened without a restart once it can be.
    fs::remove_file(&path).unwrap();
    let patience = tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while store.trouble().is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    patience.await.unwrap();
    assert!(store.message("default", "m50").await.unwrap().is_some(), "what waited is brought in");
    store.close().await;
}
