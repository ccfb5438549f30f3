//! What is stored of people: handed out, forgotten, and removed when it is old enough.

mod customers;
mod retention;

pub use customers::{CustomerData, Forgotten};
pub use retention::Retention;
