//! Which character of a rewritten text stood where in the text before: what two texts have in common, in order.
//!
//! Exact where the changed stretch is short; a long one is gone along step by step, so that the work grows with the
//! length of the texts and not with its square. Knows nothing of the rules.

use super::cost::steps;
use super::span::Span;

/// A stretch is compared cell by cell up to so many cells for each of its characters.
const CELLS: usize = 64;
/// Characters looked ahead for a place where two texts are alike again: about the length of a tag with its style.
const REACH: usize = 256;
/// Characters that must agree there.
const ALIKE: usize = 3;

/// For each character of `after`, where it stood in `before`: by what both have in common, and between that by position
/// where as many characters left as came. Cells compared are taken from `budget`; without any left, only what the texts
/// begin and end with is matched.
pub(super) fn align(before: &str, after: &str, budget: &mut usize) -> Vec<Option<Span>> {
    let before: Vec<char> = before.chars().collect();
    let after: Vec<char> = after.chars().collect();
    steps(before.len() + after.len());
    let prefix = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before[prefix..].iter().rev().zip(after[prefix..].iter().rev());
    let suffix = rest.take_while(|(a, b)| a == b).count();
    let (from, to) = (&before[prefix..before.len() - suffix], &after[prefix..after.len() - suffix]);
    let mut matches = in_common(from, to, budget);
    matches.push((from.len(), to.len()));
    let mut origins: Vec<Option<Span>> = (0..prefix).map(one).collect();
    let (mut left, mut right) = (0, 0);
    for (i, j) in matches {
        origins.extend(replaced(Span { start: prefix + left, end: prefix + i }, j - right));
        if j < to.len() {
            origins.push(one(prefix + i));
        }
        (left, right) = (i + 1, j + 1);
    }
    origins.extend((before.len() - suffix..before.len()).map(one));
    origins
}

pub(super) fn one(at: usize) -> Option<Span> {
    Some(Span { start: at, end: at + 1 })
}

/// Origins of `count` characters that took the place of `gone`.
fn replaced(gone: Span, count: usize) -> Vec<Option<Span>> {
    let length = gone.end - gone.start;
    if length == count {
        (gone.start..gone.end).map(one).collect()
    } else if count == 1 && length > 0 {
        vec![Some(gone)]
    } else {
        vec![None; count]
    }
}

/// Pairs of positions of equal characters, both ascending.
fn in_common(a: &[char], b: &[char], budget: &mut usize) -> Vec<(usize, usize)> {
    if a.len().saturating_mul(b.len()) <= CELLS * (a.len() + b.len()) {
        common_subsequence(a, b, budget)
    } else {
        step_by_step(a, b, budget)
    }
}

/// Goes along both texts; where they differ, on to the nearest place where they are alike again.
fn step_by_step(a: &[char], b: &[char], budget: &mut usize) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            if !spend(budget, 1) {
                break;
            }
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let Some((gone, come)) = gap(&a[i..], &b[j..], budget) else { break };
        (i, j) = (i + gone, j + come);
    }
    pairs
}

/// How many characters went and came before the texts are alike again; one for one where that is nowhere near. `None`
/// without a budget to look.
fn gap(a: &[char], b: &[char], budget: &mut usize) -> Option<(usize, usize)> {
    let alike = |gone: usize, come: usize| {
        let (Some(a), Some(b)) = (a.get(gone..), b.get(come..)) else { return false };
        let length = ALIKE.min(a.len()).min(b.len());
        length > 0 && a[..length] == b[..length]
    };
    for distance in 1..=REACH.min(a.len().max(b.len())) {
        if !spend(budget, 5) {
            return None;
        }
        // A character for one, some for none, some for one, none for some, one for some.
        let shapes = [(distance, distance), (distance, 0), (distance, 1), (0, distance), (1, distance)];
        if let Some(found) = shapes.into_iter().find(|(gone, come)| alike(*gone, *come)) {
            return Some(found);
        }
    }
    Some((1, 1))
}

fn spend(budget: &mut usize, cost: usize) -> bool {
    steps(cost.min(*budget));
    match budget.checked_sub(cost) {
        Some(left) => {
            *budget = left;
            true
        }
        None => false,
    }
}

/// Pairs of positions of a longest common subsequence, the earliest where several are as long.
fn common_subsequence(a: &[char], b: &[char], budget: &mut usize) -> Vec<(usize, usize)> {
    if a.is_empty() || b.is_empty() || !spend(budget, a.len() * b.len()) {
        return Vec::new();
    }
    let width = b.len() + 1;
    let mut longest = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i * width + j] = if a[i] == b[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_aligned_through_markup() {
        let sentence = |at: usize| format!("第{at}件商品的运费是{at}元");
        let before: String = (0..300).map(|at| format!("<p class=\"a{at}\">{}</p>", sentence(at))).collect();
        let after: String = (0..300).map(sentence).collect();
        let mut plenty = usize::MAX;
        let origins = align(&before, &after, &mut plenty);
        let chars: (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
        assert_eq!(origins.len(), chars.1.len());
        let right = origins.iter().zip(&chars.1).filter(|(origin, c)| origin.is_some_and(|o| chars.0[o.start] == **c));
        // A digit here and there may be matched with the one in the class.
        assert!(right.count() * 100 >= chars.1.len() * 95);
    }

    #[test]
    fn without_a_budget_the_ends_are_still_matched() {
        let mut nothing = 0;
        let origins = align("请问<b>运费</b>怎么算", "请问运费怎么算", &mut nothing);
        assert_eq!(origins, [one(0), one(1), None, None, one(11), one(12), one(13)]);
    }
}
