//! Numbers over what was decided.

pub(super) mod entries;
mod parameters;
pub(super) mod show;
mod table;

pub(super) use parameters::{Period, period, zone_of};
