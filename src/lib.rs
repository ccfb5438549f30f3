//! Yingda answers a company's common customer questions from its own FAQ and routes every other ticket to the right
//! skill group.

pub mod answer;
pub mod atomic_file;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod conversation;
pub mod corpus;
pub mod decision;
pub mod difference;
pub mod encoder;
pub mod evaluation;
pub mod explanation;
pub mod gate;
pub mod http;
pub mod knowledge_base;
pub mod mail;
mod numbers;
pub mod policy;
mod random;
pub mod ranking;
pub mod record;
pub mod retrieval;
pub mod routing;
pub mod smalltalk;
pub mod snapshot;
mod spreadsheet;
pub mod stats;
pub mod store;
pub mod telemetry;
pub mod text;
pub mod tickets;
