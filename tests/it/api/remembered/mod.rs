//! What is said of decisions, done with tickets, counted, handed out and forgotten; once with each database.

#![expect(clippy::duplicate_mod, reason = "the same tests with each database")]

mod outage;

mod sqlite {
    use crate::api::app::TestApp;

    mod audit;
    mod customers;
    mod feedback;
    mod simulated_day;
    mod statistics;
    mod ticket_progress;

    fn keeping(toml: &str) -> TestApp {
        TestApp::keeping(toml)
    }
}

#[path = "sqlite"]
mod postgres {
    use crate::api::app::TestApp;

    mod audit;
    mod customers;
    mod feedback;
    mod simulated_day;
    mod statistics;
    mod ticket_progress;

    /// With SQLite once more where PostgreSQL is not installed, which is said.
    fn keeping(toml: &str) -> TestApp {
        TestApp::keeping_in(crate::postgres::database(), toml)
    }
}
