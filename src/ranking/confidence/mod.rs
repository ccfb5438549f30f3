//! From the order of the candidates to the probability that the first is right.

pub mod calibration;
pub mod leads;
pub mod model;
pub mod reference;
