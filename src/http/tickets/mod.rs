//! Tickets, one at a time or many, the skill groups they go to, and what becomes of them.

pub(super) mod batch;
pub(super) mod classify;
pub(super) mod classify_request;
pub(super) mod classify_response;
pub(super) mod progress;
pub(super) mod show_ticket;
pub(super) mod skill_groups;
pub(super) mod ticket_event;
mod ticket_record;
