//! The service from outside, in the words of its API: every test on its own server and port.

pub(crate) mod app;
mod conversations;
mod corpus;
mod customers;
mod documentation;
mod feedback;
mod problems;
mod questions;
mod server;
mod statistics;
mod ticket_progress;
mod tickets;
