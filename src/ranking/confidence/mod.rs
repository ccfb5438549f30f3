//! From the order of the candidates to the probability that the first is right.

pub mod calibration;
pub mod gate;
pub mod leads;
pub mod model;
pub(super) mod own_gate;
pub mod reference;
