//! The manners of saying that are told apart, and their names in files. How they are told is in [`super::tone`].

use crate::smalltalk::TalkKind;

/// Labels of the manner model, in its order, and what they stand for.
pub(super) const MANNERS: [(&str, Manner); 14] = [
    ("abuse", Manner::SmallTalk(TalkKind::Abuse)),
    ("ack", Manner::SmallTalk(TalkKind::Ack)),
    ("auto_reply", Manner::SmallTalk(TalkKind::AutoReply)),
    ("chat", Manner::SmallTalk(TalkKind::Chat)),
    ("complaint", Manner::Complaint),
    ("goodbye", Manner::SmallTalk(TalkKind::Goodbye)),
    ("greeting", Manner::SmallTalk(TalkKind::Greeting)),
    ("noise", Manner::SmallTalk(TalkKind::Noise)),
    ("praise", Manner::SmallTalk(TalkKind::Praise)),
    ("request", Manner::Request),
    ("solved", Manner::SmallTalk(TalkKind::Solved)),
    ("thanks", Manner::SmallTalk(TalkKind::Thanks)),
    ("want_human", Manner::SmallTalk(TalkKind::WantHuman)),
    ("who_are_you", Manner::SmallTalk(TalkKind::WhoAreYou)),
];

/// Where a complaint stands among them.
pub(super) const COMPLAINING: usize = 4;

/// What manner of saying a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Manner {
    /// A question, a wish or a report: something to answer or to handle. What is both, thanks and a question for
    /// example, is a request.
    Request,
    /// A complaint, as the complaint model understands it.
    Complaint,
    /// Asks nothing of the corpus.
    SmallTalk(TalkKind),
}

impl Manner {
    /// The kind of small talk, if it is any.
    #[must_use]
    pub fn small_talk(self) -> Option<TalkKind> {
        match self {
            Self::SmallTalk(kind) => Some(kind),
            Self::Request | Self::Complaint => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manners_stand_in_the_order_of_their_model() {
        assert!(MANNERS.is_sorted_by_key(|(label, _)| *label));
        assert_eq!(MANNERS[COMPLAINING], ("complaint", Manner::Complaint));
        let mut manners = MANNERS.map(|(_, manner)| manner);
        manners.sort_unstable();
        assert!(manners.windows(2).all(|pair| pair[0] != pair[1]));
        for (label, manner) in MANNERS {
            assert_eq!(manner.small_talk(), TalkKind::parse(label), "{label}");
        }
    }
}
