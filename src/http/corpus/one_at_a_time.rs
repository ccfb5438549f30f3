//! One change of a knowledge base at work; whoever comes meanwhile is told so at once.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use crate::http::problem::{Code, Problem};

/// Lists of versions read at once: each reads the disk and may wait for a change that holds it.
const LISTS: usize = 2;

/// Names of the knowledge bases that are being changed.
#[derive(Debug)]
pub(crate) struct OneAtATime {
    changing: Mutex<BTreeSet<String>>,
    /// For reading versions.
    pub(super) lists: Semaphore,
}

impl Default for OneAtATime {
    fn default() -> Self {
        Self { changing: Mutex::default(), lists: Semaphore::new(LISTS) }
    }
}

/// The right to change one knowledge base, until dropped.
#[derive(Debug)]
pub(super) struct Turn {
    all: Arc<OneAtATime>,
    name: String,
}

impl OneAtATime {
    /// The turn, or the problem that somebody else has it.
    pub(super) fn begin(self: &Arc<Self>, name: &str) -> Result<Turn, Problem> {
        let free = self.changing.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        let turn = || Turn { all: Arc::clone(self), name: name.to_owned() };
        let busy = || {
            let detail = "another reload or rollback of this knowledge base is at work; nothing changed";
            Problem::new(Code::PublishInProgress, detail).retry_after(1)
        };
        free.then(turn).ok_or_else(busy)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.all.changing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_change_of_a_knowledge_base_is_at_work_at_once() {
        let all = Arc::new(OneAtATime::default());
        let first = all.begin("default").unwrap();
        assert_eq!(all.begin("default").unwrap_err().code, Code::PublishInProgress);
        let _other = all.begin("phone").unwrap();
        drop(first);
        all.begin("default").unwrap();
    }
}
