//! Tickets, one at a time or many, and the skill groups they go to.

pub(super) mod batch;
pub(super) mod classify;
pub(super) mod classify_request;
pub(super) mod skill_groups;
mod ticket_record;
