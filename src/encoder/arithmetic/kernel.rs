//! The instruction sets a network runs on, and which of them this machine has.
//!
//! Knows neither products nor sums: whatever is inlined into a job is compiled for the set it runs on.

use pulp::NullaryFnOnce;

#[cfg(target_arch = "x86_64")]
use super::vnni::Vnni;

/// An instruction set.
#[derive(Debug, Clone, Copy)]
pub enum Kernel {
    /// Whatever the compiler makes of the build target.
    Portable,
    /// x86-64 with SSE 4.1.
    #[cfg(target_arch = "x86_64")]
    Sse41(pulp::x86::V2),
    /// x86-64 with AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    /// x86-64 with AVX-512 F, BW, CD, DQ and VL.
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
    /// The same with VNNI.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni(Vnni),
    /// aarch64, all of which has NEON.
    #[cfg(target_arch = "aarch64")]
    Neon(pulp::aarch64::Neon),
}

impl Kernel {
    /// The fastest kernel of this machine.
    #[must_use]
    pub fn detect() -> Self {
        Self::available().last().copied().unwrap_or(Self::Portable)
    }

    /// Every kernel this machine can run, slowest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut kernels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            kernels.extend(pulp::x86::V2::try_new().map(Self::Sse41));
            kernels.extend(pulp::x86::V3::try_new().map(Self::Avx2));
            kernels.extend(pulp::x86::V4::try_new().map(Self::Avx512));
            kernels.extend(Vnni::try_new().map(Self::Avx512Vnni));
        }
        #[cfg(target_arch = "aarch64")]
        kernels.extend(pulp::aarch64::Neon::try_new().map(Self::Neon));
        kernels
    }
}

/// Runs `job` compiled for the instruction set of `kernel`.
///
/// Only what is inlined into `job` profits, hence the `#[inline(always)]` below.
/// Closures are for [`vectorize_loop`].
pub(in crate::encoder) fn vectorize<J: NullaryFnOnce>(kernel: Kernel, job: J) -> J::Output {
    match kernel {
        Kernel::Portable => job.call(),
        #[cfg(target_arch = "x86_64")]
        Kernel::Sse41(level) => level.vectorize(job),
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx2(level) => level.vectorize(job),
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512(level) => level.vectorize(job),
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512Vnni(level) => level.vectorize(job),
        #[cfg(target_arch = "aarch64")]
        Kernel::Neon(level) => level.vectorize(job),
    }
}

/// [`vectorize`] for a closure, which must be marked `#[inline(always)]`.
///
/// It is taken as `FnMut`: a closure called as `FnOnce` goes through a shim that
/// the compiler leaves on its own, compiled for the build target alone.
pub(in crate::encoder) fn vectorize_loop<R>(kernel: Kernel, job: impl FnMut() -> R) -> R {
    struct Inlined<F>(F);

    impl<R, F: FnMut() -> R> NullaryFnOnce for Inlined<F> {
        type Output = R;

        #[inline(always)]
        fn call(mut self) -> R {
            (self.0)()
        }
    }

    vectorize(kernel, Inlined(job))
}
