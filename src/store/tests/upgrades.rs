//! A database of every earlier program is brought up to date with what is in it.

use sqlx::{AnyConnection, Connection as _};

use super::*;
use crate::store::engine::Place;
use crate::store::migrations::upto;

/// Rows as the first schema had them.
const ROWS: &str = "INSERT INTO decisions (message_id, kb, at, text, hidden, decision, candidates, corpus_version,
         model_version, duration_us, key)
     VALUES ('m1', 'default', 1794369600000000, 'x', '[]', 'answer', '[]', 'v', 'm', 5, '');
     INSERT INTO journal_position (one, segment, byte) VALUES (1, 3, 70)";

async fn every_earlier_database_is_brought_up_to_date(home: Home) {
    let place = Place::of(home.dir.path(), home.url.as_deref()).unwrap();
    let mut connection = AnyConnection::connect_with(&place.options).await.unwrap();
    upto(place.engine, 1).run(&mut connection).await.unwrap();
    sqlx::raw_sql(ROWS).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let store = home.open().await;
    assert_eq!(all(&store).await.answer, 1);
    let positions: Vec<(String, i64, i64)> = sqlx::query_as("SELECT journal, segment, byte FROM journal_positions")
        .fetch_all(store.read().unwrap())
        .await
        .unwrap();
    assert_eq!(positions, [(store.inner().journal_name.clone(), 3, 70)], "the journal without a name is this one");
    record(&store, [decided(2, RecordedDecision::Answer)]);
    assert!(store.message("default", "m2").await.unwrap().is_some());
    store.close().await;
}

with_both!(every_earlier_database_is_brought_up_to_date);
