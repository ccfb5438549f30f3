//! What people say of decisions and conversations. Answered with 200 only when it is durable.

pub(super) mod conversation_event;
pub(super) mod conversation_rating;
pub(super) mod message_feedback;
