//! A stretch of a text by its characters.

use serde::Serialize;
use utoipa::ToSchema;

/// Characters `start..end` of a text, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}
