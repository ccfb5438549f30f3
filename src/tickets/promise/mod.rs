//! What may be promised on out-of-fold predictions: when to route, what a shortlist holds, and what evidence a group
//! still lacks. Fits no model.

mod confidences;
mod missing_evidence;
mod prediction;
mod routing_policy;
mod shortlist;

pub(crate) use confidences::OutOfFoldConfidences;
pub use missing_evidence::{MissingEvidence, missing_evidence};
pub(crate) use prediction::{LabelledPrediction, Prediction};
pub(crate) use routing_policy::{PRECISION, RoutingPolicy};
pub use shortlist::OWN_SHORTLIST_ROWS;
