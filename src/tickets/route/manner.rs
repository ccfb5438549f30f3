//! The manners of saying that are told apart, and their names in files. How they are told is in [`super::tone`].

/// Labels of the manner model, in its order, and what they stand for.
pub(super) const MANNERS: [(&str, Manner); 14] = [
    ("abuse", Manner::Abuse),
    ("ack", Manner::Ack),
    ("auto_reply", Manner::AutoReply),
    ("chat", Manner::Chat),
    ("complaint", Manner::Complaint),
    ("goodbye", Manner::Goodbye),
    ("greeting", Manner::Greeting),
    ("noise", Manner::Noise),
    ("praise", Manner::Praise),
    ("request", Manner::Request),
    ("solved", Manner::Solved),
    ("thanks", Manner::Thanks),
    ("want_human", Manner::WantHuman),
    ("who_are_you", Manner::WhoAreYou),
];

/// Where a complaint stands among them.
pub(super) const COMPLAINING: usize = 4;

/// What manner of saying a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Manner {
    /// A question, a wish or a report: something to answer or to handle. What is both, thanks and a question for
    /// example, is a request.
    Request,
    /// 你好, 在吗.
    Greeting,
    /// 谢谢, 辛苦了.
    Thanks,
    /// 再见, 先这样.
    Goodbye,
    /// 好的, 知道了, 不用了: an answer that asks for nothing.
    Ack,
    /// 你是机器人吗, 你能做什么.
    WhoAreYou,
    /// Praise of people, goods or the machine.
    Praise,
    /// What was asked is settled: 解决了, 退款到了, 投诉撤销吧.
    Solved,
    /// Keys, marks, fragments and slips that say nothing.
    Noise,
    /// Talk that has nothing to do with the company.
    Chat,
    /// Texts that machines send: absence notes, receipts, advertisements, notices.
    AutoReply,
    /// Asks for a human and says nothing else.
    WantHuman,
    /// Insults, and anger at the machine's answers.
    Abuse,
    /// A complaint, as the complaint model understands it.
    Complaint,
}

impl Manner {
    /// Its name in files and figures.
    #[must_use]
    pub fn name(self) -> &'static str {
        MANNERS.iter().find(|(_, manner)| *manner == self).map_or("request", |(name, _)| name)
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
        assert_eq!(Manner::WhoAreYou.name(), "who_are_you");
    }
}
