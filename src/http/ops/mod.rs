//! What operators and their machines ask: probes and metrics.

pub(super) mod health;
pub(super) mod metrics;
