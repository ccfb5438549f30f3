//! The service from outside, in the words of its API: every test on its own server and port.

mod access;
pub(crate) mod app;
mod browsers;
mod conversations;
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
mod remembered;
mod tickets;
