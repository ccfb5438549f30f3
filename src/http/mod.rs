//! HTTP: routes, middleware, handlers and problems. Only here axum is named.
//!
//! Nothing is decided here: a handler checks what came in, asks the snapshot, and writes down what came out.

mod admission;
mod answer;
mod auth;
mod classify;
mod classify_batch;
mod corpus_reload;
mod corpus_rollback;
mod corpus_show;
mod corpus_versions;
mod extract;
mod health;
mod knowledge_base;
mod message;
mod metrics;
mod observe;
mod openapi;
mod policy_show;
mod problem;
mod publishing;
mod rate_limit;
mod request_id;
mod router;
mod server;
mod state;
mod suggest;
mod timeout;
mod validate;

pub use problem::{Code, ErrorItem, ProblemBody};
pub use publishing::issues;
pub use server::{Publisher, Server};
pub use state::KnowledgeBases;
