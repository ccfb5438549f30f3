//! Where conversations are kept between messages.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use moka::ops::compute::Op;
use moka::sync::Cache;

use super::turn::{Conversation, REST, Turn};

/// Bytes of conversations kept in memory; the least recently used go first.
const MEMORY_BYTES: u64 = 64 << 20;
/// What a turn and a conversation cost beside their texts, about.
const OVERHEAD_BYTES: usize = 256;

/// Whose conversation: a knowledge base and the name the client gave, a conversation's or a customer's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ConversationKey {
    Conversation { kb: String, id: String },
    Customer { kb: String, id: String },
}

/// Keeps what was said until it rests.
pub trait Conversations: Debug + Send + Sync {
    /// Learns what was said elsewhere under these keys, as far as that is quick.
    fn refresh<'a>(
        &'a self,
        _keys: &'a [ConversationKey],
        _now: Timestamp,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(std::future::ready(()))
    }

    /// The conversation under a key, as it stands at a moment.
    fn find(&self, key: &ConversationKey, now: Timestamp) -> Option<Conversation>;

    /// Adds a turn to the conversation of this id under every key; begins it where there is none or it rested.
    fn add(&self, keys: &[ConversationKey], id: &str, turn: &Turn);

    /// Forgets what is kept under a key.
    fn forget(&self, key: &ConversationKey);
}

/// Conversations of this process, bounded by bytes.
#[derive(Debug, Clone)]
pub struct InMemory {
    cache: Cache<ConversationKey, Conversation>,
}

impl Default for InMemory {
    fn default() -> Self {
        Self::with_bytes(MEMORY_BYTES)
    }
}

impl InMemory {
    /// Keeps about so many bytes.
    #[must_use]
    pub fn with_bytes(bytes: u64) -> Self {
        let cache = Cache::builder()
            .max_capacity(bytes)
            .weigher(|_, conversation: &Conversation| u32::try_from(weight(conversation)).unwrap_or(u32::MAX))
            .time_to_idle(Duration::from_secs(REST.as_secs().unsigned_abs() + 60))
            .build();
        Self { cache }
    }

    /// Makes the conversation under a key what was told elsewhere together with what is held here, in the order of time.
    /// Each turn comes with the id of its conversation.
    pub fn merge(&self, key: &ConversationKey, told: Vec<(String, Turn)>) {
        if told.is_empty() {
            return;
        }
        self.cache.entry_by_ref(key).and_compute_with(|held| {
            let known: BTreeSet<String> = told.iter().map(|(_, turn)| turn.message_id.clone()).collect();
            let held = held.map(moka::Entry::into_value).unwrap_or_default();
            let here = held.turns.into_iter().filter(|turn| !known.contains(&turn.message_id));
            let mut all: Vec<(String, Turn)> = here.map(|turn| (held.id.clone(), turn)).chain(told).collect();
            all.sort_by(|(_, a), (_, b)| (a.at, &a.message_id).cmp(&(b.at, &b.message_id)));
            let merged = all.into_iter().fold(Conversation::default(), |conversation, (id, turn)| {
                let same = if conversation.id == id { conversation } else { Conversation::begun(id) };
                let mut conversation = same.at(turn.at);
                conversation.push(turn);
                conversation
            });
            Op::Put(merged)
        });
    }
}

impl Conversations for InMemory {
    fn find(&self, key: &ConversationKey, now: Timestamp) -> Option<Conversation> {
        Some(self.cache.get(key)?.at(now))
    }

    fn add(&self, keys: &[ConversationKey], id: &str, turn: &Turn) {
        for key in keys {
            // Computed under the key's lock, so that two messages at once both stay.
            self.cache.entry_by_ref(key).and_compute_with(|held| {
                let held = held.map(moka::Entry::into_value).filter(|held| held.id == id);
                let mut conversation = held.unwrap_or_else(|| Conversation::begun(id.to_owned())).at(turn.at);
                conversation.push(turn.clone());
                Op::Put(conversation)
            });
        }
    }

    fn forget(&self, key: &ConversationKey) {
        self.cache.invalidate(key);
    }
}

fn weight(conversation: &Conversation) -> usize {
    let of_turn = |turn: &Turn| {
        let suggested = match &turn.got {
            super::turn::Got::Suggestions { faq_ids } => faq_ids.iter().map(String::len).sum(),
            _ => 32,
        };
        OVERHEAD_BYTES + turn.text.len() + turn.read_with.as_ref().map_or(0, String::len) + suggested
    };
    OVERHEAD_BYTES + conversation.turns.iter().map(of_turn).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::turn::{Got, Said};

    fn turn(text: &str, at: &str) -> Turn {
        Turn {
            message_id: text.to_owned(),
            at: at.parse().unwrap(),
            channel: None,
            said: Said::Question,
            text: text.to_owned(),
            read_with: None,
            got: Got::Answer { faq_id: "a".to_owned() },
        }
    }

    fn key(id: &str) -> ConversationKey {
        ConversationKey::Conversation { kb: "default".to_owned(), id: id.to_owned() }
    }

    #[test]
    fn remembers_until_it_rests() {
        let kept = InMemory::default();
        let keys = [key("c"), ConversationKey::Customer { kb: "default".to_owned(), id: "p".to_owned() }];
        kept.add(&keys, "c", &turn("退款", "2026-11-11T10:00:00Z"));
        kept.add(&keys[..1], "c", &turn("支付宝", "2026-11-11T10:20:00Z"));
        let texts = |key: &ConversationKey, now: &str| -> Vec<String> {
            let found = kept.find(key, now.parse().unwrap()).unwrap_or_default();
            found.turns.into_iter().map(|turn| turn.text).collect()
        };
        assert_eq!(texts(&keys[0], "2026-11-11T10:50:00Z"), ["退款", "支付宝"]);
        assert_eq!(texts(&keys[1], "2026-11-11T10:29:00Z"), ["退款"]);
        assert!(texts(&keys[0], "2026-11-11T10:51:00Z").is_empty(), "rested");
        kept.add(&keys[..1], "c", &turn("发票", "2026-11-11T12:00:00Z"));
        assert_eq!(texts(&keys[0], "2026-11-11T12:00:00Z"), ["发票"]);
        assert!(kept.find(&key("other"), Timestamp::UNIX_EPOCH).is_none());
        kept.forget(&keys[0]);
        assert!(kept.find(&keys[0], Timestamp::UNIX_EPOCH).is_none());
    }

    #[test]
    fn what_was_said_elsewhere_stands_in_its_place_once() {
        let kept = InMemory::default();
        let key = ConversationKey::Customer { kb: "default".to_owned(), id: "p".to_owned() };
        let told = |id: &str, text: &str, at: &str| (id.to_owned(), turn(text, at));
        kept.merge(&key, vec![]);
        assert!(kept.find(&key, Timestamp::UNIX_EPOCH).is_none());
        kept.add(std::slice::from_ref(&key), "c", &turn("退款", "2026-11-11T10:00:00Z"));
        kept.add(std::slice::from_ref(&key), "c", &turn("发票", "2026-11-11T10:04:00Z"));
        let elsewhere = [told("c", "退款", "2026-11-11T10:00:00Z"), told("c", "支付宝", "2026-11-11T10:02:00Z")];
        kept.merge(&key, elsewhere.to_vec());
        kept.merge(&key, elsewhere.to_vec());
        let found = kept.find(&key, "2026-11-11T10:05:00Z".parse().unwrap()).unwrap();
        let texts: Vec<&str> = found.turns.iter().map(|turn| turn.text.as_str()).collect();
        assert_eq!((found.id.as_str(), texts), ("c", vec!["退款", "支付宝", "发票"]));
        kept.merge(&key, vec![told("d", "运费", "2026-11-11T10:06:00Z")]);
        let found = kept.find(&key, "2026-11-11T10:07:00Z".parse().unwrap()).unwrap();
        assert_eq!((found.id.as_str(), found.turns.len()), ("d", 1), "a conversation of another name begins anew");
    }
}
