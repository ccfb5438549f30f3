//! Yingda answers a company's common customer questions from its own FAQ and routes every other ticket to the right
//! skill group.

pub mod answer;
pub mod cli;
pub mod config;
pub mod corpus;
pub mod http;
pub mod snapshot;
pub mod telemetry;
pub mod text;
pub mod tickets;
