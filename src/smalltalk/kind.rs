//! The kinds of talk that ask nothing of the corpus, and their names.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a text is that is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TalkKind {
    /// 您好，在吗
    Greeting,
    /// 谢谢
    Thanks,
    /// 再见
    Goodbye,
    /// 好的，知道了
    Ack,
    /// 你是机器人吗，你能做什么
    WhoAreYou,
    /// 服务真好
    Praise,
    /// 已解决，不用处理了
    Solved,
    /// Keys hit at random, a lone mark, a picture's stand-in, a message for somebody else.
    Noise,
    /// 讲个笑话
    Chat,
    /// Out of office, undelivered mail, notices of machines.
    AutoReply,
    /// 转人工
    WantHuman,
    /// Insults, and anger at the machine.
    Abuse,
}

impl TalkKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Greeting,
        Self::Thanks,
        Self::Goodbye,
        Self::Ack,
        Self::WhoAreYou,
        Self::Praise,
        Self::Solved,
        Self::Noise,
        Self::Chat,
        Self::AutoReply,
        Self::WantHuman,
        Self::Abuse,
    ];

    /// The name in files, in the API and as a label of the learned model.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Thanks => "thanks",
            Self::Goodbye => "goodbye",
            Self::Ack => "ack",
            Self::WhoAreYou => "who_are_you",
            Self::Praise => "praise",
            Self::Solved => "solved",
            Self::Noise => "noise",
            Self::Chat => "chat",
            Self::AutoReply => "auto_reply",
            Self::WantHuman => "want_human",
            Self::Abuse => "abuse",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether nobody has anything to do for a text of this kind: not for somebody who wants a human, nor for
    /// somebody angry, who may have asked before.
    #[must_use]
    pub fn asks_nothing(self) -> bool {
        !matches!(self, Self::WantHuman | Self::Abuse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_kinds() {
        for kind in TalkKind::ALL {
            assert_eq!(TalkKind::parse(kind.name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        assert_eq!(TalkKind::parse("request"), None);
    }
}
