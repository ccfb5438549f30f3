//! The settings of the whole service, one section a file.

mod feedback;
mod limits;
mod log;
mod server;
mod storage;

pub use feedback::Feedback;
pub use limits::{Cors, Limits, RateLimit, RateLimiting};
pub use log::{Log, LogLevel};
pub use server::Listening;
pub use storage::Storage;
