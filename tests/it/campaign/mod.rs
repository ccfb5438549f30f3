//! The campaign: attacks that were tried once, as programs. Each has a short form that runs with the tests and a long
//! one, marked as ignored, which `docs/operations.md` says how to run.

#![expect(clippy::print_stdout, reason = "what was tried and found is read with --nocapture")]

mod clocks;
mod damage;
mod dice;
mod fuzz;
#[cfg(target_os = "linux")]
mod killed_calls;
mod kills;
mod replicas;
mod roles;
mod service;
#[cfg(target_os = "linux")]
mod slowest_request;
