//! Ids of other systems: text or integers, given back as they came.

use serde::Serialize;
use serde_json::Number;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

/// An id of a ticket, a customer or a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Id {
    /// At most 128 characters.
    Text(String),
    /// An integer of 64 bits.
    Number(Number),
}

impl Id {
    /// As text, whichever it came as.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

impl PartialSchema for Id {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(128));
        let number = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(i64::MIN))
            .maximum(Some(i64::MAX));
        let either = OneOfBuilder::new().item(text).item(number);
        either.description(Some("Text of at most 128 characters or an integer; comes back as it came")).into()
    }
}

impl ToSchema for Id {}
