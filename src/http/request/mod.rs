//! Reading requests: extractors whose refusals are problems that name the field, and checks that collect every fault.

mod body;
mod checks;
mod query;

pub(super) use body::Json;
pub(super) use checks::Checks;
pub(super) use query::Params;
