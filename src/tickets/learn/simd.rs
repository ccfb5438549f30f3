//! The inner loops of [`super::dual_coordinate_descent`]: sums over a row's terms and products with its dense part, for many groups.
//!
//! Everything here is inlined into callers that are compiled for the widest vectors the machine has. Sums run in a fixed
//! order whatever their width, so that every machine learns the same bits.

use crate::tickets::features::{LANES, SparseRow, add_products, dot, rest_of, total};

/// Groups a vector step handles; the groups of a term are filled up to a multiple of it.
pub(super) const STEP: usize = 8;
/// Groups whose sums are kept in registers together.
const WIDEST: usize = 4 * STEP;
/// Adds the terms' numbers, each times what `of` makes of the term's value, to the sums, group by group.
#[inline(always)]
pub(super) fn gather(row: SparseRow<'_>, terms: &[f32], sums: &mut [f32], of: impl Fn(f32) -> f32 + Copy) {
    let stride = sums.len();
    for (strip, sums) in sums.chunks_mut(WIDEST).enumerate() {
        let start = strip * WIDEST;
        match sums.len() / STEP {
            1 => gather_strip::<STEP>(row, terms, [start, stride], sums, of),
            2 => gather_strip::<{ 2 * STEP }>(row, terms, [start, stride], sums, of),
            3 => gather_strip::<{ 3 * STEP }>(row, terms, [start, stride], sums, of),
            _ => gather_strip::<WIDEST>(row, terms, [start, stride], sums, of),
        }
    }
}

/// [`gather`] for some neighbouring groups, whose number the compiler knows and so keeps their sums in registers.
#[inline(always)]
fn gather_strip<const WIDTH: usize>(
    row: SparseRow<'_>,
    terms: &[f32],
    [start, stride]: [usize; 2],
    sums: &mut [f32],
    of: impl Fn(f32) -> f32,
) {
    let Some(sums) = sums.first_chunk_mut::<WIDTH>() else {
        return;
    };
    let mut held = *sums;
    for (column, value) in row.indices.iter().zip(row.values) {
        let Some(weights) = terms[*column as usize * stride + start..].first_chunk::<WIDTH>() else {
            return;
        };
        let factor = of(*value);
        for (sum, weight) in held.iter_mut().zip(weights) {
            *sum += weight * factor;
        }
    }
    *sums = held;
}

/// Adds each group's step times the row, times the terms' factors, to the terms' weights.
#[inline(always)]
pub(super) fn scatter(row: SparseRow<'_>, terms: &mut [f32], factors: &[f32], steps: &[f32]) {
    let stride = steps.len();
    for (strip, steps) in steps.chunks(WIDEST).enumerate() {
        let start = strip * WIDEST;
        match steps.len() / STEP {
            1 => scatter_strip::<STEP>(row, terms, factors, [start, stride], steps),
            2 => scatter_strip::<{ 2 * STEP }>(row, terms, factors, [start, stride], steps),
            3 => scatter_strip::<{ 3 * STEP }>(row, terms, factors, [start, stride], steps),
            _ => scatter_strip::<WIDEST>(row, terms, factors, [start, stride], steps),
        }
    }
}

/// [`scatter`] for some neighbouring groups. What is added is worked out before the weights are touched: the compiler
/// does not see that factors and weights lie apart, and would go number by number.
#[inline(always)]
fn scatter_strip<const WIDTH: usize>(
    row: SparseRow<'_>,
    terms: &mut [f32],
    factors: &[f32],
    [start, stride]: [usize; 2],
    steps: &[f32],
) {
    let Some(steps) = steps.first_chunk::<WIDTH>() else {
        return;
    };
    for (column, value) in row.indices.iter().zip(row.values) {
        let at = *column as usize * stride + start;
        let mut added = *steps;
        added.iter_mut().for_each(|step| *step *= value);
        if let Some(factors) = factors.get(at..).and_then(<[f32]>::first_chunk::<WIDTH>) {
            added.iter_mut().zip(factors).for_each(|(step, factor)| *step *= factor);
        }
        let Some(weights) = terms[at..].first_chunk_mut::<WIDTH>() else {
            return;
        };
        for (weight, added) in weights.iter_mut().zip(added) {
            *weight += added;
        }
    }
}

/// Inner products of a dense row with the weights of some groups; four groups at once, whose sums need not wait for
/// one another.
#[inline(always)]
pub(super) fn products(weights: &[f32], row: &[f32], groups: &[usize], products: &mut [f32]) {
    if row.is_empty() {
        return products.fill(0.0);
    }
    let of = |group: usize| &weights[group * row.len()..(group + 1) * row.len()];
    let (fours, rest) = groups.as_chunks::<4>();
    for four in fours {
        let found = four_dots(four.map(of), row);
        four.iter().zip(found).for_each(|(group, found)| products[*group] = found);
    }
    rest.iter().for_each(|group| products[*group] = dot(of(*group), row));
}

/// Four times [`dot`].
#[inline(always)]
fn four_dots(all: [&[f32]; 4], row: &[f32]) -> [f32; 4] {
    let [a, b, c, d] = all.map(|weights| weights.as_chunks::<LANES>());
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut sums = [[0.0_f32; LANES]; 4];
    for ((((values, a), b), c), d) in chunks.iter().zip(a.0).zip(b.0).zip(c.0).zip(d.0) {
        add_products(&mut sums[0], a, values);
        add_products(&mut sums[1], b, values);
        add_products(&mut sums[2], c, values);
        add_products(&mut sums[3], d, values);
    }
    let mut found = [a.1, b.1, c.1, d.1].map(|weights| rest_of(weights, rest));
    // Copies: sums that a call may see stay in memory, and the loop above with them.
    let sums = sums.map(|sums| sums);
    found.iter_mut().zip(sums).for_each(|(found, sums)| *found += total(sums));
    found
}
