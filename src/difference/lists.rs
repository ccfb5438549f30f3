//! Members of lists of like things that only one of two questions names.

use super::align::{SAME, similarity};
use super::reading::{Reading, Word};
use super::tables::{GROUPS, tables};

/// Counts for one group of lists.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Listed {
    /// Lists of which each question names another member.
    pub(super) other: usize,
    /// Members that only the question asked names.
    pub(super) new: usize,
    /// Members that only the stored one names.
    pub(super) missing: usize,
}

/// Two words of one list, one of each question, neither in the other.
pub(super) type Rivals<'a> = (&'a Word, &'a Word);

/// Counts for every group, in the order of [`GROUPS`], and the rivals found.
pub(super) fn listed<'a>(asked: &'a Reading, stored: &'a Reading) -> ([Listed; GROUPS.len()], Vec<Rivals<'a>>) {
    let ours = lonely(asked, stored);
    let theirs = lonely(stored, asked);
    let mut counts = [Listed::default(); GROUPS.len()];
    let mut rivals = Vec::new();
    for (count, lists) in counts.iter_mut().zip(tables().groups) {
        let of_group = |words: &[&Word]| words.iter().filter(|word| word.facts.lists & lists != 0).count();
        count.new = of_group(&ours);
        count.missing = of_group(&theirs);
        let mut both = 0_u64;
        for a in &ours {
            for b in &theirs {
                let shared = a.facts.lists & b.facts.lists & lists;
                if shared != 0 {
                    if both & shared == 0 {
                        rivals.push((*a, *b));
                    }
                    both |= shared;
                }
            }
        }
        count.other = usize::try_from(both.count_ones()).unwrap_or(0);
    }
    (counts, rivals)
}

/// Listed words of `own` that `other` has under no name.
fn lonely<'a>(own: &'a Reading, other: &Reading) -> Vec<&'a Word> {
    let mut found: Vec<&Word> = Vec::new();
    for word in own.words.iter().filter(|word| word.facts.lists != 0) {
        let same = |theirs: &Word| {
            theirs.text.contains(&*word.text) || word.text.contains(&*theirs.text) || similarity(word, theirs) >= SAME
        };
        let weekend =
            |theirs: &Word| within_weekend(&word.text, &theirs.text) || within_weekend(&theirs.text, &word.text);
        let known =
            other.words.iter().any(|theirs| same(theirs) || weekend(theirs)) || other.text.contains(&*word.text);
        if !known && !found.iter().any(|held| held.text == word.text) {
            found.push(word);
        }
    }
    found
}

/// 周六 is part of 周末.
fn within_weekend(day: &str, whole: &str) -> bool {
    whole == "周末" && matches!(day, "周六" | "周日")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment::Segmenter;

    #[test]
    fn another_member_of_a_list_is_told() {
        let of = |text| Reading::of(text, &Segmenter::default());
        let group = |name: &str| GROUPS.iter().position(|own| *own == name).unwrap();
        let (asked, stored) = (of("护照怎么补办"), of("身份证怎么补办"));
        let (counts, rivals) = listed(&asked, &stored);
        assert_eq!(counts[group("product")].other, 1, "{counts:?}");
        assert_eq!((&*rivals[0].0.text, &*rivals[0].1.text), ("护照", "身份证"));
        let (asked, stored) = (of("周六开门吗"), of("周末开门吗"));
        assert_eq!(listed(&asked, &stored).0[group("time")], Listed::default());
        let (asked, stored) = (of("电冰箱怎么修"), of("冰箱怎么修"));
        assert_eq!(listed(&asked, &stored).0[group("product")], Listed::default());
    }
}
