//! All that is tested through the public face of the crate, as one binary: the encoders are linked once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop where it is"
)]

mod api;
mod backups;
mod campaign;
mod corpus;
mod evaluation;
mod evaluation_tickets;
mod explanations;
mod near_misses;
mod operation;
mod own_router;
mod postgres;
mod restarts;
mod shared;
mod shipped;
mod signals;
mod tickets;
mod tickets_doctor;
