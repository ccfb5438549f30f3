//! Yingda answers a company's common customer questions from its own FAQ and routes every other ticket to the right
//! skill group.

pub mod answer;
pub mod cli;
mod clock;
pub mod confidence;
pub mod config;
pub mod corpus;
pub mod decision;
pub mod embedding_file;
pub mod encoder;
pub mod evaluation;
pub mod explanation;
pub mod gate;
pub mod http;
pub mod knowledge_base;
pub mod policy;
pub mod quality;
mod random;
pub mod ranking;
pub mod retrieval;
pub mod routing;
pub mod snapshot;
mod spreadsheet;
pub mod statistics;
pub mod telemetry;
pub mod text;
pub mod tickets;
