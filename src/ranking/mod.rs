//! Candidate → scored with named signals → confidence.
//!
//! A question retrieved by its words or its meaning is compared with the customer's question by [`signals`]; [`model`]
//! turns the signals into an order and the order into a probability; [`evidence`] is what a corpus learns about both
//! from its own questions. No I/O, no clock.

pub mod answers;
pub mod calibration;
mod contrast;
mod embedded;
pub mod embeddings;
pub mod evidence;
pub mod fit;
pub mod judging;
pub mod leads;
pub mod lexicon;
pub mod matcher;
pub mod meaning;
pub mod model;
pub mod question;
pub mod reference;
pub mod signals;
pub mod stored;

pub use calibration::Calibration;
pub use embeddings::EmbeddingTable;
pub use evidence::HeldOut;
pub use judging::validity::LiveAt;
pub use lexicon::Lexicon;
pub use matcher::{Matcher, RankingModels};
pub use model::{Contribution, RankerError, RankerModel, Scored};
pub use signals::{SIGNAL_NAMES, Signals};
pub use stored::{Admission, StoredQuestion};
