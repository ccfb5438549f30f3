//! Candidate → scored with named signals → confidence.
//!
//! [`matcher`] fetches stored questions by words and by [`meaning`], [`compare`] gives each its signals and the entries
//! their order, [`judging`] looks at what differs, [`confidence`] turns the order into a probability; [`evidence`] is
//! what a corpus learns about all this from its own questions, and [`fit`] makes the models that ship. No I/O, no clock.

pub mod compare;
pub mod confidence;
mod embedded;
pub mod evidence;
pub mod fit;
pub mod judging;
mod largest;
mod learnt;
pub mod matcher;
pub mod meaning;
mod preparation;
pub mod scored;

pub use compare::signals::Signal;
pub use compare::stored::StoredQuestion;
pub use confidence::calibration::Calibration;
pub use confidence::model::{RankerError, RankerModel};
pub use judging::validity::LiveAt;
pub use learnt::{Learnt, NotLearnt};
pub use matcher::{Matcher, RankingModels};
pub use meaning::embeddings::EmbeddingTable;
pub use scored::Scored;
