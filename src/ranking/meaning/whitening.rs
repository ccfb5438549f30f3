//! Within-class covariance normalisation (Hatch, Kajarekar, Stolcke 2006): the directions in which the questions of one
//! entry differ say least about which entry is meant, and are shortened.
//!
//! The scatter of a corpus's questions around the mean of their entry is drawn towards a round one where there are few
//! (Ledoit, Wolf 2004), so that a corpus without similar questions keeps its vectors as they are. Sums run in a fixed
//! order: the same bits on every machine.

/// Deviations from their entry's mean that are looked at; a larger corpus is sampled evenly.
const SAMPLE: usize = 4_096;
/// Fewer deviations than this say nothing about any direction.
const LEAST: usize = 100;
/// So many deviations a dimension count as much as the round scatter.
const PRIOR: f64 = 1.0;

/// A lower triangular matrix that makes the scatter within entries round.
#[derive(Debug)]
pub(super) struct Whitening {
    dimensions: usize,
    /// Column by column from the diagonal down.
    columns: Vec<f32>,
}

impl Whitening {
    /// Learns from vectors relative to the corpus's mean; an entry's questions stand together. `None` where too few
    /// entries hold several questions.
    pub(super) fn learn(vectors: &[Vec<f32>], entries: &[u32], dimensions: usize) -> Option<Self> {
        let deviations = deviations(vectors, entries);
        if deviations.len() < LEAST || dimensions == 0 {
            return None;
        }
        let stride = deviations.len().div_ceil(SAMPLE);
        let sampled: Vec<&Vec<f32>> = deviations.iter().step_by(stride).collect();
        let mut scatter = scatter(&sampled, dimensions);
        shrink(&mut scatter, dimensions, sampled.len());
        let lower = inverse(&cholesky(scatter, dimensions)?, dimensions);
        let columns = (0..dimensions).flat_map(|column| {
            let lower = &lower;
            (column..dimensions).map(move |row| narrow(lower[row * dimensions + column]))
        });
        Some(Self { dimensions, columns: columns.collect() })
    }

    /// From what [`Whitening::columns`] gave; `None` of nothing.
    pub(super) fn from_columns(columns: Vec<f32>, dimensions: usize) -> Option<Self> {
        (!columns.is_empty() && columns.len() == dimensions * (dimensions + 1) / 2)
            .then_some(Self { dimensions, columns })
    }

    /// Column by column from the diagonal down.
    pub(super) fn columns(&self) -> &[f32] {
        &self.columns
    }

    /// Transforms a vector.
    pub(super) fn apply(&self, vector: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; self.dimensions];
        let mut from = 0;
        for (at, value) in vector.iter().take(self.dimensions).enumerate() {
            let column = &self.columns[from..from + self.dimensions - at];
            out[at..].iter_mut().zip(column).for_each(|(out, weight)| *out += weight * value);
            from += column.len();
        }
        out
    }
}

/// Every question of an entry with several, less the mean of the entry, so scaled that an entry of n counts n − 1 times.
#[expect(clippy::cast_precision_loss, reason = "questions of an entry")]
fn deviations(vectors: &[Vec<f32>], entries: &[u32]) -> Vec<Vec<f32>> {
    let mut found = Vec::new();
    let mut from = 0;
    for of_entry in entries.chunk_by(|a, b| a == b) {
        let own = &vectors[from..from + of_entry.len()];
        from += of_entry.len();
        if own.len() < 2 {
            continue;
        }
        let count = own.len() as f32;
        let mut mean = vec![0.0_f32; own[0].len()];
        for vector in own {
            mean.iter_mut().zip(vector).for_each(|(mean, value)| *mean += value / count);
        }
        let scale = (count / (count - 1.0)).sqrt();
        found.extend(
            own.iter().map(|vector| {
                vector.iter().zip(&mean).map(|(value, mean)| (value - mean) * scale).collect::<Vec<f32>>()
            }),
        );
    }
    found
}

/// Mean product of every two dimensions; the lower half is filled in.
#[expect(clippy::cast_precision_loss, reason = "at most a few thousand")]
fn scatter(deviations: &[&Vec<f32>], dimensions: usize) -> Vec<f64> {
    let mut sums = vec![0.0_f64; dimensions * dimensions];
    for deviation in deviations {
        for (row, value) in deviation.iter().enumerate() {
            let slots = &mut sums[row * dimensions..row * dimensions + row + 1];
            slots.iter_mut().zip(*deviation).for_each(|(sum, other)| *sum += f64::from(value * other));
        }
    }
    let count = deviations.len() as f64;
    sums.iter_mut().for_each(|sum| *sum /= count);
    sums
}

/// Draws the scatter towards a round one of the same size.
#[expect(clippy::cast_precision_loss, reason = "a few hundred dimensions")]
fn shrink(scatter: &mut [f64], dimensions: usize, rows: usize) {
    let prior = PRIOR * dimensions as f64;
    let share = prior / (prior + rows as f64);
    let mean = (0..dimensions).map(|at| scatter[at * dimensions + at]).sum::<f64>() / dimensions as f64;
    scatter.iter_mut().for_each(|value| *value *= 1.0 - share);
    for at in 0..dimensions {
        scatter[at * dimensions + at] += share * mean + f64::MIN_POSITIVE;
    }
}

/// The lower triangular factor of a symmetric matrix given by its lower half; `None` where it is not positive.
fn cholesky(mut matrix: Vec<f64>, dimensions: usize) -> Option<Vec<f64>> {
    for i in 0..dimensions {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| matrix[i * dimensions + k] * matrix[j * dimensions + k]).sum();
            let value = matrix[i * dimensions + j] - dot;
            matrix[i * dimensions + j] = if i == j { value.sqrt() } else { value / matrix[j * dimensions + j] };
        }
        let pivot = matrix[i * dimensions + i];
        if !pivot.is_finite() || pivot <= 0.0 {
            return None;
        }
    }
    Some(matrix)
}

/// The inverse of a lower triangular matrix.
fn inverse(lower: &[f64], dimensions: usize) -> Vec<f64> {
    let mut found = vec![0.0; dimensions * dimensions];
    for column in 0..dimensions {
        found[column * dimensions + column] = 1.0 / lower[column * dimensions + column];
        for row in column + 1..dimensions {
            let dot: f64 = (column..row).map(|k| lower[row * dimensions + k] * found[k * dimensions + column]).sum();
            found[row * dimensions + column] = -dot / lower[row * dimensions + row];
        }
    }
    found
}

#[expect(clippy::cast_possible_truncation, reason = "stored as the f32 it is used as")]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries of three questions that scatter ten times as far in the first dimension as in the second.
    fn corpus(entries: u16) -> (Vec<Vec<f32>>, Vec<u32>) {
        let wave = |at: u32| f32::from(u16::try_from(at * 37 % 100).unwrap()) / 50.0 - 1.0;
        let vector = |at: u16| vec![wave(at.into()), 0.1 * wave(u32::from(at) * 13), f32::from(at / 3 % 2)];
        ((0..entries * 3).map(vector).collect(), (0..entries * 3).map(|at| u32::from(at / 3)).collect())
    }

    #[test]
    fn what_varies_within_entries_is_shortened() {
        let (vectors, entries) = corpus(200);
        let whitening = Whitening::learn(&vectors, &entries, 3).unwrap();
        let length = |vector: &[f32]| whitening.apply(vector).iter().map(|value| value * value).sum::<f32>().sqrt();
        let [first, second, third] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|axis| length(&axis));
        assert!(first * 3.0 < second && second < third, "{first} {second} {third}");
        let again = Whitening::learn(&vectors, &entries, 3).unwrap();
        assert_eq!(whitening.columns, again.columns, "the same bits every time");
    }

    #[test]
    fn a_corpus_with_few_similar_questions_keeps_its_vectors() {
        let (vectors, entries) = corpus(30);
        assert!(Whitening::learn(&vectors, &entries, 3).is_none());
        let alone: Vec<u32> = (0..600).collect();
        assert!(
            Whitening::learn(&corpus(200).0, &alone, 3).is_none(),
            "nothing scatters within entries of one question"
        );
    }
}
