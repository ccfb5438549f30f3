//! Evaluation as it is published: outcomes row by row → measures with intervals → comparison → files and a report.
//!
//! [`answers`] asks a corpus questions, [`tickets`] lets a model sort labelled tickets. What both need stands beside
//! them: how a measure reads, how sure it is, how it changed, the plots, the page. This room reads no clock and draws
//! chance from a fixed seed: the same input gives the same bytes.

pub mod answers;
pub mod change;
pub mod intervals;
pub mod measure;
pub mod page;
mod plots;
pub mod tickets;
