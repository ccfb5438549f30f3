//! The content address of a corpus: the same for every layout of the same content.
//!
//! Every field is hashed with its length in front, so that no two contents give the same bytes. Places and warnings are
//! left out. A change to what is hashed, or to its order, must raise [`FORMAT`] and is caught by the frozen fixture.

use super::golden::{GoldenCase, GoldenExpectation};
use super::{Corpus, Entry};
use crate::routing::{Priority, Routing};
use crate::smalltalk::Smalltalk;

/// Domain and version of the canonical form.
const FORMAT: &str = "yingda corpus 1";
/// Hexadecimal digits kept.
const DIGITS: usize = 16;

/// The version of a corpus; its own `version` field is not looked at.
pub(super) fn of(corpus: &Corpus) -> String {
    let mut canonical = Canonical(blake3::Hasher::new());
    canonical.text(FORMAT);
    canonical.count(corpus.entries.len());
    for entry in &corpus.entries {
        canonical.entry(entry);
    }
    canonical.count(corpus.synonyms.len());
    for group in &corpus.synonyms {
        canonical.texts(group);
    }
    canonical.texts(&corpus.dictionary);
    canonical.texts(&corpus.stopwords);
    canonical.routing(&corpus.routing);
    canonical.cases(&corpus.golden);
    // Versions of corpora without the file are as they were before it was known.
    if !corpus.calibration.is_empty() {
        canonical.cases(&corpus.calibration);
    }
    if !corpus.smalltalk.is_empty() {
        canonical.smalltalk(&corpus.smalltalk);
    }
    canonical.digest()
}

/// Content address of one entry, for comparing two corpora.
pub(super) fn of_entry(entry: &Entry) -> String {
    let mut canonical = Canonical(blake3::Hasher::new());
    canonical.entry(entry);
    canonical.digest()
}

struct Canonical(blake3::Hasher);

impl Canonical {
    fn cases(&mut self, cases: &[GoldenCase]) {
        self.count(cases.len());
        for case in cases {
            self.text(&case.question);
            self.option(match &case.expect {
                GoldenExpectation::Entry(id) => Some(id),
                GoldenExpectation::NoAnswer => None,
            });
            self.text(&case.note);
        }
    }

    /// With a word in front: it may follow the cases or stand in their place.
    fn smalltalk(&mut self, smalltalk: &Smalltalk) {
        self.text("smalltalk");
        self.count(smalltalk.0.len());
        for (kind, talk) in &smalltalk.0 {
            self.text(kind.name());
            self.text(&talk.answer);
            self.count(talk.answers.len());
            for (channel, answer) in &talk.answers {
                self.text(channel);
                self.text(answer);
            }
            self.texts(&talk.phrases);
            self.flag(talk.enabled);
        }
    }

    fn digest(&self) -> String {
        self.0.finalize().to_hex().get(..DIGITS).unwrap_or_default().to_owned()
    }

    fn count(&mut self, count: usize) {
        self.0.update(&(count as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    fn texts(&mut self, texts: &[String]) {
        self.count(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    fn option(&mut self, text: Option<&str>) {
        self.flag(text.is_some());
        self.text(text.unwrap_or_default());
    }

    /// A part that only some contents have, so that contents without it keep their version. No text is this long, so
    /// what follows cannot be taken for anything else.
    fn extra(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.count(usize::MAX);
            self.text(name);
            self.text(text);
        }
    }

    fn flag(&mut self, flag: bool) {
        self.0.update(&[u8::from(flag)]);
    }

    fn entry(&mut self, entry: &Entry) {
        self.text(&entry.id);
        self.text(&entry.question);
        self.texts(&entry.similar);
        self.texts(&entry.negative);
        self.text(&entry.answer);
        self.count(entry.answers.len());
        for (channel, answer) in &entry.answers {
            self.text(channel);
            self.text(answer);
        }
        self.text(&entry.category);
        self.option(entry.valid_from.map(|moment| moment.to_string()).as_deref());
        self.option(entry.valid_until.map(|moment| moment.to_string()).as_deref());
        self.texts(&entry.related);
        self.flag(entry.enabled);
        self.extra("expired_answer", &entry.expired_answer);
        self.extra("not_yet_answer", &entry.not_yet_answer);
        self.extra("number", &entry.number.map(|number| number.to_string()).unwrap_or_default());
    }

    fn routing(&mut self, routing: &Routing) {
        self.count(routing.groups.len());
        for group in &routing.groups {
            self.text(&group.id);
            self.text(&group.name);
            self.texts(&group.flow);
            self.text(&group.promise);
            // Only where set, so that files without it keep their version.
            if let Some(precision) = group.precision {
                self.count(usize::from(precision));
            }
            for alias in &group.aliases {
                self.extra("alias", alias);
            }
        }
        self.count(routing.rules.len());
        for rule in &routing.rules {
            self.text(&rule.name);
            for list in [&rule.tiers, &rule.channels, &rule.keywords, &rule.predicted] {
                self.texts(list);
            }
            self.flag(rule.complaint);
            self.option(rule.group.as_deref());
            self.option(rule.priority.map(Priority::name));
        }
        self.option(routing.default_group.as_deref());
        self.texts(&routing.complaint_phrases);
        self.texts(&routing.human_phrases);
        self.extra("default_promise", &routing.default_promise);
    }
}
