//! Numbers over what was decided.

mod parameters;
pub(super) mod show;
mod table;
