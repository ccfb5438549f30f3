//! A ticket with what is made of its text once, for all that read it.

use crate::encoder::EncodedText;
use crate::tickets::features::TicketText;
use crate::tickets::ticket::Ticket;

/// One ticket, normalised.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadTicket<'a> {
    pub(super) ticket: &'a Ticket<'a>,
    pub(super) text: &'a TicketText,
    /// Title and text joined.
    pub(super) encoded: &'a EncodedText,
}
