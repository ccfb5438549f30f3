//! Sums that are kept beside the decisions, so that a question over millions of them reads thousands of rows: by the hour
//! and one column, for entries by the day of UTC+8. Every change of what is counted goes through here, in the transaction
//! of the change, and [`rebuild`] makes the same sums from the records.

mod counted;
mod marks;
mod rebuild;
mod sums;

pub(super) use counted::{Counted, counted_where};
pub(super) use marks::{judge, judge_new, settle};
pub(super) use rebuild::count_once;
pub(super) use sums::{AHEAD, DAY, HOUR, Totals, middle};
