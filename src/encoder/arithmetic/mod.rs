//! Arithmetic that gives the same bits on every machine: exact integer products, float sums in a fixed order.
//!
//! Own code because no inference library promises equal bits on all instruction sets; how a ready one compares stands
//! in `models/encoder/README.md`. No network is known here.

mod kernel;
mod packed_matrix;
mod panel_product;
mod quantize;
pub(in crate::encoder) mod reduce;
#[cfg(target_arch = "x86_64")]
mod vnni;

pub use self::kernel::Kernel;
pub(in crate::encoder) use self::kernel::{vectorize, vectorize_loop};
pub use self::packed_matrix::{PackedMatrix, Windows};
pub use self::quantize::{INPUT_LIMIT, quantize};
