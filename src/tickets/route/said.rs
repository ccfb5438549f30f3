//! What a ticket says, whoever routes it: its terms, its tone, and whether it asks for anything at all.

use super::read_ticket::ReadTicket;
use super::tone::{ComplaintPhrase, MANNER_AT, Tone, ToneModels};
use crate::routing::{Priority, Routing};
use crate::smalltalk::{Heard, HeardBy, Smalltalk, TalkKind, complaint, hear, takes_back};
use crate::text::segment::Segmenter;
use crate::tickets::features::TermKeys;

/// What one ticket says.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) terms: TermKeys,
    pub(super) tone: Tone,
    /// Known wordings and shapes of greeting, thanks and the like: there is nothing to do, and not even a rule routes it.
    pub(super) asks_nothing: bool,
    /// The same in known wordings from beginning to end, or written by a machine. What only has the shape of praise,
    /// say, may be what a company's tickets are about.
    pub(super) surely_asks_nothing: bool,
    /// It looks like chat or noise, or only the manner model says so: a rule still routes it, and so does a router
    /// trained on tickets of one's own, which knows what is a ticket there.
    pub(super) seems_to_ask_nothing: bool,
    /// It asks for a human in known wordings and does not say why.
    pub(super) bare_wish: bool,
}

/// What reads a ticket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Readers<'a> {
    pub(super) tone: &'a ToneModels,
    pub(super) segmenter: &'a Segmenter,
}

impl Said {
    pub(super) fn of(routing: &Routing, smalltalk: &Smalltalk, read: &ReadTicket<'_>, readers: Readers<'_>) -> Self {
        let ReadTicket { ticket, text, encoded } = *read;
        let Readers { tone, segmenter } = readers;
        let terms = TermKeys::of(text, segmenter);
        let heard = hear(if ticket.text.is_empty() { ticket.title } else { ticket.text }, smalltalk);
        let mut tone = tone.judge(encoded, &terms, complains(routing, encoded.text()));
        if heard.is_some_and(is_harmless) {
            (tone.complaint, tone.complains, tone.priority) = (0.0, false, Priority::Normal);
        }
        let learned =
            tone.manner.small_talk().filter(|kind| tone.manner_probability >= MANNER_AT && smalltalk.takes(*kind));
        let may_be_a_trade = |kind: TalkKind| matches!(kind, TalkKind::Noise | TalkKind::Chat);
        let known = heard.map(|heard| heard.kind).filter(|kind| kind.asks_nothing());
        let asks_nothing = known.is_some_and(|kind| !may_be_a_trade(kind));
        let surely_asks_nothing = asks_nothing && heard.is_some_and(is_harmless);
        let bare_wish = heard == Some(Heard { kind: TalkKind::WantHuman, by: HeardBy::Wording });
        let seems_to_ask_nothing =
            known.is_some() || bare_wish || (heard.is_none() && learned.is_some_and(TalkKind::asks_nothing));
        Self { terms, tone, asks_nothing, surely_asks_nothing, seems_to_ask_nothing, bare_wish }
    }
}

/// Whether words of complaint are there and meant.
pub(super) fn complains(routing: &Routing, normalized: &str) -> ComplaintPhrase {
    if complaint::announces(normalized) {
        ComplaintPhrase::Outright
    } else if takes_back(normalized, |text| routing.is_complaint(text)) {
        ComplaintPhrase::Denied
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
