//! Conversations that go on after a restart: held in memory, and written to the store beside it.

use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use super::database::Store;
use super::error::StoreError;
use super::stored_turn::StoredTurn;
use crate::conversation::{Conversation, ConversationKey, Conversations, InMemory, REST, Turn};

/// How long a message waits for what was said to other replicas.
const PATIENCE: Duration = Duration::from_millis(100);
/// Seconds in which nobody waits again, after that was in vain.
const PAUSE: i64 = 5;

/// Conversations of this process, of the one before it and, where replicas share a database, of the others.
#[derive(Debug)]
pub struct StoredConversations {
    memory: InMemory,
    store: Store,
    /// Second since 1970 until which the database is not asked.
    paused_until: AtomicI64,
}

impl StoredConversations {
    /// Goes on with what was said until a moment. Waits for what the journal still holds; where the database is far
    /// behind or not open, conversations that are only there begin anew, which the log says.
    pub async fn resume(store: Store, now: Timestamp) -> Self {
        let memory = InMemory::default();
        if let Err(error) = resume_into(&memory, &store, now).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the database is not up to date; conversations of the last minutes may begin anew");
        }
        Self { memory, store, paused_until: AtomicI64::new(0) }
    }

    async fn learn(&self, keys: &[ConversationKey], now: Timestamp) {
        if self.store.publications().is_none() || now.as_second() < self.paused_until.load(Ordering::Relaxed) {
            return;
        }
        let since = now.checked_sub(REST * 2).unwrap_or(Timestamp::MIN);
        let told = async {
            for key in keys {
                self.memory.merge(key, self.store.turns_under(key, since).await?);
            }
            Ok::<(), StoreError>(())
        };
        if !matches!(tokio::time::timeout(PATIENCE, told).await, Ok(Ok(()))) {
            self.paused_until.store(now.as_second() + PAUSE, Ordering::Relaxed);
        }
    }
}

async fn resume_into(memory: &InMemory, store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let caught_up = store.caught_up().await;
    // A conversation whose last turn is that recent may have begun before; twice the rest holds most of it.
    let since = now.checked_sub(REST * 2).unwrap_or(Timestamp::MIN);
    let turns = store.turns_since(since).await?;
    for StoredTurn { kb, conversation_id, customer_id, named, turn } in turns {
        let conversation = named.then(|| ConversationKey::Conversation { kb: kb.clone(), id: conversation_id.clone() });
        let customer = customer_id.map(|id| ConversationKey::Customer { kb, id });
        let keys: Vec<ConversationKey> = conversation.into_iter().chain(customer).collect();
        memory.add(&keys, &conversation_id, &turn);
    }
    caught_up
}

impl Conversations for StoredConversations {
    fn refresh<'a>(
        &'a self,
        keys: &'a [ConversationKey],
        now: Timestamp,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(self.learn(keys, now))
    }

    fn find(&self, key: &ConversationKey, now: Timestamp) -> Option<Conversation> {
        self.memory.find(key, now)
    }

    fn add(&self, keys: &[ConversationKey], id: &str, turn: &Turn) {
        self.memory.add(keys, id, turn);
        let mut stored = StoredTurn {
            kb: String::new(),
            conversation_id: id.to_owned(),
            customer_id: None,
            named: false,
            turn: turn.clone(),
        };
        for key in keys {
            match key {
                ConversationKey::Conversation { kb, .. } => {
                    stored.kb.clone_from(kb);
                    stored.named = true;
                }
                ConversationKey::Customer { kb, id } => {
                    stored.kb.clone_from(kb);
                    stored.customer_id = Some(id.clone());
                }
            }
        }
        if !keys.is_empty() {
            self.store.record_turn(stored);
        }
    }

    fn forget(&self, key: &ConversationKey) {
        self.memory.forget(key);
    }
}
