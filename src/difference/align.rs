//! Which words of two questions stand for each other, and which are left over on either side.
//!
//! Free of order: 退货怎么办理 and 怎么办理退货 align word by word. Greedy, the most similar pair first.

use crate::text::pinyin::syllables;

use super::reading::{Reading, Word};

/// Two words that stand for each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) asked: &'a Word,
    pub(super) stored: &'a Word,
    /// 0..=1.
    pub(super) similarity: f32,
}

/// A word left over, with what it weighs that the other side lacks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left<'a> {
    pub(super) word: &'a Word,
    pub(super) weight: f32,
}

/// An alignment of two questions without the words that both have.
#[derive(Debug, Default)]
pub(super) struct Alignment<'a> {
    pub(super) pairs: Vec<Pair<'a>>,
    /// Only in the question asked.
    pub(super) new: Vec<Left<'a>>,
    /// Only in the stored one.
    pub(super) missing: Vec<Left<'a>>,
}

/// From here on two words say the same.
pub(super) const SAME: f32 = 0.93;
/// Below this nothing speaks for a pair.
const LEAST: f32 = 0.12;
/// Most that two members of one list, or opposites, are alike.
const RIVALS: f32 = 0.4;

/// Aligns the words that carry a subject.
pub(super) fn align<'a>(asked: &'a Reading, stored: &'a Reading) -> Alignment<'a> {
    let ours = only_in(asked, stored);
    let theirs = only_in(stored, asked);
    let mut scored: Vec<(f32, usize, usize)> = Vec::new();
    for (i, a) in ours.iter().enumerate() {
        for (j, b) in theirs.iter().enumerate() {
            let similarity = similarity(a, b);
            if similarity > LEAST || rivals(a, b) {
                scored.push((similarity, i, j));
            }
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut used_a, mut used_b) = (vec![false; ours.len()], vec![false; theirs.len()]);
    let mut found = Alignment::default();
    for (similarity, i, j) in scored {
        if !used_a[i] && !used_b[j] {
            (used_a[i], used_b[j]) = (true, true);
            found.pairs.push(Pair { asked: ours[i], stored: theirs[j], similarity });
        }
    }
    found.new = left(&ours, &used_a, stored);
    found.missing = left(&theirs, &used_b, asked);
    found
}

fn only_in<'a>(own: &'a Reading, other: &Reading) -> Vec<&'a Word> {
    let mut found: Vec<&Word> = Vec::new();
    for word in own.content() {
        if !other.content().any(|theirs| theirs.text == word.text) && !found.iter().any(|held| held.text == word.text) {
            found.push(word);
        }
    }
    found
}

fn left<'a>(words: &[&'a Word], used: &[bool], other: &Reading) -> Vec<Left<'a>> {
    let free = words.iter().zip(used).filter(|(_, used)| !**used);
    free.map(|(word, _)| Left { word, weight: word.weight * (1.0 - covered(&word.text, other)) }).collect()
}

/// Share of a word's characters that the other text has; all where it stands there in one piece.
pub(super) fn covered(word: &str, other: &Reading) -> f32 {
    if other.text.contains(word) {
        return 1.0;
    }
    let found = word.chars().filter(|c| other.han.binary_search(c).is_ok()).count();
    ratio(found, word.chars().count())
}

/// Whether two words are members of one list, or opposites, and not the same.
pub(super) fn rivals(a: &Word, b: &Word) -> bool {
    a.facts.opposes(b.facts) || (a.facts.lists & b.facts.lists != 0 && !a.facts.means(b.facts))
}

/// How alike two words are, 0..=1, by lists, sound and characters.
pub(super) fn similarity(a: &Word, b: &Word) -> f32 {
    if a.text == b.text {
        return 1.0;
    }
    if a.facts.means(b.facts) {
        return 0.95;
    }
    let (la, lb) = (a.text.chars().count(), b.text.chars().count());
    if la > 1 && la == lb && syllables(&a.text) == syllables(&b.text) {
        return SAME;
    }
    let contains = a.text.contains(&*b.text) || b.text.contains(&*a.text);
    let shared = shared_characters(&a.text, &b.text);
    let alike = if shared == 0 {
        0.0
    } else if contains {
        0.55 + 0.35 * ratio(shared, la.max(lb))
    } else {
        0.7 * 2.0 * ratio(shared, la + lb)
    };
    if a.facts.opposes(b.facts) || (rivals(a, b) && !contains) { alike.min(RIVALS) } else { alike }
}

fn shared_characters(a: &str, b: &str) -> usize {
    let mut rest: Vec<char> = b.chars().collect();
    a.chars()
        .filter(|c| match rest.iter().position(|other| other == c) {
            Some(at) => {
                rest.swap_remove(at);
                true
            }
            None => false,
        })
        .count()
}

#[expect(clippy::cast_precision_loss, reason = "lengths of words")]
fn ratio(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment::Segmenter;

    #[test]
    fn what_says_the_same_aligns_and_the_rest_is_left() {
        let of = |text| Reading::of(text, &Segmenter::default());
        let (asked, stored) = (of("运费怎么收，急"), of("邮费怎么算"));
        let found = align(&asked, &stored);
        assert!(found.pairs.iter().any(|pair| pair.similarity >= SAME && &*pair.asked.text == "运费"), "{found:?}");
        let (asked, stored) = (of("绑定手机"), of("解绑手机"));
        let found = align(&asked, &stored);
        assert!(found.pairs.len() == 1 && found.pairs[0].similarity <= RIVALS, "{found:?}");
        let (asked, stored) = (of("海外仓库发货多久"), of("发货多久"));
        let found = align(&asked, &stored);
        assert!(found.new.iter().any(|left| &*left.word.text == "海外" && left.weight > 0.2), "{found:?}");
    }
}
