//! What is said of decisions, done with tickets, counted, handed out and forgotten.

mod customers;
mod feedback;
mod statistics;
mod ticket_progress;
