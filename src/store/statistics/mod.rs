//! Numbers over what is stored: any combination of dimensions, one row a combination that occurs.

mod counting;
mod dimension;
mod measures;

pub use dimension::Dimension;
#[cfg(test)]
pub(super) use measures::Measures;
pub use measures::{Seat, StatisticsQuery, StatisticsRow};
