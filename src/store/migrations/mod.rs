//! The schema, step by step, the same for both databases. A step that was released never changes; what is new is another
//! step.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use super::engine::Engine;

/// Number, name and statements of every step.
const STEPS: &[(i64, &str, &str)] = &[
    (1, "memory", include_str!("0001_memory.sql")),
    (2, "journals", include_str!("0002_journals.sql")),
    (3, "publications", include_str!("0003_publications.sql")),
    (4, "totals", include_str!("0004_totals.sql")),
];

/// Every step in order.
pub(super) fn migrator(engine: Engine) -> Migrator {
    upto(engine, STEPS.len())
}

/// The first steps, as an earlier program knew them.
pub(super) fn upto(engine: Engine, count: usize) -> Migrator {
    let step = |&(number, name, sql): &(i64, &'static str, &'static str)| {
        let sql = AssertSqlSafe(engine.schema(sql)).into_sql_str();
        Migration::new(number, name.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(STEPS.iter().take(count).map(step).collect())
}

/// The step that a newer program made and this one does not know, where that is why migrating failed.
pub(super) fn newer(error: &MigrateError) -> Option<i64> {
    match error {
        MigrateError::VersionMissing(found) => Some(*found),
        _ => None,
    }
}
