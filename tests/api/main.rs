//! The service from outside, in the words of its API: one binary, every test on its own server and port.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop where it is")]

mod access;
mod app;
mod browsers;
mod corpus;
mod documentation;
mod gate;
mod life;
mod load;
mod policy;
mod problems;
mod process;
mod questions;
mod reloading;
mod tickets;
