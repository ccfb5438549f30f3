//! Counts the steps that the rules take, for the test that asserts how the work grows with the text.
//!
//! Compiled to nothing outside of tests. Reads no clock, so that the count is the same on every machine.

/// Notes `count` steps: characters or table rows looked at.
#[cfg(not(test))]
#[inline]
pub(super) const fn steps(_count: usize) {}

#[cfg(test)]
pub(super) use counting::{counted, steps};

#[cfg(test)]
mod counting {
    use std::cell::Cell;

    thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    pub(in crate::text) fn steps(count: usize) {
        STEPS.with(|steps| steps.set(steps.get() + count));
    }

    /// The steps that `work` takes.
    pub(in crate::text) fn counted(work: impl FnOnce()) -> usize {
        let before = STEPS.with(Cell::get);
        work();
        STEPS.with(Cell::get) - before
    }
}
