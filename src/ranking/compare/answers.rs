//! What an entry's answer says of the words that its question lacks: "能刷身份证吗" is answered where the answer speaks
//! of 身份证 although no question does.

use rustc_hash::{FxHashMap, FxHashSet};

use super::question::QuestionProfile;
use crate::text::{match_key, normalize};

/// Characters of an answer that are looked at; what matters stands at the beginning.
const ANSWER_CHARS: usize = 600;

type Pair = [char; 2];

/// The character pairs of all answers with their inverse document frequencies.
#[derive(Debug, Default)]
pub struct AnswerPairs {
    ids: FxHashMap<Pair, u32>,
    idf: Vec<f32>,
    unseen_idf: f32,
    /// Ids of each entry's answer, ascending.
    entries: Vec<Vec<u32>>,
}

/// The pairs of a question, weighed.
#[derive(Debug)]
pub struct AskedPairs {
    /// Those that some answer contains.
    known: Vec<(Pair, u32)>,
    total_idf: f32,
}

impl AnswerPairs {
    /// Reads the answers in the order of the entries.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of entries are far below 2^24")]
    pub fn build<'a>(answers: impl Iterator<Item = &'a str>) -> Self {
        let mut ids: FxHashMap<Pair, u32> = FxHashMap::default();
        let mut frequencies: Vec<u32> = Vec::new();
        let mut entries = Vec::new();
        for answer in answers {
            let mut own: Vec<u32> = pairs(&match_key(&normalize(answer)), ANSWER_CHARS)
                .map(|pair| {
                    let next = u32::try_from(ids.len()).unwrap_or(u32::MAX);
                    *ids.entry(pair).or_insert(next)
                })
                .collect();
            own.sort_unstable();
            own.dedup();
            frequencies.resize(ids.len(), 0);
            for id in &own {
                frequencies[*id as usize] += 1;
            }
            entries.push(own);
        }
        let idf = |frequency: u32| ((entries.len() as f32 + 1.0) / (frequency as f32 + 1.0)).ln() + 1.0;
        Self { idf: frequencies.iter().map(|frequency| idf(*frequency)).collect(), unseen_idf: idf(0), ids, entries }
    }

    /// Weighs the pairs of a question.
    #[must_use]
    pub fn weigh(&self, asked: &QuestionProfile) -> AskedPairs {
        let mut seen: FxHashSet<Pair> = FxHashSet::default();
        let mut weighed = AskedPairs { known: Vec::new(), total_idf: 0.0 };
        for pair in asked.chars.windows(2).map(|pair| [pair[0], pair[1]]).filter(|pair| seen.insert(*pair)) {
            match self.ids.get(&pair) {
                Some(id) => {
                    weighed.total_idf += self.idf[*id as usize];
                    weighed.known.push((pair, *id));
                }
                None => weighed.total_idf += self.unseen_idf,
            }
        }
        weighed
    }

    /// Share, by weight, of the asked pairs that the entry's answer contains and the stored question does not, 0..=1.
    #[must_use]
    pub fn explained(&self, asked: &AskedPairs, entry: u32, stored: &QuestionProfile) -> f32 {
        let Some(answer) = self.entries.get(entry as usize) else { return 0.0 };
        if asked.total_idf <= 0.0 {
            return 0.0;
        }
        let asks = |pair: &Pair| stored.chars.windows(2).any(|own| own == pair);
        let explained = asked.known.iter().filter(|(pair, id)| answer.binary_search(id).is_ok() && !asks(pair));
        explained.map(|(_, id)| self.idf[*id as usize]).sum::<f32>() / asked.total_idf
    }
}

fn pairs(key: &str, limit: usize) -> impl Iterator<Item = Pair> {
    key.chars().zip(key.chars().skip(1)).take(limit).map(|(a, b)| [a, b])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::compare::question::Lexicons;
    use crate::retrieval::Terms;
    use crate::text::segment::Segmenter;

    #[test]
    fn only_what_the_question_lacks_counts() {
        let profile = |text| QuestionProfile::new(&Terms::of(text, &Segmenter::default()), &Lexicons::default());
        let answers = AnswerPairs::build(["请携带身份证到柜台办理开卡", "运费十元"].into_iter());
        let asked = answers.weigh(&profile("开卡要身份证吗"));
        let explained = |entry, stored| answers.explained(&asked, entry, &profile(stored));
        assert!(explained(0, "怎么办理新卡") > explained(0, "开卡需要什么"), "开卡 stands in the question already");
        assert!(explained(0, "开卡需要什么") > 0.2, "身份证 stands only in the answer");
        assert!(explained(1, "运费多少").abs() < f32::EPSILON);
        assert!(explained(9, "运费多少").abs() < f32::EPSILON, "no such entry");
    }
}
