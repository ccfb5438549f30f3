//! Making the models that ship: the gate from labelled questions, and rows for the judgement of differences.

pub mod difference_rows;
pub mod gate;
