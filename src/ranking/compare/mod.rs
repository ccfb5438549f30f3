//! What a stored question has in common with the one asked, and what tells its entry from the neighbours.

pub mod answers;
pub mod contrast;
pub mod lexicon;
pub mod question;
pub mod signals;
pub mod stored;
