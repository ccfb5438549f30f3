//! What was said before a message: found by the ids of the request, added to when the message is decided.

use std::sync::Arc;

use axum::extract::FromRef;
use jiff::Timestamp;

use crate::answer::{Answered, Question, answer, answer_chosen};
use crate::conversation::{
    Conversation, ConversationKey, Conversations, ReadAlong, Response, Said, respond, tell_stage,
};
use crate::http::message_id;
use crate::http::state::App;
use crate::record::Recorder;
use crate::retrieval::IndexError;
use crate::snapshot::Snapshot;

/// Conversations, and where decisions are recorded.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    conversations: Arc<dyn Conversations>,
    pub(crate) recorder: Arc<dyn Recorder>,
}

/// Who writes, as the request says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sender<'a> {
    pub(crate) kb: &'a str,
    pub(crate) conversation_id: Option<&'a str>,
    pub(crate) customer_id: Option<&'a str>,
}

/// A decided message.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) answered: Answered,
    pub(crate) read_along: Option<ReadAlong>,
    pub(crate) conversation_id: Option<String>,
}

impl FromRef<App> for Memory {
    fn from_ref(app: &App) -> Self {
        Self { conversations: app.part(), recorder: app.part() }
    }
}

impl Memory {
    /// Learns what the sender said to other replicas.
    pub(crate) async fn refresh(&self, sender: Sender<'_>, now: Timestamp) {
        let keys = sender.keys();
        if !keys.is_empty() {
            self.conversations.refresh(&keys, now).await;
        }
    }

    /// Decides a message in its conversation and remembers it; by itself where the request names nobody.
    pub(crate) fn respond(
        &self,
        snapshot: &Snapshot,
        question: &Question<'_>,
        (sender, message_id): (Sender<'_>, &str),
        now: Timestamp,
    ) -> Result<Heard, IndexError> {
        let keys = sender.keys();
        if keys.is_empty() {
            let answered = answer(snapshot, question, now)?;
            return Ok(Heard { answered, read_along: None, conversation_id: None });
        }
        let earlier = self.earlier(sender, &keys, now);
        let response = respond(snapshot, question, &earlier, now)?;
        self.conversations.add(&keys, &earlier.id, &response.turn(message_id, now, question.channel));
        Ok(Heard { answered: response.answered, read_along: response.read_along, conversation_id: Some(earlier.id) })
    }

    /// Answers with an entry that was chosen and remembers that; `None` where it is not live.
    pub(crate) fn choose(
        &self,
        snapshot: &Snapshot,
        (question, faq_id): (&Question<'_>, &str),
        (sender, message_id): (Sender<'_>, &str),
        now: Timestamp,
    ) -> Option<Heard> {
        let answered = answer_chosen(snapshot, question, faq_id, now)?;
        let keys = sender.keys();
        if keys.is_empty() {
            return Some(Heard { answered, read_along: None, conversation_id: None });
        }
        let earlier = self.earlier(sender, &keys, now);
        let text = answered.answer.as_ref().and_then(|given| given.question.clone()).unwrap_or_default();
        let response = Response { answered, said: Said::Pick, text, read_along: None };
        self.conversations.add(&keys, &earlier.id, &response.turn(message_id, now, question.channel));
        Some(Heard { answered: response.answered, read_along: None, conversation_id: Some(earlier.id) })
    }

    /// Answers with the stage of the customer's ticket and remembers that.
    pub(crate) fn tell(
        &self,
        snapshot: &Snapshot,
        (question, stage): (&Question<'_>, String),
        (sender, message_id): (Sender<'_>, &str),
        now: Timestamp,
    ) -> Result<Heard, IndexError> {
        let keys = sender.keys();
        let response = tell_stage(snapshot, question, stage, now)?;
        let earlier = self.earlier(sender, &keys, now);
        self.conversations.add(&keys, &earlier.id, &response.turn(message_id, now, question.channel));
        Ok(Heard { answered: response.answered, read_along: None, conversation_id: Some(earlier.id) })
    }

    /// The conversation a message goes on with: the one it names, else the customer's, else a new one.
    fn earlier(&self, sender: Sender<'_>, keys: &[ConversationKey], now: Timestamp) -> Conversation {
        let found = keys.first().and_then(|key| self.conversations.find(key, now));
        match (found, sender.conversation_id) {
            (Some(found), Some(id)) if found.id == id => found,
            (_, Some(id)) => Conversation::begun(id.to_owned()),
            (Some(found), None) if !found.turns.is_empty() => found,
            (_, None) => Conversation::begun(message_id::new()),
        }
    }
}

impl Sender<'_> {
    /// Where the conversation is kept: under its own id, and under the customer's for a message that names only them.
    fn keys(&self) -> Vec<ConversationKey> {
        let kb = || self.kb.to_owned();
        let conversation = self.conversation_id.map(|id| ConversationKey::Conversation { kb: kb(), id: id.to_owned() });
        let customer = self.customer_id.map(|id| ConversationKey::Customer { kb: kb(), id: id.to_owned() });
        conversation.into_iter().chain(customer).collect()
    }
}
