//! What tells an entry from its neighbours: asked character pairs that none of its questions has, and words of the
//! matched question that were not asked, each weighed by how far an entry's own questions share such terms.
//!
//! A template that many entries have (怎么…要什么材料) outweighs the one word that matters; the words that an entry's
//! questions share are what it is about.

use rustc_hash::FxHashMap;

use super::lexicon::Weighted;
use super::question::QuestionProfile;
use super::stored::StoredQuestion;

/// Chance that another question of an entry has a term too, before any is counted.
const PRIOR: f32 = 0.35;
/// Weight of that chance, in questions.
const PRIOR_COUNT: f32 = 2.0;

/// Terms of one kind over all entries.
#[derive(Debug, Default)]
struct Shared {
    /// Chance, by term id, that another question of the same entry has the term.
    chances: FxHashMap<u32, f32>,
}

/// The terms of every entry with the number of its questions that have each, and how far such terms are shared.
#[derive(Debug, Default)]
pub(in crate::ranking) struct Contrast {
    /// Per entry, ascending by term.
    entries: Vec<Vec<(u32, u16)>>,
    grams: Shared,
    words: Shared,
}

impl Contrast {
    /// Counts the terms of all questions that may answer; an entry's questions stand together.
    #[must_use]
    pub(in crate::ranking) fn build(entries: usize, questions: &[StoredQuestion]) -> Self {
        let mut found = Self { entries: vec![Vec::new(); entries], ..Self::default() };
        let (mut grams, mut words) = (Counts::default(), Counts::default());
        for of_entry in questions.chunk_by(|a, b| a.entry == b.entry) {
            let own = of_entry.iter().filter(|question| !question.negative);
            let in_grams = count(own.clone().map(|question| &question.profile.grams));
            let in_words = count(own.clone().map(|question| &question.profile.words));
            let asked = own.count();
            grams.add(&in_grams, asked);
            words.add(&in_words, asked);
            if let Some(slot) = of_entry.first().and_then(|first| found.entries.get_mut(first.entry as usize)) {
                *slot = in_grams;
            }
        }
        found.grams = grams.chances();
        found.words = words.chances();
        found
    }

    /// What none of an entry's questions has of what was asked. `without` is a question of the entry that does not count,
    /// for it is being asked.
    #[must_use]
    pub(in crate::ranking) fn asked_missing(
        &self,
        asked: &QuestionProfile,
        entry: u32,
        without: Option<&StoredQuestion>,
    ) -> f32 {
        let own = without.filter(|question| question.entry == entry).map(|question| &question.profile.grams);
        self.missing(&asked.grams, entry, own)
    }

    /// What a stored question has that was not asked.
    #[must_use]
    pub(in crate::ranking) fn stored_extra(&self, asked: &QuestionProfile, stored: &QuestionProfile) -> f32 {
        self.extra(&asked.words, &stored.words)
    }

    /// Share by weight of the asked terms known to the corpus that no question of the entry has, 0..=1.
    fn missing(&self, asked: &Weighted, entry: u32, without: Option<&Weighted>) -> f32 {
        let Some(terms) = self.entries.get(entry as usize) else { return 0.0 };
        let (mut absent, mut total) = (0.0, 0.0);
        for (id, idf) in asked.known() {
            let weight = idf * self.grams.chance(id);
            total += weight;
            let held = terms.binary_search_by_key(&id, |(own, _)| *own).map_or(0, |at| terms[at].1);
            let own = u16::from(without.is_some_and(|question| question.has(id)));
            if held <= own {
                absent += weight;
            }
        }
        if total > 0.0 { absent / total } else { 0.0 }
    }

    /// Weight of the stored question's words that were not asked, as a share of all its words, 0..=1.
    fn extra(&self, asked: &Weighted, stored: &Weighted) -> f32 {
        let not_asked = stored.known().filter(|(id, _)| !asked.has(*id));
        let weight: f32 = not_asked.map(|(id, idf)| idf * self.words.chance(id)).sum();
        if stored.total_idf > 0.0 { (weight / stored.total_idf).min(1.0) } else { 0.0 }
    }
}

impl Shared {
    fn chance(&self, id: u32) -> f32 {
        self.chances.get(&id).copied().unwrap_or(PRIOR)
    }
}

/// Over entries of several questions: how often a question has a term, and how often another has it then too.
#[derive(Default)]
struct Counts {
    /// Term → (chances to be shared, times shared).
    pairs: FxHashMap<u32, (f32, f32)>,
}

impl Counts {
    fn add(&mut self, terms: &[(u32, u16)], questions: usize) {
        let Ok(questions @ 2..) = u16::try_from(questions) else { return };
        let others = f32::from(questions - 1);
        for (id, held) in terms {
            // An entry of many questions counts as one of few.
            let held = f32::from(*held);
            let slot = self.pairs.entry(*id).or_default();
            slot.0 += held / f32::from(questions) * others.min(3.0);
            slot.1 += held / f32::from(questions) * others.min(3.0) * (held - 1.0) / others;
        }
    }

    fn chances(self) -> Shared {
        let chance = |(tries, shared): (f32, f32)| (shared + PRIOR * PRIOR_COUNT) / (tries + PRIOR_COUNT);
        Shared { chances: self.pairs.into_iter().map(|(id, counts)| (id, chance(counts))).collect() }
    }
}

/// Distinct terms with the number of texts that have each, ascending.
fn count<'a>(texts: impl Iterator<Item = &'a Weighted>) -> Vec<(u32, u16)> {
    let mut ids: Vec<u32> = texts.flat_map(|text| text.known().map(|(id, _)| id)).collect();
    ids.sort_unstable();
    ids.chunk_by(|a, b| a == b).map(|run| (run[0], u16::try_from(run.len()).unwrap_or(u16::MAX))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{SourceFile, load_files};
    use crate::ranking::compare::stored;
    use crate::retrieval::Terms;
    use crate::text::segment::Segmenter;

    #[test]
    fn the_word_that_matters_outweighs_the_template() {
        let file = SourceFile {
            path: "a.jsonl".into(),
            bytes: r#"{"id":"a","question":"护照到期怎么换","similar":["护照过期换新要什么","换护照"],"answer":"甲"}
{"id":"b","question":"驾照到期怎么换","similar":["驾照过期换新要什么","换驾照"],"answer":"乙"}
"#
            .into(),
        };
        let corpus = load_files(&[file], &jiff::tz::TimeZone::UTC).unwrap();
        let segmenter = Segmenter::default();
        let analysed = stored::analyse(&corpus, &segmenter);
        let lexicons = stored::lexicons(2, &analysed);
        let questions = stored::profiled(&analysed, &lexicons);
        let contrast = Contrast::build(2, &questions);
        let asked = QuestionProfile::new(&Terms::of("驾照到期怎么换新", &segmenter), &lexicons);
        let missing = |entry| contrast.missing(&asked.grams, entry, None);
        assert!(missing(0) > 0.2 && missing(1) < 0.01, "{} {}", missing(0), missing(1));
        let extra = |question: usize| contrast.extra(&asked.words, &questions[question].profile.words);
        assert!(extra(0) > extra(3), "{} {}", extra(0), extra(3));
        let without = contrast.missing(&questions[0].profile.grams, 0, Some(&questions[0].profile.grams));
        assert!(without > 0.0, "what only the question itself has does not count");
    }
}
