//! Messages of one customer as one conversation: what a message refers to, which suggestion it picks, when a human
//! must take over, and what that human is told.
//!
//! [`respond`] decides on one message from what was said before; [`Conversations`] keeps what was said. Which entry
//! fits a text is decided by `ranking` alone; this room only chooses between readings of a message.

mod dialogue;
mod memory;
mod pick;
mod progress;
mod reading;
mod remark;
mod repetition;
mod summary;
mod topic;
mod turn;

pub use dialogue::{ReadAlong, Response, respond};
pub use memory::{ConversationKey, Conversations, InMemory};
pub use progress::{TicketStage, asks_for_progress, tell_stage};
#[cfg(test)]
pub use turn::Got;
pub use turn::{Conversation, REST, Said, Turn};
