//! Candidate → scored with named signals → confidence.
//!
//! A question retrieved by its words is compared with the customer's question by [`signals`]; [`model`] turns the
//! signals into an order and the order into a probability. No I/O, no clock.

pub mod calibration;
pub mod fit;
pub mod lexicon;
pub mod matcher;
pub mod model;
pub mod question;
pub mod signals;

pub use calibration::Calibration;
pub use lexicon::Lexicon;
pub use matcher::{Admission, LiveAt, Matcher, StoredQuestion};
pub use model::{Contribution, RankerError, RankerModel, Scored};
pub use signals::{SIGNAL_NAMES, Signals};
