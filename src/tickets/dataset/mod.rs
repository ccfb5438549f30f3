//! Labelled tickets: files → rows, checked and in one canonical order → folds. Learns nothing.

mod file;
mod folds;
mod labelled;

pub use file::{LabelField, Labels, RawTicket, read_labelled, read_raw, read_tickets};
pub(crate) use folds::{assign_folds, near_duplicates};
pub use labelled::{Dataset, DatasetError, TicketRow};
