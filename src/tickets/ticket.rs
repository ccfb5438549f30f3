//! A ticket as it comes in. Knows no model and no rule.

/// What a customer left, with what the channel knows about them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ticket<'a> {
    pub title: &'a str,
    pub text: &'a str,
    pub channel: Option<&'a str>,
    pub customer_tier: Option<&'a str>,
}
