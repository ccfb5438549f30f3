//! The live corpus, its versions and its policy, and how staff change them.

mod one_at_a_time;
pub(super) mod policy;
mod publishing;
pub(super) mod reload;
pub(super) mod rollback;
pub(super) mod show;
pub(super) mod versions;

pub(super) use one_at_a_time::OneAtATime;
