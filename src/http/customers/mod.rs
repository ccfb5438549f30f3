//! What is stored of one customer: handed out, or forgotten.

pub(super) mod export;
pub(super) mod forget;
