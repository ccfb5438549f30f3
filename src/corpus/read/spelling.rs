//! "Did you mean" for keys of corpus files.

use rapidfuzz::distance::damerau_levenshtein;

/// Edits within which a known key is offered for an unknown one.
const MAX_EDITS: usize = 2;

/// A message naming the unknown key, the nearest known one if there is one near, and all known ones.
pub(super) fn unknown_key(key: &str, known: &[&str], meant: Option<&str>) -> String {
    let near = meant.map(str::to_owned).or_else(|| nearest(key, known));
    let all = known.join("、");
    match near {
        Some(near) => format!("未知字段“{key}”，是不是想写 {near}？可用的字段：{all}"),
        None => format!("未知字段“{key}”，请删除或改名。可用的字段：{all}"),
    }
}

fn nearest(key: &str, known: &[&str]) -> Option<String> {
    let lower = key.to_lowercase();
    known
        .iter()
        .map(|candidate| (damerau_levenshtein::distance(lower.chars(), candidate.chars()), *candidate))
        .filter(|(edits, candidate)| *edits <= MAX_EDITS && *edits < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_the_key_that_was_meant() {
        let known = ["question", "answer", "id"];
        assert!(unknown_key("questoin", &known, None).contains("是不是想写 question"));
        assert!(unknown_key("Answer", &known, None).contains("是不是想写 answer"));
        assert!(unknown_key("标准问", &known, Some("question")).contains("是不是想写 question"));
        assert!(!unknown_key("colour", &known, None).contains("是不是")); // nothing near: no guess
    }
}
