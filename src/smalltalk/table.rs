//! What is said to small talk and which wordings belong to it: the table that ships and a corpus's own over it.
//!
//! Reading `smalltalk.toml` with its lines is the business of `corpus`; recognising text is in `cover` and `pattern`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::kind::TalkKind;

/// One kind's reply and wordings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Talk {
    /// What is said where the channel has no text of its own; the shipped text where empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
    /// Wordings that make a text this kind when nothing else is said; a corpus's own come on top of the shipped ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phrases: Vec<String>,
    /// Whether texts of this kind are small talk at all; the corpus and the skill groups get them where not.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Channel → what is said there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

impl Default for Talk {
    fn default() -> Self {
        Self { answer: String::new(), answers: BTreeMap::new(), phrases: Vec::new(), enabled: true }
    }
}

/// A corpus's own small talk; the default leaves everything as it ships.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Smalltalk(pub BTreeMap<TalkKind, Talk>);

static BUILT_IN: LazyLock<Smalltalk> =
    LazyLock::new(|| toml::from_str(include_str!("built_in.toml")).unwrap_or_default());

/// The table that ships.
#[must_use]
pub fn built_in() -> &'static Smalltalk {
    &BUILT_IN
}

impl Smalltalk {
    /// Whether nothing differs from what ships.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said to a text of a kind. `channel` in the one form that corpora use for channels.
    #[must_use]
    pub fn reply(&self, kind: TalkKind, channel: Option<&str>) -> &str {
        let own = self.0.get(&kind);
        let shipped = built_in().0.get(&kind);
        let for_channel = |talk: &'_ Talk| channel.is_some_and(|channel| talk.answers.contains_key(channel));
        // A corpus's general text is nearer to it than the shipped text of a channel.
        for talk in [own, shipped].into_iter().flatten() {
            if let Some(text) = channel.filter(|_| for_channel(talk)).and_then(|channel| talk.answers.get(channel)) {
                return text;
            }
            if !talk.answer.is_empty() {
                return &talk.answer;
            }
        }
        ""
    }

    /// Whether texts of a kind are small talk in this corpus.
    #[must_use]
    pub fn takes(&self, kind: TalkKind) -> bool {
        self.0.get(&kind).is_none_or(|talk| talk.enabled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_replies_to_every_kind() {
        for kind in TalkKind::ALL {
            let talk = built_in().0.get(&kind);
            assert!(talk.is_some_and(|talk| !talk.answer.is_empty() && !talk.phrases.is_empty()), "{kind:?}");
        }
    }

    #[test]
    fn own_texts_win_by_channel_and_then_in_general() {
        let own: Smalltalk =
            toml::from_str("[greeting]\nanswer = \"欢迎\"\nanswers = { sms = \"短\" }\n[ack]\nenabled = false\n")
                .unwrap();
        let rows = [(None, "欢迎"), (Some("sms"), "短"), (Some("wechat"), "欢迎")];
        for (channel, expected) in rows {
            assert_eq!(own.reply(TalkKind::Greeting, channel), expected, "{channel:?}");
        }
        assert_eq!(own.reply(TalkKind::Thanks, None), built_in().0[&TalkKind::Thanks].answer);
        assert!(!own.takes(TalkKind::Ack) && own.takes(TalkKind::Thanks));
    }
}
