//! The named features of a difference; what each means stands beside its name.

use super::align::{Alignment, SAME, align, covered};
use super::corpus::Context;
use super::lists::{Rivals, listed};
use super::numbers::numbers;
use super::reading::logic::strong_classes;
use super::reading::{Reading, Word};

macro_rules! features {
    ($($name:ident $text:literal,)*) => {
        /// One way in which two questions differ. `New` is only in the question asked, `Missing` only in the stored one,
        /// `Other` where each has its own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Feature { $($name,)* }

        impl Feature {
            /// All features in the order of a model's weights.
            pub const ALL: [Self; FEATURES] = [$(Self::$name,)*];

            /// The name in a model file.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        /// Number of features.
        pub const FEATURES: usize = [$($text,)*].len();
    };
}

features! {
    NumberOther "number_other", NumberNew "number_new", NumberMissing "number_missing",
    NumberNewSinglesOut "number_new_singles_out", NumberInRange "number_in_range",
    CodeOther "code_other", CodeNew "code_new", CodeMissing "code_missing", CodeContained "code_contained",
    SymbolOther "symbol_other", SymbolNew "symbol_new", SymbolMissing "symbol_missing",
    SignOnCode "sign_on_code", LatinNew "latin_new",
    NewMost "new_most", NewSum "new_sum", MissingMost "missing_most", MissingSum "missing_sum",
    PairMost "pair_most", PairSum "pair_sum", PairsFar "pairs_far", PairsClose "pairs_close", PairsSame "pairs_same",
    PairSameEnd "pair_same_end", PairSameStart "pair_same_start",
    FoundOfAsked "found_of_asked", FoundOfStored "found_of_stored", FoundLeast "found_least",
    CharactersOfAsked "characters_of_asked", CharactersOfStored "characters_of_stored",
    ContentOfAsked "content_of_asked", ContentOfStored "content_of_stored", NoSubject "no_subject",
    LengthOfAsked "length_of_asked", LengthRatio "length_ratio",
    Opposite "opposite",
    TimeOther "time_other", TimeNew "time_new", TimeMissing "time_missing",
    PlaceOther "place_other", PlaceNew "place_new", PlaceMissing "place_missing",
    RoleOther "role_other", RoleNew "role_new", RoleMissing "role_missing",
    LevelOther "level_other", LevelNew "level_new", LevelMissing "level_missing",
    ProductOther "product_other", ProductNew "product_new", ProductMissing "product_missing",
    ActOther "act_other", ActNew "act_new", ActMissing "act_missing",
    DeniesOnce "denies_once", AlreadyOrNotYet "already_or_not_yet", NotBeingNew "not_being_new",
    DeniesTheSame "denies_the_same", ContrastNew "contrast_new",
    Passive "passive", AboutYouNew "about_you_new", RoleFlipped "role_flipped",
    ConditionNew "condition_new", ConditionMissing "condition_missing",
    AgentNew "agent_new", AgentMissing "agent_missing",
    ClassOther "class_other", ClassOneSided "class_one_sided", ClassNone "class_none",
    ModifierNew "modifier_new", ModifierMissing "modifier_missing",
    SentenceCosine "sentence_cosine",
    TellingPair "telling_pair", SlotMissing "slot_missing", SlotNew "slot_new",
    KnownElsewhere "known_elsewhere", Unknown "unknown", RarestMissing "rarest_missing",
    ExplainedByEntry "explained_by_entry", Unexplained "unexplained",
    NameOther "name_other", NameNew "name_new",
    FoundButOnePair "found_but_one_pair", NearCopy "near_copy",
}

/// Values of all features of one comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Features(pub [f32; FEATURES]);

impl Features {
    fn set(&mut self, feature: Feature, value: f32) {
        self.0[feature as usize] = value;
    }

    fn flag(&mut self, feature: Feature, set: bool) {
        self.set(feature, if set { 1.0 } else { 0.0 });
    }

    fn count(&mut self, feature: Feature, count: usize, most: usize) {
        self.set(feature, real(count.min(most)));
    }

    /// The value of one feature.
    #[must_use]
    pub fn get(&self, feature: Feature) -> f32 {
        self.0[feature as usize]
    }
}

/// Compares a question with a stored one; `cosine` is that of the two whole questions.
#[must_use]
pub fn compare(asked: &Reading, stored: &Reading, cosine: f32, context: Context<'_>) -> Features {
    let mut features = Features([0.0; FEATURES]);
    numbers_and_marks(&mut features, asked, stored);
    let alignment = align(asked, stored);
    words(&mut features, asked, stored, &alignment);
    lengths(&mut features, asked, stored);
    let (_, rivals) = lists(&mut features, asked, stored);
    logic(&mut features, asked, stored);
    modifiers(&mut features, asked, stored);
    let (other, new) = super::names::names(asked, stored);
    features.flag(Feature::NameOther, other.is_some());
    features.flag(Feature::NameNew, new);
    features.set(Feature::SentenceCosine, cosine);
    corpus(&mut features, (asked, stored), &alignment, context, &rivals);
    let most = features.get(Feature::PairMost);
    features.set(Feature::FoundButOnePair, if most > 0.25 { features.get(Feature::FoundLeast) } else { 0.0 });
    let open = most + features.get(Feature::NewMost) + features.get(Feature::MissingMost) > 0.25;
    let near = features.get(Feature::CharactersOfAsked) > 0.7 && features.get(Feature::CharactersOfStored) > 0.7;
    features.flag(Feature::NearCopy, near && open);
    features
}

fn numbers_and_marks(features: &mut Features, asked: &Reading, stored: &Reading) {
    use Feature as F;
    let found = numbers(asked, stored);
    features.count(F::NumberOther, found.rivals.len(), 2);
    features.count(F::NumberNew, found.new.len(), 2);
    features.count(F::NumberMissing, found.missing.len(), 2);
    features.flag(F::NumberNewSinglesOut, found.new.iter().any(|value| value.class.singles_out()));
    features.flag(F::NumberInRange, found.rivals.iter().any(|(own, range)| own.within(range)));
    let (new, missing) = (&found.codes_new, &found.codes_missing);
    features.flag(F::CodeOther, !new.is_empty() && !missing.is_empty());
    features.flag(F::CodeNew, !new.is_empty() && missing.is_empty());
    features.flag(F::CodeMissing, new.is_empty() && !missing.is_empty());
    let contained = new.iter().any(|a| missing.iter().any(|b| a.contains(b) || b.contains(a)));
    features.flag(F::CodeContained, contained);
    let only = |own: &Reading, other: &Reading| own.symbols.iter().any(|symbol| !other.symbols.contains(symbol));
    let (new, missing) = (only(asked, stored), only(stored, asked));
    features.flag(F::SymbolOther, new && missing);
    features.flag(F::SymbolNew, new);
    features.flag(F::SymbolMissing, missing);
    let signed = |own: &Reading, other: &Reading| {
        own.marks.chunks.iter().filter(|chunk| chunk.ends_with(['+', '#'])).any(|chunk| {
            let bare = chunk.trim_end_matches(['+', '#']);
            let same_code = other.marks.chunks.iter().any(|theirs| theirs.trim_end_matches(['+', '#']) == bare);
            same_code && !other.marks.chunks.contains(chunk)
        })
    };
    features.flag(F::SignOnCode, signed(asked, stored) || signed(stored, asked));
    let latin = |reading: &Reading| reading.marks.latin.iter().map(|(word, _)| word.clone()).collect::<Vec<_>>();
    let theirs = latin(stored);
    let known = |word: &str| {
        matches!(word, "app" | "wifi" | "gb" | "hi" | "kg" | "ok" | "hello")
            || stored.text.contains(word)
            || theirs.iter().any(|other| word.contains(&**other))
    };
    features.flag(F::LatinNew, latin(asked).iter().any(|word| !known(word)));
}

fn words(features: &mut Features, asked: &Reading, stored: &Reading, alignment: &Alignment<'_>) {
    use Feature as F;
    let most = |weights: &[f32]| weights.iter().copied().fold(0.0, f32::max);
    let sum = |weights: &[f32]| weights.iter().sum::<f32>().min(3.0);
    let new: Vec<f32> = alignment.new.iter().map(|left| left.weight).collect();
    let missing: Vec<f32> = alignment.missing.iter().map(|left| left.weight).collect();
    let cost = |pair: &super::align::Pair<'_>| pair.asked.weight.max(pair.stored.weight) * (1.0 - pair.similarity);
    let pairs: Vec<f32> = alignment.pairs.iter().map(cost).collect();
    for (feature, value) in [
        (F::NewMost, most(&new)),
        (F::NewSum, sum(&new)),
        (F::MissingMost, most(&missing)),
        (F::MissingSum, sum(&missing)),
        (F::PairMost, most(&pairs)),
        (F::PairSum, sum(&pairs)),
    ] {
        features.set(feature, value);
    }
    let like =
        |range: std::ops::Range<f32>| alignment.pairs.iter().filter(|pair| range.contains(&pair.similarity)).count();
    features.count(F::PairsFar, like(0.0..0.5), 4);
    features.count(F::PairsClose, like(0.5..SAME), 4);
    features.count(F::PairsSame, like(SAME..2.0), 4);
    let other = |pair: &&super::align::Pair<'_>| {
        let long = pair.asked.text.chars().nth(1).is_some() && pair.stored.text.chars().nth(1).is_some();
        pair.similarity < SAME && long
    };
    let open: Vec<_> = alignment.pairs.iter().filter(other).collect();
    let ends = |pair: &&&super::align::Pair<'_>| pair.asked.text.chars().last() == pair.stored.text.chars().last();
    let starts = |pair: &&&super::align::Pair<'_>| pair.asked.text.chars().next() == pair.stored.text.chars().next();
    features.count(F::PairSameEnd, open.iter().filter(|pair| ends(pair) && !starts(pair)).count(), 2);
    features.count(F::PairSameStart, open.iter().filter(|pair| starts(pair) && !ends(pair)).count(), 2);
    let total = |reading: &Reading| distinct_weight(reading).max(0.1);
    let open_pairs: f32 = pairs.iter().sum();
    let found = |left: &[f32], total: f32| 1.0 - ((left.iter().sum::<f32>() + open_pairs) / total).min(1.0);
    let (of_asked, of_stored) = (found(&new, total(asked)), found(&missing, total(stored)));
    features.set(F::FoundOfAsked, of_asked);
    features.set(F::FoundOfStored, of_stored);
    features.set(F::FoundLeast, of_asked.min(of_stored));
}

fn distinct_weight(reading: &Reading) -> f32 {
    let mut seen: Vec<&Word> = Vec::new();
    for word in reading.content() {
        if !seen.iter().any(|held| held.text == word.text) {
            seen.push(word);
        }
    }
    seen.iter().map(|word| word.weight).sum()
}

fn lengths(features: &mut Features, asked: &Reading, stored: &Reading) {
    use Feature as F;
    let shared = shared(&asked.han, &stored.han);
    features.set(F::CharactersOfAsked, real(shared) / real(asked.han.len().max(1)));
    features.set(F::CharactersOfStored, real(shared) / real(stored.han.len().max(1)));
    let (content, theirs) = (asked.content_count(), stored.content_count());
    features.set(F::ContentOfAsked, real(content.min(12)) / 6.0);
    features.set(F::ContentOfStored, real(theirs.min(12)) / 6.0);
    features.flag(F::NoSubject, content <= 1);
    features.set(F::LengthOfAsked, real(asked.length.min(30)) / 15.0);
    features.set(F::LengthRatio, (real(asked.length) / real(stored.length.max(1))).min(1.5));
}

/// How many characters two sorted lists share.
fn shared(a: &[char], b: &[char]) -> usize {
    let (mut i, mut j, mut found) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                (i, j, found) = (i + 1, j + 1, found + 1);
            }
        }
    }
    found
}

fn lists<'a>(features: &mut Features, asked: &'a Reading, stored: &'a Reading) -> (usize, Vec<Rivals<'a>>) {
    use Feature as F;
    let (counts, rivals) = listed(asked, stored);
    let names = [
        (F::TimeOther, F::TimeNew, F::TimeMissing),
        (F::PlaceOther, F::PlaceNew, F::PlaceMissing),
        (F::RoleOther, F::RoleNew, F::RoleMissing),
        (F::LevelOther, F::LevelNew, F::LevelMissing),
        (F::ProductOther, F::ProductNew, F::ProductMissing),
        (F::ActOther, F::ActNew, F::ActMissing),
    ];
    for ((other, new, missing), count) in names.into_iter().zip(counts) {
        features.count(other, count.other, 2);
        features.count(new, count.new, 2);
        features.count(missing, count.missing, 2);
    }
    features.flag(F::Opposite, opposite(asked, stored).is_some());
    (counts.iter().map(|count| count.other).sum(), rivals)
}

/// Two words, each of one question alone, that are opposites.
pub(super) fn opposite<'a>(asked: &'a Reading, stored: &'a Reading) -> Option<(&'a Word, &'a Word)> {
    let only = |own: &'a Reading, other: &'a Reading| {
        own.words.iter().filter(move |word| !other.words.iter().any(|theirs| theirs.text == word.text))
    };
    only(asked, stored)
        .filter(|word| !word.facts.opposites.is_empty())
        .find_map(|a| only(stored, asked).find(|b| a.facts.opposes(b.facts) && !a.facts.means(b.facts)).map(|b| (a, b)))
}

fn logic(features: &mut Features, asked: &Reading, stored: &Reading) {
    use Feature as F;
    let (a, b) = (&asked.logic, &stored.logic);
    features.flag(F::DeniesOnce, (a.negations > 0) != (b.negations > 0));
    features.flag(F::AlreadyOrNotYet, (a.already && b.not_yet && !a.not_yet) || (a.not_yet && b.already && !b.not_yet));
    features.flag(F::NotBeingNew, a.not_being && !b.not_being);
    let affirms = |denied: &[char], theirs: &[char], other: &Reading| {
        denied.iter().any(|c| !theirs.contains(c) && other.text.contains(*c))
    };
    features.flag(F::DeniesTheSame, affirms(&a.denied, &b.denied, stored) || affirms(&b.denied, &a.denied, asked));
    features.flag(F::ContrastNew, a.contrast && !b.contrast);
    features.flag(F::Passive, a.passive != b.passive);
    features.flag(F::AboutYouNew, a.about_you && !b.about_you);
    features.flag(F::RoleFlipped, role_flipped(asked, stored));
    let bits = |set: u128| usize::try_from(set.count_ones()).unwrap_or(0);
    features.count(F::ConditionNew, bits(a.conditions & !b.conditions), 2);
    features.count(F::ConditionMissing, bits(b.conditions & !a.conditions), 2);
    features.flag(F::AgentNew, a.agent && !b.agent);
    features.flag(F::AgentMissing, b.agent && !a.agent);
    let (ours, theirs) = (a.classes & strong_classes(), b.classes & strong_classes());
    features.flag(F::ClassOther, ours != 0 && theirs != 0 && ours & theirs == 0);
    features.flag(F::ClassOneSided, (ours == 0) != (theirs == 0));
    features.flag(F::ClassNone, a.classes == 0);
}

/// Whether somebody stands before a shared word in one question and behind it in the other.
fn role_flipped(asked: &Reading, stored: &Reading) -> bool {
    let person = |word: &&Word| {
        word.facts.lists & super::tables::tables().groups[2] != 0 || matches!(&*word.text, "我" | "你们" | "我们")
    };
    let place = |reading: &Reading, name: &str| reading.words.iter().position(|word| &*word.text == name);
    asked.words.iter().enumerate().filter(|(_, word)| person(word)).any(|(who, word)| {
        let Some(stored_who) = place(stored, &word.text) else { return false };
        asked.words.iter().enumerate().filter(|(_, word)| !word.facts.stop && !person(word)).any(|(what, word)| {
            place(stored, &word.text).is_some_and(|stored_what| (who < what) != (stored_who < stored_what))
        })
    })
}

/// A word before 的 that only one question has, where both have what it modifies.
fn modifiers(features: &mut Features, asked: &Reading, stored: &Reading) {
    let modified = |own: &Reading, other: &Reading| {
        own.words.windows(3).any(|three| {
            let [modifier, of, head] = three else { return false };
            &*of.text == "的"
                && !head.facts.stop
                && covered(&head.text, other) >= 1.0
                && !modifier.facts.stop
                && covered(&modifier.text, other) < 0.5
                && !other.words.iter().any(|word| super::align::similarity(word, modifier) >= SAME)
        })
    };
    features.flag(Feature::ModifierNew, modified(asked, stored));
    features.flag(Feature::ModifierMissing, modified(stored, asked));
}

fn corpus(
    features: &mut Features,
    (asked, stored): (&Reading, &Reading),
    alignment: &Alignment<'_>,
    context: Context<'_>,
    listed: &[Rivals<'_>],
) {
    use Feature as F;
    let only = |own: &Reading, other: &Reading| {
        own.words
            .iter()
            .filter(|word| !other.words.iter().any(|theirs| theirs.text == word.text))
            .cloned()
            .collect::<Vec<_>>()
    };
    let (ours, theirs) = (only(asked, stored), only(stored, asked));
    let tells = |a: &Word, b: &Word| context.words.tells_apart(&a.text, &b.text) && !a.facts.means(b.facts);
    let told = ours.iter().any(|a| theirs.iter().any(|b| tells(a, b)));
    features.flag(F::TellingPair, told || listed.iter().any(|(a, b)| context.words.tells_apart(&a.text, &b.text)));
    let open_pairs = alignment.pairs.iter().filter(|pair| pair.similarity < 0.7);
    let new: Vec<&str> = (alignment.new.iter().filter(|left| left.weight > 0.15).map(|left| &*left.word.text))
        .chain(open_pairs.clone().map(|pair| &*pair.asked.text))
        .collect();
    let missing: Vec<&str> = (alignment.missing.iter().filter(|left| left.weight > 0.15).map(|left| &*left.word.text))
        .chain(open_pairs.map(|pair| &*pair.stored.text))
        .collect();
    features.flag(F::SlotMissing, missing.iter().any(|word| context.words.is_slot(word)));
    features.flag(F::SlotNew, new.iter().any(|word| context.words.is_slot(word)));
    let in_entry = |word: &&&str| context.entry.iter().any(|question| question.text.contains(**word));
    let elsewhere = new.iter().filter(|word| context.words.entries_with(word) > 0 && !in_entry(word)).count();
    features.count(F::KnownElsewhere, elsewhere, 3);
    features.count(F::Unknown, new.iter().filter(|word| context.words.entries_with(word) == 0).count(), 3);
    let rarity = |word: &&&str| match context.words.entries_with(word) {
        0 => 0.0,
        count => 1.0 / count_root(count),
    };
    features.set(F::RarestMissing, missing.iter().map(|word| rarity(&word)).fold(0.0, f32::max));
    let explained = new.iter().filter(in_entry).count();
    features.count(F::ExplainedByEntry, explained, 3);
    features.count(F::Unexplained, new.len() - explained, 3);
}

#[expect(clippy::cast_precision_loss, reason = "counts of entries are far below 2^24")]
fn count_root(count: u32) -> f32 {
    (count as f32).sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn real(count: usize) -> f32 {
    count as f32
}
