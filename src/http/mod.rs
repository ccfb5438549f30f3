//! HTTP: routes, middleware, handlers and problems. Only here axum is named.
//!
//! Nothing is decided here: a handler checks what came in, asks the snapshot, and writes down what came out. The
//! folders are the resources of the API; `middleware` is what requests pass on their way to them.

mod audit;
mod bases;
mod connections;
mod corpus;
mod customers;
mod decided;
mod feedback;
mod group_name;
mod keeping;
mod lifecycle;
mod message_id;
mod metrics;
mod middleware;
mod openapi;
mod ops;
mod problem;
mod questions;
mod readiness;
mod request;
mod router;
mod server;
mod state;
mod statistics;
mod tickets;

pub use readiness::{Readiness, readiness};
pub use server::{Publisher, Server};
pub use state::Remembering;
