//! What a ticket says, whoever routes it: its terms, its tone, and whether it asks for anything at all.

use super::tone::{ComplaintPhrase, MANNER_AT, Tone, ToneModels};
use crate::routing::{Priority, Routing};
use crate::smalltalk::{Heard, HeardBy, Smalltalk, TalkKind, complaint, hear};
use crate::text::segment::Segmenter;
use crate::tickets::features::{TermKeys, TicketText};
use crate::tickets::ticket::Ticket;

/// One ticket, read once.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) text: TicketText,
    pub(super) terms: TermKeys,
    /// Title and text, normalised.
    pub(super) joined: String,
    pub(super) tone: Tone,
    /// Known wordings and shapes of greeting, thanks and the like: there is nothing to do, and not even a rule routes it.
    pub(super) asks_nothing: bool,
    /// It looks like chat or noise, or only the manner model says so: a rule still routes it, and so does a router
    /// trained on tickets of one's own, which knows what is a ticket there.
    pub(super) seems_to_ask_nothing: bool,
}

impl Said {
    pub(super) fn of(routing: &Routing, ticket: &Ticket<'_>, tone: &ToneModels, segmenter: &Segmenter) -> Self {
        let text = TicketText::new(ticket.title, ticket.text).by(ticket.channel);
        let terms = TermKeys::of(&text, segmenter);
        let joined = text.joined();
        let heard = hear(if ticket.text.is_empty() { ticket.title } else { ticket.text }, &Smalltalk::default());
        let mut tone = tone.judge(&text, &terms, complains(routing, &joined));
        if heard.is_some_and(is_harmless) {
            (tone.complaint, tone.complains, tone.priority) = (0.0, false, Priority::Normal);
        }
        let learned = tone.manner.small_talk().filter(|_| tone.manner_probability >= MANNER_AT);
        let may_be_a_trade = |kind: TalkKind| matches!(kind, TalkKind::Noise | TalkKind::Chat);
        let known = heard.map(|heard| heard.kind).filter(|kind| kind.asks_nothing());
        let asks_nothing = known.is_some_and(|kind| !may_be_a_trade(kind));
        let seems_to_ask_nothing = known.is_some() || (heard.is_none() && learned.is_some_and(TalkKind::asks_nothing));
        Self { text, terms, joined, tone, asks_nothing, seems_to_ask_nothing }
    }
}

/// Whether words of complaint are there and meant.
pub(super) fn complains(routing: &Routing, normalized: &str) -> ComplaintPhrase {
    if complaint::announces(normalized) {
        ComplaintPhrase::Outright
    } else if complaint::accuses(normalized, |text| routing.is_complaint(text)) {
        ComplaintPhrase::Meant
    } else {
        ComplaintPhrase::Absent
    }
}

/// Small talk in known wordings and automatic replies hold no complaint, whatever their words.
fn is_harmless(heard: Heard) -> bool {
    let calm = heard.by == HeardBy::Wording && heard.kind != TalkKind::WantHuman;
    calm || heard.kind == TalkKind::AutoReply
}
