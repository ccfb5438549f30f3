//! How much each term of a corpus tells: inverse document frequencies over entries, and TF-IDF vectors.

use rustc_hash::{FxHashMap, FxHashSet};

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

/// A known term of one text.
#[derive(Debug, Clone, Copy, PartialEq)]
struct WeightedTerm {
    id: u32,
    idf: f32,
    /// Sublinear TF-IDF; the vector has norm 1 over known and unknown terms together.
    tf_idf: f32,
    /// BM25 weight as a stored text, as a share of the most a term can weigh.
    bm25: f32,
}

/// The terms of one text weighted against a lexicon.
#[derive(Debug, Clone, Default)]
pub struct Weighted {
    /// Distinct known terms, ascending by id.
    terms: Vec<WeightedTerm>,
    /// Sum of idf over distinct terms, unknown ones included.
    pub total_idf: f32,
}

/// What two texts have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Overlap {
    /// Cosine of the TF-IDF vectors.
    pub cosine: f32,
    /// Sum of idf over shared terms.
    pub idf: f32,
    /// BM25 of the stored text for the asked one.
    pub bm25: f32,
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
            let bm25 = idf * self.saturation(run.len(), terms.len());
            weighted.terms.push(WeightedTerm { id: run[0], idf, tf_idf: weight, bm25 });
        }
        for _ in &unknown {
            square += self.unseen_idf * self.unseen_idf;
            weighted.total_idf += self.unseen_idf;
        }
        let norm = square.sqrt().max(f32::MIN_POSITIVE);
        for term in &mut weighted.terms {
            term.tf_idf /= norm;
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

impl Weighted {
    /// Distinct known terms with their inverse document frequencies, ascending by id.
    pub(in crate::ranking) fn known(&self) -> impl Iterator<Item = (u32, f32)> {
        self.terms.iter().map(|term| (term.id, term.idf))
    }

    /// Whether the text has a term.
    pub(in crate::ranking) fn has(&self, id: u32) -> bool {
        self.terms.binary_search_by_key(&id, |term| term.id).is_ok()
    }

    /// Compares with a stored text in one pass over both lists.
    #[must_use]
    pub fn overlap(&self, stored: &Self) -> Overlap {
        let mut overlap = Overlap::default();
        let (mut i, mut j) = (0, 0);
        while let (Some(asked), Some(known)) = (self.terms.get(i), stored.terms.get(j)) {
            match asked.id.cmp(&known.id) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    overlap.cosine += asked.tf_idf * known.tf_idf;
                    overlap.idf += asked.idf;
                    overlap.bm25 += known.bm25;
                    i += 1;
                    j += 1;
                }
            }
        }
        overlap
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
        let with_itself = weighted.overlap(&weighted);
        assert!((with_itself.cosine - 1.0).abs() < 1e-6);
        assert!((with_itself.idf - weighted.total_idf).abs() < 1e-5);
        assert!(weighted.terms[0].tf_idf > weighted.terms[1].tf_idf, "退 stands in one entry, 款 in two");
        assert!(with_itself.bm25 < weighted.total_idf, "BM25 saturates below the most it can reach");
        let half_known = lexicon.weigh(&terms("退 船"));
        assert!(half_known.overlap(&weighted).cosine < 0.8);
    }
}
