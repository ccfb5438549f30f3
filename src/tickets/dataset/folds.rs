//! Deterministic, stratified folds with near-duplicates kept together.
//!
//! A ticket pasted twice with another order number must not stand on both sides of a split: it would be remembered,
//! not understood, and every figure measured would be too good. Near-duplicates are found by MinHash (Broder, 1997)
//! over the character n-grams of the match key, and checked by their true overlap.

use rustc_hash::FxHashMap;

use crate::random::SplitMix;
use crate::text::match_key;
use crate::tickets::features::TicketText;

/// Overlap (Jaccard) of shingles from which two tickets count as one.
const NEAR: f64 = 0.7;
/// Signature bands; tickets that agree in one are compared.
const BANDS: usize = 6;
/// Hashes in a band.
const BAND_HASHES: usize = 3;
/// Characters in a shingle; keys that are shorter are one shingle.
const SHINGLE: usize = 3;

/// The fold, `0..folds`, of each row: near-duplicates share one, and each class is spread evenly over all.
#[must_use]
pub(crate) fn assign_folds(tickets: &[TicketText], targets: &[usize], folds: usize, seed: u64) -> Vec<usize> {
    let clusters = near_duplicates(tickets);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); tickets.len()];
    for (row, cluster) in clusters.iter().enumerate() {
        members[*cluster].push(row);
    }
    let mut order: Vec<usize> = (0..tickets.len()).filter(|cluster| !members[*cluster].is_empty()).collect();
    // Large clusters first, so that small ones even out what they leave; chance among equals.
    order.sort_by_key(|cluster| {
        let chance = SplitMix(seed ^ (*cluster as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)).next();
        (std::cmp::Reverse(members[*cluster].len()), chance)
    });
    let classes = targets.iter().max().map_or(0, |largest| largest + 1);
    let mut by_class = vec![vec![0_usize; folds]; classes];
    let mut sizes = vec![0_usize; folds];
    let mut assigned = vec![0; tickets.len()];
    for cluster in order {
        let class = targets[members[cluster][0]];
        let fold = (0..folds).min_by_key(|fold| (by_class[class][*fold], sizes[*fold], *fold)).unwrap_or(0);
        for row in &members[cluster] {
            assigned[*row] = fold;
            by_class[targets[*row]][fold] += 1;
            sizes[fold] += 1;
        }
    }
    assigned
}

/// For each row the first row of its cluster of near-duplicates; a row like no other is its own.
///
/// Linear in the rows: only rows that share a band of the signature are compared. Likeness is handed on, so that two
/// rows of a cluster may each be near a third and less near one another.
#[must_use]
pub(crate) fn near_duplicates(tickets: &[TicketText]) -> Vec<usize> {
    let shingles: Vec<Vec<u64>> = tickets.iter().map(shingles).collect();
    let mut parent: Vec<usize> = (0..tickets.len()).collect();
    let mut seen: FxHashMap<(usize, u64), usize> = FxHashMap::default();
    for (row, own) in shingles.iter().enumerate() {
        for (band, key) in signature(own).into_iter().enumerate() {
            let first = *seen.entry((band, key)).or_insert(row);
            if first != row && root(&parent, first) != root(&parent, row) && overlap(own, &shingles[first]) >= NEAR {
                let (a, b) = (root(&parent, first), root(&parent, row));
                parent[a.max(b)] = a.min(b);
            }
        }
    }
    (0..tickets.len()).map(|row| root(&parent, row)).collect()
}

fn root(parent: &[usize], row: usize) -> usize {
    let mut at = row;
    while parent[at] != at {
        at = parent[at];
    }
    at
}

/// The distinct shingles of a ticket's match key as hashes, ascending.
fn shingles(ticket: &TicketText) -> Vec<u64> {
    let chars: Vec<char> = match_key(&ticket.joined()).chars().collect();
    let hash = |part: &[char]| part.iter().fold(0, |hash: u64, c| SplitMix(hash ^ u64::from(u32::from(*c))).next());
    let mut shingles: Vec<u64> =
        if chars.len() <= SHINGLE { vec![hash(&chars)] } else { chars.windows(SHINGLE).map(hash).collect() };
    shingles.sort_unstable();
    shingles.dedup();
    shingles
}

/// One key for each band.
fn signature(shingles: &[u64]) -> [u64; BANDS] {
    std::array::from_fn(|band| {
        (0..BAND_HASHES).fold(0, |key: u64, at| {
            let salt = ((band * BAND_HASHES + at + 1) as u64).wrapping_mul(0xd6e8_feb8_6659_fd93);
            let least = shingles.iter().map(|shingle| (shingle ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15)).min();
            SplitMix(key ^ least.unwrap_or(0)).next()
        })
    })
}

/// Jaccard similarity of two ascending lists.
fn overlap(a: &[u64], b: &[u64]) -> f64 {
    let common = a.iter().filter(|shingle| b.binary_search(shingle).is_ok()).count();
    common as f64 / (a.len() + b.len() - common).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_duplicates_share_a_fold_and_classes_are_spread() {
        let texts: Vec<String> = (0..200)
            .map(|n| {
                let topic = ["奶粉罐子凹进去了能不能换一罐新的", "流量套餐下个月想改成便宜的那一档"][n % 2];
                let words: String = SplitMix(n as u64 / 4)
                    .next()
                    .to_string()
                    .chars()
                    .map(|d| ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'][d as usize - 48])
                    .collect();
                format!("{words}{topic}{words}")
            })
            .collect();
        // Rows 4k and 4k + 2 have one text up to a mark.
        let tickets: Vec<TicketText> = texts
            .iter()
            .enumerate()
            .map(|(n, text)| TicketText {
                title: String::new(),
                text: if n % 4 < 2 { text.clone() } else { format!("{text}!") },
                channel: String::new(),
            })
            .collect();
        let targets: Vec<usize> = (0..200).map(|n| n % 2).collect();
        let folds = assign_folds(&tickets, &targets, 5, 7);
        for n in (0..200).filter(|n| n % 4 < 2) {
            assert_eq!(folds[n], folds[n + 2], "row {n}");
        }
        for fold in 0..5 {
            for class in 0..2 {
                let rows = (0..200).filter(|n| folds[*n] == fold && targets[*n] == class).count();
                assert_eq!(rows, 20, "fold {fold}, class {class}");
            }
        }
        assert_eq!(folds, assign_folds(&tickets, &targets, 5, 7));
        assert_ne!(folds, assign_folds(&tickets, &targets, 5, 8));
    }
}
