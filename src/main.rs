//! Yingda.
fn main() {}
