//! Corpora as files: read in every format, written again, and kept by a clerk who has a spreadsheet program.

mod clerk;
mod formats;
mod round_trip;
