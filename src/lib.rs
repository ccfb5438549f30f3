//! Yingda answers a company's common customer questions from its own FAQ and routes every other ticket to the right
//! skill group.

pub mod answer;
pub mod cli;
pub mod corpus;
pub mod snapshot;
pub mod text;
pub mod tickets;
