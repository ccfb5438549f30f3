//! How often each entry answered since the start, so that what is asked often is offered first while somebody types.
//!
//! In memory, and bounded by the entries that exist: only an entry that answered is counted.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

/// Entries counted at most in one knowledge base; those beyond are not, which only costs them their rank.
const MOST: usize = 100_000;

/// Direct answers by knowledge base and entry.
#[derive(Debug, Default)]
pub(crate) struct Usage(Mutex<FxHashMap<String, FxHashMap<String, u64>>>);

impl Usage {
    /// Counts an answer.
    pub(crate) fn count(&self, kb: &str, faq_id: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(kb) {
            all.insert(kb.to_owned(), FxHashMap::default());
        }
        let Some(counts) = all.get_mut(kb) else { return };
        if let Some(count) = counts.get_mut(faq_id) {
            *count += 1;
        } else if counts.len() < MOST {
            counts.insert(faq_id.to_owned(), 1);
        }
    }

    /// How often an entry of a knowledge base answered.
    pub(crate) fn of(&self, kb: &str, faq_id: &str) -> u64 {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(kb).and_then(|counts| counts.get(faq_id)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_knowledge_base_and_entry() {
        let usage = Usage::default();
        for (kb, entry) in [("a", "x"), ("a", "x"), ("b", "x"), ("a", "y")] {
            usage.count(kb, entry);
        }
        assert_eq!((usage.of("a", "x"), usage.of("b", "x"), usage.of("c", "x")), (2, 1, 0));
    }
}
