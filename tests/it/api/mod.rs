//! The service from outside, in the words of its API: every test on its own server and port.

pub(crate) mod app;
mod conversations;
mod corpus;
mod documentation;
mod monitoring;
mod problems;
mod questions;
mod remembered;
mod server;
mod tickets;
