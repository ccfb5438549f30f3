//! A ticket as `POST /v1/classify` and its batch take it.

use utoipa::ToSchema;

use crate::config::Limits;
use crate::http::request::{Fields, Id, says_nothing};
use crate::tickets::Ticket;

/// Longest title, in characters.
const TITLE_CHARS: usize = 500;

/// What a customer left. Title or text must say something.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "奶粉漏罐", "text": "收到的奶粉罐底漏了，要求换货", "ticket_id": 40012}))]
pub(crate) struct ClassifyRequest {
    /// At most 500 characters.
    #[schema(value_type = Option<String>, example = "奶粉漏罐", max_length = 500)]
    pub(super) title: String,
    /// At most 20,000 characters (`limits.ticket_chars`).
    #[schema(value_type = Option<String>, example = "收到的奶粉罐底漏了，要求换货", max_length = 20_000)]
    pub(super) text: String,
    /// Comes back as it came.
    pub(super) ticket_id: Option<Id>,
    /// For routing rules; at most 64 characters.
    #[schema(max_length = 64)]
    pub(super) channel: Option<String>,
    /// Who wrote it.
    pub(super) customer_id: Option<Id>,
    /// For routing rules; at most 64 characters.
    #[schema(example = "vip", max_length = 64)]
    pub(super) customer_tier: Option<String>,
    /// How many groups to rank, 1..=20; 3 where absent.
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 20)]
    pub(super) top: usize,
    /// Whether to name the terms behind the best guess; false where absent.
    #[schema(value_type = Option<bool>)]
    pub(super) explain: bool,
}

impl ClassifyRequest {
    /// Reads the fields; what is wrong with them is noted there.
    pub(super) fn read(fields: &mut Fields, limits: Limits) -> Self {
        let request = Self {
            title: fields.text_up_to("title", TITLE_CHARS).unwrap_or_default(),
            text: fields.text_up_to("text", limits.ticket_chars).unwrap_or_default(),
            ticket_id: fields.id("ticket_id"),
            channel: fields.short("channel"),
            customer_id: fields.id("customer_id"),
            customer_tier: fields.short("customer_tier"),
            top: fields.top(3),
            explain: fields.flag("explain"),
        };
        if says_nothing(&request.title) && says_nothing(&request.text) && !fields.has_fault_in(&["title", "text"]) {
            fields.refuse("text", "title or text must say something");
        }
        request
    }

    pub(super) fn ticket(&self) -> Ticket<'_> {
        Ticket {
            title: &self.title,
            text: &self.text,
            channel: self.channel.as_deref(),
            customer_tier: self.customer_tier.as_deref(),
        }
    }
}
