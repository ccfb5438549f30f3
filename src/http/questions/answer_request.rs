//! What `POST /v1/answer` takes.

use jiff::Timestamp;
use utoipa::ToSchema;

use crate::answer::Question;
use crate::config::Limits;
use crate::http::problem::Problem;
use crate::http::request::{Fields, Id};
use crate::record::InputType;
use crate::snapshot::{Asked, Snapshot};

/// Longest id of an entry, in characters.
pub(super) const FAQ_ID_CHARS: usize = 128;

/// A question, or an offered entry that was chosen, with what the channel knows about the customer.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"question": "退款几天能到账", "channel": "wechat", "customer_id": "c-1"}))]
pub(crate) struct AnswerRequest {
    /// 1..=500 characters after trimming (`limits.question_chars`). Required unless `faq_id` is given.
    #[schema(example = "退款几天能到账", min_length = 1, max_length = 500, pattern = r"\S")]
    pub(super) question: Option<String>,
    /// An entry that was offered and chosen: it is the answer, whatever `question` says.
    #[schema(min_length = 1, max_length = 128, pattern = r"\S")]
    pub(super) faq_id: Option<String>,
    /// Chooses the channel's own answer where the entry has one; at most 64 characters.
    #[schema(example = "wechat", max_length = 64)]
    pub(super) channel: Option<String>,
    /// Who asks.
    pub(super) customer_id: Option<Id>,
    /// Comes back as it came.
    pub(super) conversation_id: Option<Id>,
    /// For routing rules; at most 64 characters.
    #[schema(example = "vip", max_length = 64)]
    pub(super) customer_tier: Option<String>,
    /// How the question came about. It does not change the answer.
    pub(super) input_type: Option<InputType>,
    /// How many candidates to report, 1..=20; 3 where absent.
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 20)]
    pub(super) top: usize,
    /// Whether candidates carry the signals behind their confidence; false where absent.
    #[schema(value_type = Option<bool>)]
    pub(super) explain: bool,
}

const INPUT_TYPES: [(&str, InputType); 5] = [
    ("typed", InputType::Typed),
    ("voice", InputType::Voice),
    ("hot", InputType::Hot),
    ("suggested", InputType::Suggested),
    ("typeahead", InputType::Typeahead),
];

impl AnswerRequest {
    pub(super) fn read(mut fields: Fields, limits: Limits) -> Result<Self, Problem> {
        let faq_id = fields.telling("faq_id", FAQ_ID_CHARS);
        let question = match faq_id {
            Some(_) => fields.telling("question", limits.question_chars),
            None => Some(fields.required("question", limits.question_chars)),
        };
        let request = Self {
            question,
            faq_id,
            channel: fields.short("channel"),
            customer_id: fields.id("customer_id"),
            conversation_id: fields.id("conversation_id"),
            customer_tier: fields.short("customer_tier"),
            input_type: fields.choice("input_type", &INPUT_TYPES),
            top: fields.top(3),
            explain: fields.flag("explain"),
        };
        fields.finish()?;
        Ok(request)
    }

    /// Whether the answer needs no ranking and no explanation.
    pub(super) fn is_at_hand(&self, snapshot: &Snapshot, now: Timestamp) -> bool {
        let question = self.question();
        let Question { text, channel, customer_tier, .. } = question;
        let alone = self.conversation_id.is_none() && self.customer_id.is_none();
        self.faq_id.is_some()
            || (alone && !self.explain && snapshot.has_ranked(&Asked { text, channel, customer_tier }, now))
    }

    /// The conversation's id as text.
    pub(super) fn conversation_text(&self) -> Option<String> {
        self.conversation_id.as_ref().map(Id::text)
    }

    /// The customer's id as text.
    pub(super) fn customer_text(&self) -> Option<String> {
        self.customer_id.as_ref().map(Id::text)
    }

    pub(super) fn question(&self) -> Question<'_> {
        Question {
            text: self.question.as_deref().unwrap_or_default(),
            channel: self.channel.as_deref(),
            customer_tier: self.customer_tier.as_deref(),
            top: self.top,
            explain: self.explain,
        }
    }
}
