//! Which candidates are worth offering as "您是不是想问". Never padded: a list of what is hardly ever meant teaches
//! customers not to look.

use crate::ranking::Scored;

/// Offered at most.
const MOST: usize = 5;
/// Least confidence worth showing beside a better one.
const FLOOR: f32 = 0.01;
/// Least confidence worth showing, as a share of the best one's.
const SHARE: f32 = 0.03;

/// The best candidates worth offering, at least one of those there are.
pub(super) fn worth_offering(scored: &[Scored]) -> &[Scored] {
    let best = scored.first().map_or(0.0, |best| best.confidence);
    let least = FLOOR.max(SHARE * best);
    let worth = scored.iter().take(MOST).take_while(|one| one.confidence >= least).count();
    &scored[..worth.max(usize::from(!scored.is_empty()))]
}
