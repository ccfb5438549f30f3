//! Two readings of a message that may refer to an earlier one: alone, and together with it.
//!
//! Read alone, a complete question ranks its entry high, whatever was said before. Read together, a fragment inherits
//! its topic, but the earlier question's own entry tends to come back. So the two rankings are added up: the right
//! entry is the one that both find, the entry just answered set aside. The weights and bounds below were chosen by
//! measuring conversations; a text that is sure of itself is never read along.

use jiff::Timestamp;
use std::sync::LazyLock;

use regex::Regex;

use super::remark::Remark;
use super::turn::{Got, Turn};
use crate::ranking::Scored;
use crate::retrieval::IndexError;
use crate::snapshot::{Asked, Ranked, Snapshot};
use crate::text::match_key;

/// Characters up to which a message may go on from an earlier one; who writes more says what it is about.
const FRAGMENT: usize = 48;
/// Characters of an earlier text that a fragment is read with.
const CONTEXT: usize = 80;
/// Letters up to which a text is too short to stand for itself.
pub(super) const THIN: usize = 4;
/// Weight of the ranking read together beside that read alone.
const TOGETHER: f32 = 1.5;
/// Least confidence of a reading together with a question that nothing answered: what was missed once drags the next
/// question away from what it asks unless both parts together make one.
const BESIDE_A_MISS: f32 = 0.6;
/// How much surer than the suggest threshold a joint reading must be where the text alone says next to nothing.
const MARGIN: f32 = 0.1;
/// Confidence alone from which an entry is meant at least a little, and from which it is meant rather.
const SLIGHTLY: f32 = 0.01;
const RATHER: f32 = 0.05;

/// Questions about one side of a matter (when, how much, where): they ask for another entry than the one just given.
#[expect(clippy::unwrap_used, reason = "the pattern is a constant and every test run compiles it")]
static ASPECT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        "多久|几天|多长|什么时候|啥时候|多少钱|要钱|运费|邮费|谁出|谁掏|谁承担|收费|免费|期限|有效期|",
        "怎么|咋|在哪|哪里|什么",
    ))
    .unwrap()
});

/// How a message is understood.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    /// Best first.
    pub(super) scored: Vec<Scored>,
    /// The text that was ranked.
    pub(super) read_as: String,
    /// The earlier text it was read with.
    pub(super) read_with: Option<String>,
}

/// Ranks texts on behalf of one message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) asked: Asked<'a>,
    pub(super) now: Timestamp,
}

impl Reader<'_> {
    pub(super) fn rank(&self, text: &str) -> Result<Ranked, IndexError> {
        self.snapshot.ranked(&Asked { text, ..self.asked }, self.now)
    }

    /// Least confidence of suggestions.
    pub(super) fn offered_from(&self) -> f32 {
        let threshold = self.snapshot.policy.suggest_threshold;
        #[expect(clippy::cast_possible_truncation, reason = "a share; the next float up where rounding went down")]
        let rounded = threshold as f32;
        if f64::from(rounded) < threshold { rounded.next_up() } else { rounded }
    }

    fn answered_from(&self) -> f64 {
        self.snapshot.policy.answer_threshold
    }

    /// The message by itself: as typed, or without the words that only point back, whichever is surer.
    pub(super) fn alone(&self, typed: &Ranked, remark: &Remark) -> Result<Reading, IndexError> {
        if !is_fragment(&typed.normalized) {
            return Ok(Reading { scored: typed.scored.clone(), read_as: typed.normalized.clone(), read_with: None });
        }
        let core = self.rank(&remark.core)?;
        let typed_is_surer = confidence(&typed.scored) > confidence(&core.scored);
        let (surer, read_as) =
            if typed_is_surer { (&typed.scored, &typed.normalized) } else { (&core.scored, &remark.core) };
        Ok(Reading { scored: surer.clone(), read_as: read_as.clone(), read_with: None })
    }

    /// The better of the message alone and together with an earlier one.
    pub(super) fn choose(&self, remark: &Remark, alone: Reading, earlier: &Turn) -> Result<Reading, IndexError> {
        let thin = match_key(&remark.core).chars().count() <= THIN;
        let aspect = ASPECT.is_match(&remark.core);
        let sure = confidence(&alone.scored);
        let dependent = thin || aspect || remark.points_back || remark.corrects;
        if !is_fragment(&remark.core)
            || (f64::from(sure) >= self.answered_from() && !thin)
            || (sure >= self.offered_from() && !dependent)
        {
            return Ok(alone);
        }
        let core = self.rank(&remark.core)?;
        let Some((together, context)) = self.together(remark, earlier)? else { return Ok(alone) };
        let set_aside = set_aside(earlier, remark.corrects).and_then(|id| self.snapshot.corpus.position(id));
        let joint = Reading {
            scored: together.scored.clone(),
            read_as: together.normalized.clone(),
            read_with: Some(context.to_owned()),
        };
        let bound = if earlier.is_miss() { BESIDE_A_MISS } else { self.offered_from() + MARGIN };
        let joint_is_sure = confidence(&joint.scored) >= bound;
        let alone_top = alone.scored.first().map(|best| best.entry);
        if set_aside.is_some() && alone_top == set_aside {
            return Ok(if confidence(&joint.scored) > sure { joint } else { alone });
        }
        let Some(meant) = meant_by_both(&core.scored, &joint.scored, set_aside) else {
            return Ok(if sure < self.offered_from() && joint_is_sure { joint } else { alone });
        };
        if sure >= self.offered_from() {
            return Ok(if alone_top == Some(meant.entry) { alone } else { self.led_by(meant, joint) });
        }
        let alone_confidence = confidence_in(&core.scored, meant.entry);
        let comes_back = joint.scored.first().map(|best| best.entry) == set_aside;
        let rather_meant =
            !earlier.is_miss() && alone_confidence >= RATHER && confidence(&joint.scored) >= self.offered_from();
        Ok(match () {
            () if !joint_is_sure && !rather_meant => alone,
            () if comes_back && (aspect || alone_confidence >= SLIGHTLY) => self.led_by(meant, joint),
            () if !comes_back && (aspect || remark.corrects) => self.led_by(meant, joint),
            () => joint,
        })
    }

    /// The surest ranking of the message behind an earlier text, and that text.
    fn together<'t>(&self, remark: &Remark, earlier: &'t Turn) -> Result<Option<(Ranked, &'t str)>, IndexError> {
        let mut best: Option<(Ranked, &str)> = None;
        for context in std::iter::once(earlier.text.as_str()).chain(earlier.read_with.as_deref()) {
            let shown: String = context.chars().take(CONTEXT).collect();
            let ranked = self.rank(&format!("{shown},{}", remark.core))?;
            let surer = best.as_ref().is_none_or(|(held, _)| confidence(&ranked.scored) > confidence(&held.scored));
            if !ranked.scored.is_empty() && surer {
                best = Some((ranked, context));
            }
        }
        Ok(best)
    }

    /// The joint reading with the entry that both readings mean in front. It is offered, so that its confidence is at
    /// least that of suggestions; those behind it are no surer.
    fn led_by(&self, meant: Meant, joint: Reading) -> Reading {
        let offered = meant.confidence.max(self.offered_from());
        let (mut front, rest): (Vec<Scored>, Vec<Scored>) =
            joint.scored.into_iter().partition(|scored| scored.entry == meant.entry);
        for scored in &mut front {
            (scored.confidence, scored.floor) = (offered, Some(offered));
        }
        let behind = rest.into_iter().map(|scored| capped(scored, offered));
        front.extend(behind);
        Reading { scored: front, ..joint }
    }
}

/// A candidate no surer than this; its explanation says so where that changes it.
pub(super) fn capped(scored: Scored, ceiling: f32) -> Scored {
    if scored.confidence <= ceiling { scored } else { Scored { confidence: ceiling, ceiling: Some(ceiling), ..scored } }
}

/// Whether a text is short enough to go on from another.
fn is_fragment(text: &str) -> bool {
    text.chars().nth(FRAGMENT).is_none()
}

/// An entry that both readings rank.
#[derive(Debug, Clone, Copy)]
struct Meant {
    entry: u32,
    /// The larger of its two confidences.
    confidence: f32,
}

/// The entry with the most points in both rankings together; the first in the joint one among equals.
fn meant_by_both(alone: &[Scored], joint: &[Scored], set_aside: Option<u32>) -> Option<Meant> {
    let mut best: Option<(f32, Meant)> = None;
    for together in joint.iter().filter(|scored| Some(scored.entry) != set_aside) {
        let Some(own) = alone.iter().find(|scored| scored.entry == together.entry) else { continue };
        let points = own.rank_logit + TOGETHER * together.rank_logit;
        if best.as_ref().is_none_or(|(held, _)| points.total_cmp(held).is_gt()) {
            let confidence = own.confidence.max(together.confidence);
            best = Some((points, Meant { entry: together.entry, confidence }));
        }
    }
    best.map(|(_, meant)| meant)
}

/// The entry that a follow-up hardly asks for: the one just answered, or for a correction the one understood.
fn set_aside(earlier: &Turn, corrects: bool) -> Option<&str> {
    match &earlier.got {
        Got::Answer { faq_id } => Some(faq_id),
        Got::Suggestions { faq_ids } if corrects => faq_ids.first().map(String::as_str),
        Got::Suggestions { .. } | Got::Handoff { .. } | Got::SmallTalk => None,
    }
}

pub(super) fn confidence(scored: &[Scored]) -> f32 {
    scored.first().map_or(0.0, |best| best.confidence)
}

fn confidence_in(scored: &[Scored], entry: u32) -> f32 {
    scored.iter().find(|scored| scored.entry == entry).map_or(0.0, |scored| scored.confidence)
}
