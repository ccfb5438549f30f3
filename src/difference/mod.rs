//! What differs between a question and an entry, and whether that matters.
//!
//! Ranking sees what two questions share; this room reads both for values, codes, symbols and words ([`reading`]),
//! aligns them ([`align`]), and lets a model learnt on written pairs ([`model`]) judge whether what is left over makes it
//! another question. Decides no order and no threshold; knows neither entries nor HTTP.

mod align;
mod corpus;
pub mod embedded;
mod features;
mod finding;
pub mod fit;
mod lists;
mod model;
mod names;
mod numbers;
mod reading;
mod tables;
mod twins;

pub use corpus::{Context, CorpusWords};
pub use features::{Feature, Features, compare};
pub use finding::{Finding, find};
pub use model::DifferenceModel;
pub use reading::Reading;
pub use twins::prefers;
