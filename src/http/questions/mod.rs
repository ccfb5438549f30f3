//! Customers' questions: answered, and completed while they are typed.

pub(super) mod answer;
pub(super) mod suggest;
