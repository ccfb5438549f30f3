//! Tickets: one at a time, or many.

pub(super) mod batch;
pub(super) mod classify;
