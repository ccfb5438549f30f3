//! What requests pass on their way to a handler. Each part holds its own state and knows nothing of the others' beyond
//! what they leave in the request. The order stands in `router.rs`.

pub(super) mod admission;
pub(super) mod auth;
pub(super) mod knowledge_base;
pub(super) mod local_only;
pub(super) mod observe;
pub(super) mod page_headers;
pub(super) mod rate_limit;
pub(super) mod request_id;
pub(super) mod timeout;
pub(super) mod trailing_slash;
