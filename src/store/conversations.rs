//! Conversations that go on after a restart: held in memory, and written to the store beside it.

use jiff::Timestamp;

use super::database::Store;
use super::error::StoreError;
use super::stored_turn::StoredTurn;
use crate::conversation::{Conversation, ConversationKey, Conversations, InMemory, REST, Turn};

/// Conversations of this process and, after a start, of the one before.
#[derive(Debug)]
pub struct StoredConversations {
    memory: InMemory,
    store: Store,
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
        Self { memory, store }
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
