//! Customers' questions: answered, completed while they are typed, and the entries behind the answers.

pub(super) mod answer;
pub(super) mod answer_request;
pub(super) mod entry;
mod memory;
pub(super) mod suggest;
mod ticket_stage;
