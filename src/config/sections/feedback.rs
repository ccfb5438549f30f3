//! What people may say of an answer.

use crate::config::section::{Reading, by, section};

/// Longest label, in characters.
const LABEL_CHARS: usize = 32;
/// Labels at most.
const MOST_LABELS: usize = 32;

section! {
    /// Reasons to choose from when an answer is rated.
    #[derive(Eq)]
    Feedback in "feedback" {
        /// Distinct, in the order in which they are shown; 1 to 32 of at most 32 characters.
        "labels" => labels: Vec<String> = "答非所问,答案过期,没有解决,分错组,态度不好,其他", labels(),
            "评价时可以选的原因，如 [\"答非所问\", \"其他\"]；每个最多 32 个字";
    }
}

fn labels() -> Reading<Vec<String>> {
    by(
        "应为一到三十二个不重复的原因，每个最多 32 个字、没有换行，例如 [\"答非所问\", \"其他\"]",
        |text| {
            let labels: Vec<String> =
                text.split(',').map(str::trim).filter(|label| !label.is_empty()).map(str::to_owned).collect();
            let fits = |label: &String| label.chars().count() <= LABEL_CHARS && !label.chars().any(char::is_control);
            let distinct: std::collections::BTreeSet<&String> = labels.iter().collect();
            let valid = distinct.len() == labels.len() && (1..=MOST_LABELS).contains(&labels.len());
            (valid && labels.iter().all(fits)).then_some(labels)
        },
    )
}
