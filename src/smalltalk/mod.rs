//! Texts that ask nothing of the corpus: greetings, thanks, noise, praise, wishes for a human; and what is said to them.
//!
//! By words and shapes alone; the learned model for the same kinds is in `tickets`, and which of the two and of the
//! corpus wins is decided in `answer`. Knows nothing of entries and skill groups.

pub mod complaint;
mod cover;
mod kind;
mod noise;
mod pattern;
mod table;
mod taken_back;
mod words;

pub use kind::TalkKind;
pub use pattern::idle_words;
pub use table::{Smalltalk, Talk};
pub use taken_back::takes_back;

use crate::text::spoken_key;

/// What a text was recognised as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    pub kind: TalkKind,
    /// How sure that is.
    pub by: HeardBy,
}

/// What a text was recognised by, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeardBy {
    /// Known wordings from the first character to the last.
    Wording,
    /// The shape of a sentence.
    Shape,
    /// Looks like nothing anybody means; a code or an abbreviation looks the same.
    Looks,
    /// The learned model, which is asked elsewhere.
    Model,
}

/// What a text is, if it asks nothing; `own` holds the wordings of the corpus. Takes the text as written, since
/// normalising strips greetings and emoji.
#[must_use]
pub fn hear(text: &str, own: &Smalltalk) -> Option<Heard> {
    let key = spoken_key(text);
    let heard = |kind, by| Heard { kind, by };
    let of_corpus = own
        .0
        .iter()
        .find(|(_, talk)| !key.is_empty() && talk.phrases.iter().any(|phrase| spoken_key(phrase) == key))
        .map(|(kind, _)| heard(*kind, HeardBy::Wording));
    of_corpus
        .or_else(|| cover::whole(&key).map(|kind| heard(kind, HeardBy::Wording)))
        .or_else(|| pattern::by_shape(text, &key).map(|kind| heard(kind, HeardBy::Shape)))
        .or_else(|| noise::looks_empty(&key).map(|by| heard(TalkKind::Noise, by)))
        .filter(|found| own.takes(found.kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corpus_adds_wordings_and_turns_kinds_off() {
        let own: Smalltalk = toml::from_str("[greeting]\nphrases = [\"小禾小禾\"]\n[chat]\nenabled = false\n").unwrap();
        let shipped = Smalltalk::default();
        let kind = |text, own| hear(text, own).map(|heard| heard.kind);
        assert_eq!(kind("小禾，小禾！", &own), Some(TalkKind::Greeting));
        assert_eq!(kind("小禾，小禾！", &shipped), None);
        assert_eq!((kind("讲个笑话", &own), kind("讲个笑话", &shipped)), (None, Some(TalkKind::Chat)));
    }
}
