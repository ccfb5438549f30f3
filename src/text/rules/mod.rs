//! The rewriting rules and their order. Each is one file, takes time linear in the text, and borrows what it leaves as
//! it is. How often they run is the business of [`normalize`](super::normalize).

mod controls;
mod emoji;
mod greeting;
mod html;
mod mojibake;
pub mod placeholder;
mod script;
mod spacing;
mod width;

use std::borrow::Cow;

pub(crate) use html::Markup;

pub(super) use emoji::{is_emoji, without_emoticons};
pub(super) use html::strip as without_markup;
pub(super) use script::to_simplified;
pub(super) use width::fold;

/// One rewriting step: a name for explanations and a function that borrows when it changes nothing.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub name: &'static str,
    pub apply: fn(&str) -> Cow<'_, str>,
}

/// Every rule, in the order applied: what repairs comes before what loses.
pub const RULES: [Rule; 9] = [
    Rule { name: "mojibake", apply: mojibake::repair },
    Rule { name: "html", apply: without_markup },
    Rule { name: "controls", apply: controls::remove },
    Rule { name: "width", apply: fold },
    Rule { name: "script", apply: to_simplified },
    Rule { name: "placeholder", apply: placeholder::substitute },
    Rule { name: "emoji", apply: emoji::remove },
    Rule { name: "greeting", apply: greeting::strip },
    Rule { name: "spacing", apply: spacing::collapse },
];
