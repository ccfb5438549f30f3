//! AVX-512 with VNNI: a product of 16-bit pairs and its addition in one instruction.
//!
//! `pulp` has no level for it, hence one built from its parts. Nothing calls the
//! instruction by name: the compiler joins the multiplication and the addition
//! that are written for AVX-512 anyway. Sums of integers are exact either way.

use pulp::NullaryFnOnce;
use pulp::x86::V4;

pulp::simd_type!({
    /// What the compiler may use; beyond [`V4`] only the last.
    struct Features {
        bmi1: f!("bmi1"),
        bmi2: f!("bmi2"),
        lzcnt: f!("lzcnt"),
        popcnt: f!("popcnt"),
        fma: f!("fma"),
        avx512f: f!("avx512f"),
        avx512bw: f!("avx512bw"),
        avx512cd: f!("avx512cd"),
        avx512dq: f!("avx512dq"),
        avx512vl: f!("avx512vl"),
        avx512vnni: f!("avx512vnni"),
    }
});

/// Exists only on machines that have AVX-512 F, BW, CD, DQ, VL and VNNI.
#[derive(Debug, Clone, Copy)]
pub struct Vnni {
    base: V4,
    features: Features,
}

impl Vnni {
    /// Asks the processor.
    pub(super) fn try_new() -> Option<Self> {
        Some(Self { base: V4::try_new()?, features: Features::try_new()? })
    }

    /// The level without VNNI.
    #[inline(always)]
    pub(super) fn base(self) -> V4 {
        self.base
    }

    /// Runs `job` compiled for these instructions.
    #[inline(always)]
    pub(super) fn vectorize<J: NullaryFnOnce>(self, job: J) -> J::Output {
        self.features.vectorize(job)
    }
}
