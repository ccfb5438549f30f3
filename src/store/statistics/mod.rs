//! Numbers over what is stored: any combination of dimensions, one row a combination that occurs.

mod counting;
mod dimension;
mod measures;
mod summing;
mod zone_offset;

use super::database::Store;
use super::error::StoreError;
use summing::Summed;

pub use dimension::Dimension;
#[cfg(test)]
pub(super) use measures::Measures;
pub use measures::{Seat, StatisticsQuery, StatisticsRow};

/// Decisions from which on sums answer, which know durations in buckets only.
const MANY: i64 = 50_000;

impl Store {
    /// One row a combination, in the order of the dimensions: by the sums that are kept, where there are many decisions and
    /// sums can tell, else decision by decision. Both count the same.
    ///
    /// # Errors
    /// The database fails.
    pub async fn statistics(&self, kb: &str, query: &StatisticsQuery) -> Result<Vec<StatisticsRow>, StoreError> {
        self.statistics_summed_from(kb, query, MANY).await
    }

    /// The same with sums from so many decisions on.
    pub(super) async fn statistics_summed_from(
        &self,
        kb: &str,
        query: &StatisticsQuery,
        least: i64,
    ) -> Result<Vec<StatisticsRow>, StoreError> {
        match Summed::of(query) {
            Some(summed) if self.sums_fit(kb, query, summed, least).await? => {
                self.summed_statistics(kb, query, summed).await
            }
            _ => self.counted_statistics(kb, query).await,
        }
    }
}
