//! The commands that make models and put them in place.

pub mod encode;
pub mod fit_difference;
pub mod fit_ranker;
pub mod promote;
pub mod train;
