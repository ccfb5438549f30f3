//! Names that no list knows, told apart by what stands before a kind they share: 甲校区 and 乙校区, 甲会员 and 乙会员.

use super::reading::Reading;
use super::tables::tables;
use crate::text::is_han;

/// Characters of a name before its kind.
const NAME: usize = 2;

/// The names that differ, asked and stored, and whether only the question asked has one.
pub(super) fn names(asked: &Reading, stored: &Reading) -> (Option<(String, String)>, bool) {
    let mut new = false;
    for kind in tables().section("kind") {
        let (ours, theirs) = (before(&asked.text, kind), before(&stored.text, kind));
        let unknown = |names: &[String], text: &str| names.iter().find(|name| !text.contains(*name)).cloned();
        let own = unknown(&ours, &stored.text);
        let other = unknown(&theirs, &asked.text);
        match (own, other) {
            (Some(own), Some(other)) if ours.len() == 1 || theirs.len() == 1 => {
                return (Some((format!("{own}{kind}"), format!("{other}{kind}"))), false);
            }
            (Some(_), None) if !theirs.is_empty() || stored.text.contains(kind) => new = true,
            _ => {}
        }
    }
    (None, new)
}

/// What stands right before each occurrence of a kind, where it can be a name.
fn before(text: &str, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(kind) {
        let mut name: Vec<char> = text[..at].chars().rev().take(NAME).collect();
        name.reverse();
        let name: String = name.into_iter().collect();
        let whole = name.chars().count() == NAME && name.chars().all(is_han);
        let said = tables().section("no_name").iter().any(|word| name.contains(word));
        if whole && !said && !tables().facts(&name).stop {
            found.push(name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment::Segmenter;

    #[test]
    fn names_before_a_shared_kind_are_compared() {
        let of = |text| Reading::of(text, &Segmenter::default());
        let found = |asked, stored| names(&of(asked), &of(stored));
        let other = found("槿岚校区有食堂吗", "桉渡校区有食堂吗").0.unwrap();
        assert_eq!(other, ("槿岚校区".to_owned(), "桉渡校区".to_owned()));
        assert_eq!(found("桉渡校区食堂在哪", "桉渡校区有食堂吗"), (None, false));
        assert_eq!(found("桉渡那个校区有食堂吗", "桉渡校区有食堂吗"), (None, false));
        assert!(found("槿岚会员打折吗", "会员打折吗").1);
    }
}
