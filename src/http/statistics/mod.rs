//! Numbers over what was decided.

mod parameters;
pub(super) mod show;
mod table;

pub(super) use parameters::{Period, period, zone_of};
