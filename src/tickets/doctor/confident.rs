//! Confident learning: which labels out-of-fold probabilities contradict (Northcutt, Jiang and Chuang, "Confident
//! Learning: Estimating Uncertainty in Dataset Labels", JAIR 2021).
//!
//! A row counts as a group that it is at least as sure of as that group's own rows are on average. Knows no texts.

use crate::numbers::descending;

/// A row that counts as another group than its label says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Suspect {
    pub(super) row: usize,
    pub(super) suggested: usize,
    /// Probability of the label less the largest of the others; the lower, the more suspicious.
    pub(super) margin: f64,
}

/// What probabilities say about labels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Doubts {
    /// The most suspicious first.
    pub(super) suspects: Vec<Suspect>,
    /// Estimated wrong labels among the rows of each group.
    pub(super) estimated: Vec<f64>,
}

/// Doubts about labels, from the probabilities that models gave to rows they never saw.
pub(super) fn doubts(probabilities: &[Vec<f64>], targets: &[usize], groups: usize) -> Doubts {
    let rows_of = |group: usize| targets.iter().filter(|target| **target == group).count();
    let sizes: Vec<usize> = (0..groups).map(rows_of).collect();
    let mut thresholds = vec![0.0; groups];
    for (row, target) in probabilities.iter().zip(targets) {
        thresholds[*target] += row[*target] / sizes[*target] as f64;
    }
    let mut joint = vec![vec![0_usize; groups]; groups];
    let mut suspects = Vec::new();
    for (row, (values, target)) in probabilities.iter().zip(targets).enumerate() {
        let order = descending(values);
        let Some(counted) = order.iter().copied().find(|group| values[*group] >= thresholds[*group]) else { continue };
        joint[*target][counted] += 1;
        // A row whose own label is still the best guess is not called wrong.
        if counted != *target && order[0] != *target {
            suspects.push(Suspect { row, suggested: counted, margin: values[*target] - values[order[0]] });
        }
    }
    suspects.sort_by(|a, b| a.margin.total_cmp(&b.margin).then(a.row.cmp(&b.row)));
    // Rows that count as no group are taken to be like the others of their label.
    let estimated = (0..groups)
        .map(|group| {
            let counted: usize = joint[group].iter().sum();
            let wrong = counted - joint[group][group];
            wrong as f64 / counted.max(1) as f64 * sizes[group] as f64
        })
        .collect();
    Doubts { suspects, estimated }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_ranks_as_worked_out_by_hand() {
        // Thresholds: group 0 (0.9 + 0.7 + 0.2) / 3 = 0.6, group 1 (0.8 + 0.6 + 0.5) / 3 = 0.633.
        let first = [0.9, 0.7, 0.2, 0.2, 0.4, 0.5];
        let probabilities: Vec<Vec<f64>> = first.iter().map(|p| vec![*p, 1.0 - p]).collect();
        let found = doubts(&probabilities, &[0, 0, 0, 1, 1, 1], 2);
        // Row 2 counts as group 1; rows 4 and 5 count as none.
        assert_eq!(found.suspects.len(), 1);
        assert_eq!((found.suspects[0].row, found.suspects[0].suggested), (2, 1));
        assert!((found.suspects[0].margin + 0.6).abs() < 1e-12);
        assert!((found.estimated[0] - 1.0).abs() < 1e-12 && found.estimated[1].abs() < 1e-12);
    }

    #[test]
    fn doubts_nothing_where_nothing_is_known() {
        let found = doubts(&[], &[], 2);
        assert_eq!(found, Doubts { suspects: Vec::new(), estimated: vec![0.0, 0.0] });
    }
}
