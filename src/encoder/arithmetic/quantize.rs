//! Inputs of the integer product: 12 bits with sign and one scale a row.

/// Largest magnitude of a quantised input: 12 bits with sign.
///
/// With 8-bit weights a product stays below 2^18, so 4,096 of them fit an `i32`.
pub const INPUT_LIMIT: i16 = 2047;

/// Quantises one input row symmetrically to ±[`INPUT_LIMIT`] and returns its scale.
///
/// `out` has the length of `row`; a row of zeros gets scale 0. Halves round to
/// even. Values must be finite.
#[must_use]
#[inline(always)]
pub fn quantize(row: &[f32], out: &mut [i16]) -> f32 {
    let limit = f32::from(INPUT_LIMIT);
    let largest = magnitude(row);
    if largest < f32::MIN_POSITIVE {
        out.fill(0);
        return 0.0;
    }
    let inverse = limit / largest;
    for (slot, value) in out.iter_mut().zip(row) {
        *slot = round(value * inverse);
    }
    largest / limit
}

/// Largest absolute value; a maximum is the same in whatever order it is taken.
#[inline(always)]
fn magnitude(row: &[f32]) -> f32 {
    // Unlike `f32::max`, this is one instruction: what it does with NaN is no concern here.
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let (chunks, rest) = row.as_chunks::<32>();
    let mut lanes = [0.0; 32];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = larger(value.abs(), *lane);
        }
    }
    lanes.iter().chain(rest).fold(0.0, |largest, value| larger(value.abs(), largest))
}

/// Rounds |x| ≤ 2^15 to the nearest integer, halves to even.
///
/// Adding 1.5 × 2^23 pushes the fraction out of the mantissa, which then holds
/// the integer. Unlike `f32::round_ties_even` this needs no instruction that
/// only some levels have.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the low 16 bits are the number sought")]
fn round(value: f32) -> i16 {
    const PUSH: f32 = 12_582_912.0;
    (value + PUSH).to_bits() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantising_keeps_the_largest_value_and_rounds_halves_to_even() {
        let mut codes = [7; 5];
        let scale = quantize(&[2_047.0, -2_047.0, 0.5, 1.5, -2.5], &mut codes);
        assert_eq!(codes, [2_047, -2_047, 0, 2, -2]);
        assert_eq!(scale.to_bits(), 1.0_f32.to_bits());
        assert_eq!(quantize(&[0.0; 5], &mut codes).to_bits(), 0);
        assert_eq!(codes, [0; 5]);
    }
}
