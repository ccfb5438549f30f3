//! The dearest inputs of every rule, looked for by a seeded search, must cost in proportion to their length.
//!
//! Costs are steps counted by the rules themselves ([`super::cost`]), never time. A rule with a loop that counts no
//! steps escapes; the reviewer of a rule must see that each loop counts.

use super::cost::counted;
use super::{RULES, normalize, trace::trace};

/// What inputs are made of: everything that some rule looks for, begins like it, or becomes something longer.
const PIECES: [&str; 56] = [
    "你好",
    "在吗",
    "请问",
    "嗨",
    "亲",
    "谢谢",
    "急急",
    "hi",
    "喂",
    "，",
    "?",
    "♪",
    "退款",
    "款",
    "運費",
    "乾",
    "發",
    "一",
    "<!--",
    "-->",
    "<a",
    "<a ",
    "<script>",
    "</script",
    "</script>",
    "<style",
    ">",
    "/",
    "<",
    "&amp;",
    "amp;",
    "&",
    "#38;",
    "&lt;",
    "&#64762;",
    ";",
    "123456789",
    "1",
    ".",
    "-",
    "@",
    "a",
    "a.b",
    "www.",
    "13800001234",
    "86",
    " ",
    "\u{200b}",
    "\u{fdfa}",
    "㎯",
    "e\u{301}",
    "😀",
    "[捂脸]",
    "[",
    "锟斤拷",
    "锟",
];

/// An input of any length: groups of pieces, one group after the other, each repeated.
#[derive(Debug, Clone)]
struct Recipe(Vec<Vec<&'static str>>);

impl Recipe {
    /// About so many characters; twice as many are the same groups, each twice as often.
    fn text(&self, chars: usize) -> String {
        let share = chars / self.0.len();
        self.0.iter().map(|group| group.concat()).map(|group| group.repeat(share / group.chars().count())).collect()
    }
}

/// A small generator of numbers, the same on every machine (`SplitMix64`, Steele et al. 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % bound
    }

    fn piece(&mut self) -> &'static str {
        PIECES[self.below(PIECES.len())]
    }

    fn group(&mut self) -> Vec<&'static str> {
        (0..=self.below(3)).map(|_| self.piece()).collect()
    }

    fn recipe(&mut self) -> Recipe {
        Recipe((0..=self.below(3)).map(|_| self.group()).collect())
    }

    /// The same with one piece or group otherwise.
    fn changed(&mut self, recipe: &Recipe) -> Recipe {
        let mut groups = recipe.0.clone();
        let at = self.below(groups.len());
        match self.below(4) {
            0 if groups.len() < 3 => groups.insert(at, self.group()),
            1 if groups.len() > 1 => {
                groups.remove(at);
            }
            2 => groups[at] = self.group(),
            _ => {
                let piece = self.below(groups[at].len());
                groups[at][piece] = self.piece();
            }
        }
        Recipe(groups)
    }
}

/// The search: from several random recipes uphill, by the steps that `work` takes. Gives the recipe found whose cost
/// grows most with its length, and the factor for each doubling: over two of them, since a text of twice the length may
/// settle a pass later.
fn worst(seed: u64, chars: usize, work: &dyn Fn(&str)) -> (Recipe, f64) {
    let cost = |recipe: &Recipe, chars: usize| {
        let text = recipe.text(chars);
        counted(|| work(&text)) as f64
    };
    let mut dice = Dice(seed);
    let mut worst: Option<(Recipe, f64)> = None;
    for _ in 0..12 {
        let mut best = dice.recipe();
        let mut dearest = cost(&best, 4 * chars);
        for _ in 0..40 {
            let next = dice.changed(&best);
            let price = cost(&next, 4 * chars);
            let growth = (price / cost(&next, chars).max(1.0)).sqrt();
            if worst.as_ref().is_none_or(|(_, most)| growth > *most) {
                worst = Some((next.clone(), growth));
            }
            if price >= dearest {
                (best, dearest) = (next, price);
            }
        }
    }
    worst.unwrap()
}

/// Cost of twice the length, at most: twice, and something for what is done once.
const MOST_GROWTH: f64 = 2.5;

#[test]
fn every_rule_costs_in_proportion_to_the_length() {
    for (seed, rule) in (1..).zip(&RULES) {
        let (recipe, growth) = worst(seed, 600, &|text| drop((rule.apply)(text)));
        assert!(growth <= MOST_GROWTH, "{}: twice the length costs {growth:.2} times as much: {recipe:?}", rule.name);
    }
}

#[test]
fn normalising_costs_in_proportion_to_the_length() {
    let (recipe, growth) = worst(20, 600, &|text| drop(normalize(text)));
    assert!(growth <= MOST_GROWTH, "twice the length costs {growth:.2} times as much: {recipe:?}");
}

/// Steps for each character of a traced text: those of normalising it, and the budget for finding its characters again.
const TRACED: usize = 1_000;

/// How far texts are alike decides how much of the budget is used, so that not the growth but the cost is asserted.
#[test]
fn tracing_costs_no_more_than_its_budget() {
    for chars in [1_000, 4_000, 16_000] {
        let (recipe, _) = worst(21, chars / 4, &|text| drop(trace(text)));
        let text = recipe.text(chars);
        let (cost, length) = (counted(|| drop(trace(&text))), text.chars().count());
        assert!(cost <= TRACED * length, "{cost} steps for {length} characters: {recipe:?}");
    }
}

#[test]
fn known_attacks_cost_in_proportion_to_the_length() {
    let attacks: [&[&[&str]]; 8] = [
        &[&["嗨"], &["\u{fdfa}"]],            // a greeting taken off, the rest counted
        &[&["♪"], &["谢谢"]],                 // the same from the other end
        &[&["<!--", "<a>"], &["款"]],         // comments that nobody closes
        &[&["<script>", "</script"]],         // nor scripts
        &[&["123456789", "."], &["中"]],      // numbers that may yet become an address
        &[&["&", "amp;amp;amp;"], &["款"]],   // entities encoded many times
        &[&["&am", "&#8203;", "p;#8203;p;"]], // and hidden in one another
        &[&["锟"], &["锟斤拷"], &["斤拷"]],   // traces inside traces
    ];
    for groups in attacks {
        let recipe = Recipe(groups.iter().map(|group| group.to_vec()).collect());
        let cost = |chars: usize| counted(|| drop(normalize(&recipe.text(chars)))) as f64;
        let growth = cost(8_000) / cost(4_000);
        assert!(growth <= MOST_GROWTH, "twice the length costs {growth:.2} times as much: {recipe:?}");
    }
}

/// The search itself: it must find what is wrong with a rule that looks ahead to the end for every greeting.
#[test]
fn the_search_finds_a_quadratic_rule() {
    let looks_ahead = |text: &str| {
        for (at, _) in text.match_indices('嗨') {
            super::cost::steps(text.len() - at);
        }
    };
    let (recipe, growth) = worst(7, 600, &looks_ahead);
    assert!(growth > 3.5, "{growth:.2} by {recipe:?}");
}
