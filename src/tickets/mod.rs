//! Tickets: dataset → features → train → evaluate → calibrate → promote → route.
//!
//! Only here linfa and ndarray are named for routing. This room reads no clock and draws no randomness of its own.

pub mod bundle;
pub mod calibrate;
pub mod csr;
pub mod dataset;
mod descent;
pub mod doctor;
mod embedded;
pub mod evaluate;
pub mod evidence;
pub mod explain;
pub mod features;
pub mod folds;
pub mod informative;
pub mod isotonic;
pub mod lbfgs;
pub mod meaning;
pub mod measures;
pub mod members;
pub mod model;
pub mod promise;
pub mod promote;
mod proof;
pub mod route;
pub mod rows;
pub mod rules;
pub mod sentences;
pub mod signals;
pub mod stack;
mod strips;
pub mod svm;
pub mod terms;
pub mod ticket_file;
pub mod train;
pub mod wishes;

pub use bundle::BundleError;
pub use explain::TermWeight;
pub use route::{RankedGroup, RouteDecision, Routed, Router, Ticket};
