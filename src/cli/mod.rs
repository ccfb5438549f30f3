//! The command line.

pub mod evaluate_tickets;
pub mod promote;
pub mod train;
