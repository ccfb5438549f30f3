//! How much each term of a corpus tells: inverse document frequencies over entries, and TF-IDF vectors.

use rustc_hash::{FxHashMap, FxHashSet};

/// A sparse vector: term id and weight, ascending by id, L2 norm 1 (empty for no terms).
pub type SparseVector = Vec<(u32, f32)>;

/// Term → id and inverse document frequency. Documents are entries, not question texts, so that an entry with many
/// similar questions does not make its own words look common.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    ids: FxHashMap<String, u32>,
    idf: Vec<f32>,
    unseen_idf: f32,
    /// Mean number of terms of a question text.
    mean_length: f32,
}

/// BM25 term saturation and length normalisation (Robertson & Zaragoza 2009), the usual values.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// The terms of one text weighted against a lexicon.
#[derive(Debug, Clone, Default)]
pub struct Weighted {
    /// Sublinear TF-IDF, norm 1 over known and unknown terms together.
    pub vector: SparseVector,
    /// Known distinct terms with their idf, ascending by id.
    pub terms: Vec<(u32, f32)>,
    /// BM25 weight of each known term as a stored text, as a share of the most a term can weigh.
    pub bm25: Vec<(u32, f32)>,
    /// Sum of idf over distinct terms, unknown ones included.
    pub total_idf: f32,
}

impl Lexicon {
    /// Counts the terms of each entry, given as the term lists of its questions.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of entries are far below 2^24")]
    pub fn build<'a>(entries: impl Iterator<Item = Vec<&'a [String]>>) -> Self {
        let mut ids: FxHashMap<String, u32> = FxHashMap::default();
        let mut frequencies: Vec<u32> = Vec::new();
        let (mut documents, mut texts, mut length) = (0_u32, 0_usize, 0_usize);
        for entry in entries {
            documents += 1;
            texts += entry.len();
            length += entry.iter().map(|terms| terms.len()).sum::<usize>();
            let mut seen: FxHashSet<&str> = FxHashSet::default();
            for term in entry.into_iter().flatten().filter(|term| seen.insert(term.as_str())) {
                let next = u32::try_from(frequencies.len()).unwrap_or(u32::MAX);
                let id = *ids.entry(term.clone()).or_insert(next);
                if id == next {
                    frequencies.push(0);
                }
                frequencies[id as usize] += 1;
            }
        }
        let n = documents as f32;
        let idf_of = |df: f32| ((n + 1.0) / (df + 1.0)).ln() + 1.0;
        let idf = frequencies.iter().map(|df| idf_of(*df as f32)).collect();
        Self { ids, idf, unseen_idf: idf_of(0.0), mean_length: length as f32 / texts.max(1) as f32 }
    }

    /// Weighs the terms of a text: `(1 + ln tf) · idf`, normalised; unknown terms count as the rarest possible.
    #[must_use]
    pub fn weigh(&self, terms: &[String]) -> Weighted {
        let mut known: Vec<u32> = Vec::with_capacity(terms.len());
        let mut unknown: Vec<&str> = Vec::new();
        for term in terms {
            match self.ids.get(term) {
                Some(id) => known.push(*id),
                None => unknown.push(term),
            }
        }
        known.sort_unstable();
        unknown.sort_unstable();
        unknown.dedup();
        let mut weighted = Weighted::default();
        let mut square = 0.0_f32;
        for run in known.chunk_by(|a, b| a == b) {
            let idf = self.idf[run[0] as usize];
            let weight = sublinear(run.len()) * idf;
            square += weight * weight;
            weighted.total_idf += idf;
            weighted.vector.push((run[0], weight));
            weighted.terms.push((run[0], idf));
            weighted.bm25.push((run[0], idf * self.saturation(run.len(), terms.len())));
        }
        for _ in &unknown {
            square += self.unseen_idf * self.unseen_idf;
            weighted.total_idf += self.unseen_idf;
        }
        let norm = square.sqrt().max(f32::MIN_POSITIVE);
        for (_, weight) in &mut weighted.vector {
            *weight /= norm;
        }
        weighted
    }

    /// `tf / (tf + k1 (1 − b + b · length / mean length))`, in 0..1.
    #[expect(clippy::cast_precision_loss, reason = "lengths are far below 2^24")]
    fn saturation(&self, count: usize, length: usize) -> f32 {
        let relative = length as f32 / self.mean_length.max(1.0);
        count as f32 / (count as f32 + K1 * (1.0 - B + B * relative))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a term occurs far fewer than 2^24 times in a text")]
fn sublinear(count: usize) -> f32 {
    if count == 1 { 1.0 } else { 1.0 + (count as f32).ln() }
}

/// Scalar product of two sparse vectors; the cosine where both have norm 1.
#[must_use]
pub fn dot(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    let mut sum = 0.0;
    merge(a, b, |x, y| sum += x * y);
    sum
}

/// Sum of the first list's values over the ids both lists hold.
#[must_use]
pub fn shared_sum(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    let mut sum = 0.0;
    merge(a, b, |x, _| sum += x);
    sum
}

fn merge(a: &[(u32, f32)], b: &[(u32, f32)], mut on_both: impl FnMut(f32, f32)) {
    let (mut i, mut j) = (0, 0);
    while let (Some((left, x)), Some((right, y))) = (a.get(i), b.get(j)) {
        match left.cmp(right) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                on_both(*x, *y);
                i += 1;
                j += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn rare_terms_weigh_more_and_vectors_have_norm_one() {
        let (a, b) = (terms("退 款"), terms("运 费 款"));
        let lexicon = Lexicon::build([vec![a.as_slice()], vec![b.as_slice()]].into_iter());
        let weighted = lexicon.weigh(&terms("退 款"));
        let norm: f32 = weighted.vector.iter().map(|(_, w)| w * w).sum();
        assert!((norm - 1.0).abs() < 1e-6);
        assert!(weighted.vector[0].1 > weighted.vector[1].1, "退 stands in one entry, 款 in two");
        let half_known = lexicon.weigh(&terms("退 船"));
        assert!(dot(&half_known.vector, &weighted.vector) < 0.8);
        assert!((shared_sum(&weighted.terms, &weighted.terms) - weighted.total_idf).abs() < 1e-5);
    }
}
