//! Reading requests: bodies and query strings within bounds, and their fields with every fault named at once.

mod body;
mod fields;
mod id;
mod json;
mod query;

pub(super) use body::{BodyBounds, HeldBytes, Json, JsonBytes};
pub(super) use fields::{Fields, says_nothing};
pub(super) use id::Id;
pub(super) use json::JsonBounds;
pub(super) use query::Query;
