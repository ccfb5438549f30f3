//! The terms of a normalised ticket: character n-grams and jieba words, each named by a 64-bit key.
//!
//! A term is known by its key alone, so models hold no customer text; that two of the at most a few million terms
//! of a model share a key has a chance below one in a million. What a term weighs is not decided here.

use crate::text::normalize;
use crate::text::placeholder::is_placeholder;
use crate::text::segment::Segmenter;

/// Version of everything that decides which terms a ticket has and what they weigh; stamped into every model.
pub(crate) const FEATURE_VERSION: u32 = 2;

/// Longest character n-gram.
const LONGEST_GRAM: usize = 3;

/// Stands before the first and after the last character, so that how a text begins and ends is a term of its own.
const EDGE: char = '\u{2}';

/// A kind of terms; each is normalised to its own length before they are put side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum View {
    /// Character n-grams of title and text.
    Characters = 0,
    /// Words and pairs of neighbouring words of title and text.
    Words = 1,
    /// Character n-grams of the title alone.
    Title = 2,
    /// Length, digits and the channel; since feature version 2.
    Signals = 3,
}

impl View {
    /// The kind a key belongs to; its two highest bits say so, hence sorted keys stand kind by kind.
    #[must_use]
    pub(crate) fn of(key: u64) -> Self {
        match key >> 62 {
            0 => Self::Characters,
            1 => Self::Words,
            2 => Self::Title,
            _ => Self::Signals,
        }
    }
}

/// Title and text in normalised form, and where they came in.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketText {
    pub title: String,
    pub text: String,
    /// In lower case; empty where unknown.
    pub channel: String,
}

impl TicketText {
    /// Normalises what the customer left.
    #[must_use]
    pub fn new(title: &str, text: &str) -> Self {
        Self { title: normalize(title), text: normalize(text), channel: String::new() }
    }

    /// The same ticket, come in by this channel.
    #[must_use]
    pub fn by(self, channel: Option<&str>) -> Self {
        Self { channel: channel.unwrap_or_default().trim().to_lowercase(), ..self }
    }

    /// Title and text as one string, the title on a line of its own.
    #[must_use]
    pub fn joined(&self) -> String {
        match (self.title.is_empty(), self.text.is_empty()) {
            (true, _) => self.text.clone(),
            (_, true) => self.title.clone(),
            _ => format!("{}\n{}", self.title, self.text),
        }
    }

    /// Whether nothing was left of the ticket.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.title.is_empty() && self.text.is_empty()
    }
}

/// The keys of all occurrences of a ticket's terms, ascending; the same for every model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TermKeys(Vec<u64>);

impl TermKeys {
    /// Extracts the terms of a ticket.
    #[must_use]
    pub fn of(ticket: &TicketText, segmenter: &Segmenter) -> Self {
        let mut keys = Vec::with_capacity(512);
        for_each_term(ticket, segmenter, |key, _, _| keys.push(key));
        keys.sort_unstable();
        Self(keys)
    }

    /// Each distinct key with the number of its occurrences, ascending.
    pub fn counted(&self) -> impl Iterator<Item = (u64, usize)> {
        self.0.chunk_by(|a, b| a == b).map(|run| (run[0], run.len()))
    }
}

/// Calls `visit` with the key and the words or characters of every occurrence of a term; the second piece is empty
/// except for pairs of words.
pub(crate) fn for_each_term(ticket: &TicketText, segmenter: &Segmenter, mut visit: impl FnMut(u64, &str, &str)) {
    let joined = ticket.joined();
    character_grams(&joined, View::Characters, &mut visit);
    if !ticket.title.is_empty() {
        character_grams(&ticket.title, View::Title, &mut visit);
    }
    let mut previous: Option<String> = None;
    for word in segmenter.words(&joined) {
        visit(key_of(View::Words, word.chars()), &word, "");
        if let Some(before) = &previous {
            visit(key_of(View::Words, before.chars().chain([EDGE]).chain(word.chars())), before, &word);
        }
        previous = Some(word);
    }
    signals(ticket, &joined, &mut visit);
}

/// What is known of a ticket besides its words: the order of magnitude of its length and of its digits and
/// placeholders, and its channel.
fn signals(ticket: &TicketText, joined: &str, visit: &mut impl FnMut(u64, &str, &str)) {
    let magnitude = |count: usize| usize::BITS - count.leading_zeros();
    let length = joined.chars().count();
    let numbers = joined.chars().filter(|c| c.is_ascii_digit() || is_placeholder(*c)).count();
    for name in [format!("（长度{}）", magnitude(length)), format!("（数字{}）", magnitude(numbers))] {
        visit(key_of(View::Signals, name.chars()), &name, "");
    }
    if !ticket.channel.is_empty() {
        let name = format!("（渠道{}）", ticket.channel);
        visit(key_of(View::Signals, name.chars()), &name, "");
    }
}

/// Every n-gram of 1..=[`LONGEST_GRAM`] characters, the text's two edges counting as a character in the longer ones.
fn character_grams(text: &str, view: View, visit: &mut impl FnMut(u64, &str, &str)) {
    let edge = |at| (at, at, EDGE);
    let mut chars: Vec<(usize, usize, char)> = Vec::with_capacity(text.len() / 2 + 2);
    chars.push(edge(0));
    chars.extend(text.char_indices().map(|(at, c)| (at, at + c.len_utf8(), c)));
    chars.push(edge(text.len()));
    for (at, (start, _, _)) in chars.iter().enumerate() {
        let mut hash = Hash::new(view);
        for (length, (_, end, c)) in chars[at..].iter().take(LONGEST_GRAM).enumerate() {
            hash.add(*c);
            if length > 0 || *c != EDGE {
                visit(hash.key(view), &text[*start..*end], "");
            }
        }
    }
}

fn key_of(view: View, chars: impl Iterator<Item = char>) -> u64 {
    let mut hash = Hash::new(view);
    chars.for_each(|c| hash.add(c));
    hash.key(view)
}

/// A multiply-and-fold hash of characters, the same on every machine and in every version of this program.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    fn new(view: View) -> Self {
        Self(0x2545_f491_4f6c_dd1d ^ view as u64)
    }

    fn add(&mut self, c: char) {
        let mixed = (self.0 ^ u64::from(u32::from(c))).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn key(self, view: View) -> u64 {
        let mixed = self.0.wrapping_mul(0xd6e8_feb8_6659_fd93);
        (view as u64) << 62 | (mixed ^ (mixed >> 29)) >> 2
    }
}
