//! The exponential, and the GELU built on it, from additions and multiplications alone.
//!
//! The platform's mathematics library differs between systems in the last bit;
//! these give the same bits everywhere and let the compiler work on whole
//! registers. Accurate to a few units in the last place for the exponential and
//! to 1e-6 for GELU, which is far below the 12 bits a layer passes on.

use pulp::NullaryFnOnce;

/// e^x for x ≤ 88; below -87 the result stays at e^-87, which is as good as zero.
///
/// Splits x = k·ln 2 + r with |r| ≤ ln 2 / 2, takes seven Taylor terms of e^r
/// and adds k to the exponent bits.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    // Adding 1.5 × 2^23 leaves the nearest integer in the low bits.
    const PUSH: f32 = 12_582_912.0;
    // ln 2 in two parts, the first with so few bits that k times it is exact (Cody and Waite).
    const LN_2_HIGH: f32 = 355.0 / 512.0;
    const LN_2_LOW: f32 = -2.121_944_4e-4;

    let bounded = if x < -87.0 { -87.0 } else { x };
    let pushed = bounded * std::f32::consts::LOG2_E + PUSH;
    let whole = pushed - PUSH;
    let rest = bounded - whole * LN_2_HIGH - whole * LN_2_LOW;

    let mut series = 1.0 / 5_040.0;
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        series = series * rest + coefficient;
    }
    let exponent = pushed.to_bits().wrapping_sub(PUSH.to_bits()) << 23;
    f32::from_bits(series.to_bits().wrapping_add(exponent))
}

/// The error function, within 2e-7 of the true value.
///
/// Formula 7.1.26 of Abramowitz and Stegun, *Handbook of Mathematical Functions* (1964).
#[inline(always)]
fn erf(x: f32) -> f32 {
    let magnitude = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * magnitude);
    let mut series = 1.061_405_4;
    for coefficient in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
        series = series * t + coefficient;
    }
    (1.0 - series * t * exp(-magnitude * magnitude)).copysign(x)
}

/// GELU with the error function (Hendrycks and Gimpel, 2016), in place.
pub(super) struct Gelu<'a>(pub(super) &'a mut [f32]);

impl NullaryFnOnce for Gelu<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for value in self.0 {
            *value = 0.5 * *value * (1.0 + erf(*value * std::f32::consts::FRAC_1_SQRT_2));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_agrees_with_double_precision() {
        for step in -8_600_i16..=8_800 {
            let x = f32::from(step) / 100.0;
            let exact = f64::from(x).exp();
            let error = (f64::from(exp(x)) / exact - 1.0).abs();
            assert!(error < 1e-6, "e^{x}: relative error {error}");
        }
        assert!(exp(-1e9) < 1e-37, "very negative");
        assert_eq!(exp(0.0).to_bits(), 1.0_f32.to_bits(), "zero");
    }

    #[test]
    fn gelu_agrees_with_double_precision() {
        for step in -1_200_i16..=1_200 {
            let x = f32::from(step) / 100.0;
            let mut value = [x];
            Gelu(&mut value).call();
            let wide = f64::from(x);
            let exact = 0.5 * wide * (1.0 + libm::erf(wide * std::f64::consts::FRAC_1_SQRT_2));
            assert!((f64::from(value[0]) - exact).abs() < 2e-6, "gelu({x})");
        }
    }
}
