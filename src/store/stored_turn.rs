//! A turn of a conversation as it is stored.

use serde::{Deserialize, Serialize};

use crate::conversation::Turn;

/// A turn with whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTurn {
    pub kb: String,
    pub conversation_id: String,
    pub customer_id: Option<String>,
    /// Whether the client named the conversation; otherwise it is found by its customer.
    pub named: bool,
    pub turn: Turn,
}
