//! The word lists that comparing rests on, read once from the tables beside this file.
//!
//! Lists serve where they are complete; what they lack is left to alignment and to the model.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::reading::class::Class;

/// What the lists know of a word.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Bit per list that has the word as a member.
    pub(super) lists: u64,
    /// Groups of words that say the same.
    pub(super) synonyms: Vec<u16>,
    /// Lines of opposites, and whether it stands on their left.
    pub(super) opposites: Vec<(u16, bool)>,
    /// Whether it carries no subject of its own.
    pub(super) stop: bool,
}

/// Groups of lists: time, place, role, level, product, act.
pub(super) const GROUPS: [&str; 6] = ["time", "place", "role", "level", "product", "act"];

/// All tables.
pub(super) struct Tables {
    words: FxHashMap<&'static str, Facts>,
    /// Lists of each of [`GROUPS`].
    pub(super) groups: [u64; GROUPS.len()],
    units: FxHashMap<&'static str, (Class, f64)>,
    sections: FxHashMap<&'static str, Vec<&'static str>>,
    /// Question classes with the phrases that show them.
    pub(super) classes: Vec<(&'static str, Vec<&'static str>)>,
    pub(super) regional: Vec<(&'static str, &'static str)>,
    opposites: Vec<Sides>,
}

/// The words of the two sides of a line of opposites.
type Sides = (Vec<&'static str>, Vec<&'static str>);

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);
static NOTHING: LazyLock<Facts> = LazyLock::new(Facts::default);

/// The tables, read on first use.
pub(super) fn tables() -> &'static Tables {
    &TABLES
}

impl Tables {
    fn read() -> Self {
        let mut words: FxHashMap<&'static str, Facts> = FxHashMap::default();
        let mut synonyms = 0_u16;
        for line in rows(include_str!("tables/synonyms.txt")) {
            for word in line.split(' ') {
                words.entry(word).or_default().synonyms.push(synonyms);
            }
            synonyms += 1;
        }
        for (at, line) in (0_u16..).zip(rows(include_str!("tables/opposites.txt"))) {
            for (side, left) in line.split('|').zip([true, false]) {
                for word in side.split(',') {
                    words.entry(word).or_default().opposites.push((at, left));
                }
            }
        }
        let mut groups = [0_u64; GROUPS.len()];
        for (at, line) in (0_u32..64).zip(rows(include_str!("tables/lists.txt"))) {
            let Some((name, members)) = line.split_once(": ") else { continue };
            let group = name.split_once('/').map_or(name, |(group, _)| group);
            if let Some(place) = GROUPS.iter().position(|known| *known == group) {
                groups[place] |= 1 << at;
            }
            for member in members.split(' ') {
                for spelling in member.split('/') {
                    let facts = words.entry(spelling).or_default();
                    facts.lists |= 1 << at;
                    if member.contains('/') {
                        facts.synonyms.push(synonyms);
                    }
                }
                synonyms += 1;
            }
        }
        let sections = sections(include_str!("tables/words.txt"));
        for word in sections.get("stop").into_iter().flatten() {
            words.entry(word).or_default().stop = true;
        }
        // In the order of the file, so that bits are the same on every machine.
        let classes = headings(include_str!("tables/words.txt"))
            .filter_map(|name| Some((name.strip_prefix("class.")?, sections.get(name)?.clone())))
            .collect();
        Self {
            words,
            groups,
            units: units(),
            sections,
            classes,
            opposites: rows(include_str!("tables/opposites.txt"))
                .filter_map(|line| line.split_once('|'))
                .map(|(left, right)| (left.split(',').collect(), right.split(',').collect()))
                .collect(),
            regional: rows(include_str!("tables/regional.txt")).filter_map(|line| line.split_once(' ')).collect(),
        }
    }

    /// What the lists know of a word; nothing of most.
    pub(super) fn facts(&self, word: &str) -> &'static Facts {
        TABLES.words.get(word).unwrap_or(&NOTHING)
    }

    /// The unit of this spelling.
    pub(super) fn unit(&self, spelling: &str) -> Option<(Class, f64)> {
        self.units.get(spelling).copied()
    }

    /// The lines of opposites, each with the words of its two sides.
    pub(super) fn opposite_lines(&self) -> impl Iterator<Item = (&[&'static str], &[&'static str])> {
        self.opposites.iter().map(|(left, right)| (left.as_slice(), right.as_slice()))
    }

    /// The words of a section, none of an unknown one.
    pub(super) fn section(&self, name: &str) -> &[&'static str] {
        self.sections.get(name).map_or(&[], Vec::as_slice)
    }
}

impl Facts {
    /// Whether both stand in one group of synonyms.
    pub(super) fn means(&self, other: &Self) -> bool {
        self.synonyms.iter().any(|group| other.synonyms.contains(group))
    }

    /// Whether they stand on the two sides of a line of opposites.
    pub(super) fn opposes(&self, other: &Self) -> bool {
        self.opposites.iter().any(|(line, left)| other.opposites.contains(&(*line, !left)))
    }
}

/// Lines with content.
fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn headings(table: &'static str) -> impl Iterator<Item = &'static str> {
    rows(table).filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'))
}

fn sections(table: &'static str) -> FxHashMap<&'static str, Vec<&'static str>> {
    let mut found: FxHashMap<&'static str, Vec<&'static str>> = FxHashMap::default();
    let mut current = "";
    for line in rows(table) {
        match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(name) => current = name,
            None => found.entry(current).or_default().extend(line.split(' ').filter(|word| !word.is_empty())),
        }
    }
    found
}

fn units() -> FxHashMap<&'static str, (Class, f64)> {
    let mut found = FxHashMap::default();
    for line in rows(include_str!("tables/units.txt")) {
        let mut parts = line.split(' ');
        let (Some(class), Some(factor)) = (parts.next().and_then(Class::named), parts.next()) else { continue };
        let factor = factor.parse().unwrap_or(1.0);
        found.extend(parts.map(|spelling| (spelling, (class, factor))));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_whole() {
        let tables = tables();
        assert!(rows(include_str!("tables/lists.txt")).count() <= 64, "a bit for every list");
        assert!(tables.groups.iter().all(|lists| *lists != 0));
        assert!(tables.facts("运费").means(tables.facts("邮费")) && !tables.facts("运费").means(tables.facts("押金")));
        assert!(
            tables.facts("绑定").opposes(tables.facts("解绑")) && !tables.facts("绑定").opposes(tables.facts("关联"))
        );
        assert_eq!(tables.facts("身份证").lists & tables.facts("护照").lists, tables.facts("护照").lists);
        assert_eq!(tables.unit("斤"), Some((Class::Mass, 0.5)));
        assert!(tables.facts("什么").stop && tables.section("neutral").contains(&"能不能"));
        let every_line = include_str!("tables/units.txt").lines().filter(|line| !line.starts_with('#'));
        for line in every_line {
            let class = line.split(' ').next().unwrap();
            assert!(Class::named(class).is_some(), "no class {class}");
        }
    }
}
