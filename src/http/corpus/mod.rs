//! The live corpus, its versions and its policy, and how staff change them.

pub(super) mod policy;
mod publishing;
pub(super) mod reload;
pub(super) mod rollback;
pub(super) mod show;
pub(super) mod versions;

pub use publishing::issues;
