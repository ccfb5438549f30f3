//! What routes the tickets of a knowledge base: a trained model under the rules of its corpus, or the rules alone.

mod background;
mod by_model;
mod by_rules;
mod embedded;
mod everyday;
mod explain;
mod manner;
mod read_ticket;
mod routed;
mod rules;
mod said;
mod sentence_votes;
mod sentences;
mod tone;

use std::path::Path;
use std::sync::Arc;

use self::background::Background;
use self::by_model::ModelRouter;
use self::by_rules::RuleRouter;
use self::everyday::background_of;
pub use self::manner::Manner;
use self::read_ticket::ReadTicket;
pub use self::routed::{RankedGroup, RouteDecision, Routed};
use self::said::complains;
pub use self::tone::{COMPLAINT_AT, ComplaintPhrase, MANNER_AT, ToneModels, URGENT_AT};
use super::ticket::Ticket;
use crate::encoder::EncodedText;
use crate::mail::{Separated, separate};
use crate::routing::Routing;
use crate::smalltalk::Smalltalk;
use crate::text::trace::Span;
use crate::tickets::bundle::{BundleError, load_bundle, read_bundle};
use crate::tickets::features::TicketText;

/// Routes tickets. Immutable and shared by all requests.
#[derive(Debug, Clone)]
pub struct Router(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Trained(ModelRouter),
    ByRules(RuleRouter),
}

impl Router {
    /// Loads a bundle from its directory, and from the directory `signals` beside it whatever models of tone the
    /// knowledge base brings.
    ///
    /// # Errors
    /// What is missing, damaged or of another version.
    pub fn load(dir: &Path) -> Result<Self, BundleError> {
        let own = ToneModels::embedded()?.with(&dir.with_file_name("signals"))?;
        Ok(Self(Kind::Trained(ModelRouter::new(load_bundle(dir)?, Arc::new(own)))))
    }

    /// Loads a bundle from the names and contents of its files.
    ///
    /// # Errors
    /// As [`Router::load`].
    pub fn from_files(files: &[(&str, &[u8])]) -> Result<Self, BundleError> {
        Ok(Self(Kind::Trained(ModelRouter::new(read_bundle(files)?, ToneModels::embedded()?))))
    }

    /// The shipped router, trained on the tickets of the demonstration shop.
    ///
    /// # Errors
    /// [`BundleError`] when the program was built beside a bundle of another version.
    pub fn embedded() -> Result<Self, BundleError> {
        let model = ModelRouter::new(read_bundle(&embedded::router())?, ToneModels::embedded()?);
        Ok(Self(Kind::Trained(model.shipped())))
    }

    /// A router without a model.
    ///
    /// # Errors
    /// As [`Router::embedded`], for the models of complaint and priority.
    pub fn by_rules() -> Result<Self, BundleError> {
        RuleRouter::new().map(|rules| Self(Kind::ByRules(rules)))
    }

    /// The group for a ticket, with the best `top` groups. Only a model explains. Of a mail, what the customer newly
    /// wrote counts.
    #[must_use]
    pub fn route(&self, routing: &Routing, ticket: &Ticket<'_>, top: usize, explain: bool) -> Routed {
        let mail = separate(ticket.text);
        let ticket = Ticket { text: &mail.own, ..*ticket };
        let text = TicketText::new(ticket.title, ticket.text).by(ticket.channel);
        let read = ReadTicket { ticket: &ticket, text: &text, encoded: &EncodedText::new(text.joined()) };
        self.route_read(routing, &read, &mail, (top, explain))
    }

    /// As [`Router::route`], the best group alone and without explanation, with the pass of the ticket's text that is
    /// handed on. Where `encoded` is another text than the ticket's, the ticket is encoded by itself.
    #[must_use]
    pub(crate) fn route_encoded(&self, routing: &Routing, ticket: &Ticket<'_>, encoded: &EncodedText) -> Routed {
        let mail = separate(ticket.text);
        let ticket = Ticket { text: &mail.own, ..*ticket };
        let text = TicketText::new(ticket.title, ticket.text).by(ticket.channel);
        let joined = EncodedText::new(text.joined());
        let encoded = if encoded.text() == joined.text() { encoded } else { &joined };
        self.route_read(routing, &ReadTicket { ticket: &ticket, text: &text, encoded }, &mail, (1, false))
    }

    fn route_read(
        &self,
        routing: &Routing,
        read: &ReadTicket<'_>,
        mail: &Separated,
        (top, explain): (usize, bool),
    ) -> Routed {
        let mut routed = match &self.0 {
            Kind::Trained(trained) => trained.route(routing, read, top, explain),
            Kind::ByRules(rules) => rules.route(routing, read, top),
        };
        place(&mut routed, mail);
        routed.left_out.clone_from(&mail.left_out);
        routed
    }

    /// Whether a normalised text is a complaint: by the model, or by complaint phrases where they are meant.
    #[must_use]
    pub(crate) fn hears_complaint(&self, routing: &Routing, encoded: &EncodedText) -> bool {
        self.tone().hear_encoded(encoded, complains(routing, encoded.text())).complains
    }

    /// What tells complaints, priority and manners.
    #[must_use]
    pub fn tone(&self) -> &ToneModels {
        match &self.0 {
            Kind::Trained(trained) => trained.tone(),
            Kind::ByRules(rules) => rules.tone(),
        }
    }

    /// What the customer of a group is told.
    #[must_use]
    pub fn promise(routing: &Routing, group: &str) -> String {
        ModelRouter::promise(routing, group)
    }

    /// This router for a corpus: under the target precisions and former names of its groups, and with its small talk.
    #[must_use]
    pub fn of_corpus(&self, routing: &Routing, smalltalk: &Smalltalk) -> Self {
        let smalltalk = Arc::new(smalltalk.clone());
        match &self.0 {
            Kind::Trained(trained) => Self(Kind::Trained(trained.of_corpus(routing, smalltalk))),
            Kind::ByRules(rules) => Self(Kind::ByRules(rules.of_corpus(smalltalk))),
        }
    }

    /// This router before what a company is asked every day: normalised questions that are no complaints. Encodes at
    /// most 256 of them.
    #[must_use]
    pub(crate) fn before(&self, routing: &Routing, questions: &[String]) -> Self {
        self.against(background_of(self.tone(), routing, questions))
    }

    /// The same as [`Router::complaint_odds`] told of it before; `None` for what it cannot have told.
    #[must_use]
    pub(crate) fn with_complaint_odds(&self, odds: f64) -> Option<Self> {
        Background::with_odds(odds).map(|background| self.against(background))
    }

    /// What the odds of a complaint are multiplied with, above 0 and at most 1.
    #[must_use]
    pub(crate) fn complaint_odds(&self) -> f64 {
        self.tone().background().odds()
    }

    fn against(&self, background: Background) -> Self {
        let tone = Arc::new(self.tone().against(background));
        match &self.0 {
            Kind::Trained(trained) => Self(Kind::Trained(trained.hearing(tone))),
            Kind::ByRules(rules) => Self(Kind::ByRules(rules.hearing(tone))),
        }
    }

    /// What staff should know about this router beside this routing; empty where the two agree.
    #[must_use]
    pub fn warnings(&self, routing: &Routing) -> Vec<String> {
        match &self.0 {
            Kind::Trained(trained) => trained.warnings(routing),
            Kind::ByRules(_) => RuleRouter::warnings(routing),
        }
    }

    /// Content address of the model.
    #[must_use]
    pub fn version(&self) -> &str {
        match &self.0 {
            Kind::Trained(trained) => trained.version(),
            Kind::ByRules(_) => by_rules::VERSION,
        }
    }

    /// Group ids the model can choose, under the names of the corpus, sorted; none without a model.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        match &self.0 {
            Kind::Trained(trained) => trained.labels(),
            Kind::ByRules(_) => &[],
        }
    }
}

/// Puts places in what the customer newly wrote where it stands in the text as sent.
fn place(routed: &mut Routed, mail: &Separated) {
    if mail.left_out.is_empty() {
        return;
    }
    let sent = |start: &mut usize, end: &mut usize| {
        let origin = mail.origin(Span { start: *start, end: *end });
        (*start, *end) = (origin.start, origin.end);
    };
    let in_text = routed.explanation.iter_mut().flat_map(|term| &mut term.places).filter(|place| place.field == "text");
    in_text.for_each(|place| sent(&mut place.start, &mut place.end));
    let sentences = routed.shortlist.iter_mut().chain(&mut routed.ranking).flat_map(|group| &mut group.sentences);
    sentences.for_each(|sentence| sent(&mut sentence.start, &mut sentence.end));
}
