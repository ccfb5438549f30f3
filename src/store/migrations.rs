//! The schema, step by step. A step that was released never changes; what is new is another step.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

/// Number, name and statements of every step.
const STEPS: &[(i64, &str, &str)] = &[(1, "memory", include_str!("migrations/0001_memory.sql"))];

/// Every step in order.
pub(super) fn migrator() -> Migrator {
    let step = |&(number, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(STEPS.iter().map(step).collect())
}

/// The step that a newer program made and this one does not know, where that is why migrating failed.
pub(super) fn newer(error: &MigrateError) -> Option<i64> {
    match error {
        MigrateError::VersionMissing(found) => Some(*found),
        _ => None,
    }
}
