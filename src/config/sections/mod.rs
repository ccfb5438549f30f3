//! The settings of the whole service, one section a file.

mod limits;
mod log;
mod server;
mod storage;
mod traces;

pub use limits::{Cors, FeedbackLabels, Limits, RateLimiting};
pub use log::{Log, LogLevel};
pub use server::Listening;
pub use storage::{DatabaseUrl, Storage};
pub use traces::Traces;
