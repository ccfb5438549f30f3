//! What is remembered: decisions, conversations, feedback, ratings, the steps of tickets and, with replicas, what was
//! published, in SQLite or PostgreSQL.
//!
//! Two ways lead in. Decisions and turns go through the [`journal`], a file that takes them at once whatever the
//! database does, and are applied to the database in batches, in order, each once. What a client is told is stored
//! (feedback, ratings, events) is committed before the call returns.
//!
//! Texts come masked; nothing here reads them.

mod apply;
mod audit;
mod conversations;
mod copy;
mod database;
mod engine;
mod error;
mod feedback;
mod journal;
mod migrations;
mod opening;
mod privacy;
mod publications;
mod recorded;
mod replay;
mod statistics;
mod stored_turn;
#[cfg(test)]
mod tests;
mod ticket_steps;
mod totals;
mod values;

pub use conversations::StoredConversations;
pub use copy::copy_database;
pub use database::{Store, StoreStatus};
pub use engine::DATABASE;
pub use error::StoreError;
pub use feedback::{ConversationEvent, ConversationRating, EventKind, Feedback, Rating, Stored};
pub use privacy::{CustomerData, Forgotten, Retention};
pub use publications::{Publications, Published};
pub use statistics::{Dimension, Seat, StatisticsQuery, StatisticsRow};
pub use ticket_steps::{TicketHistory, TicketStep};
