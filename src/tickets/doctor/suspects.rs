//! Rows whose label models that never saw them contradict, and how many wrong labels that makes by group.

use super::confident::doubts;
use super::defect::{Defect, Detail, Item, Severity, percent};
use super::group_sizes::FEWEST;
use super::judged_set::JudgedSet;
use super::set::spot;

/// Doubted rows, and the estimate for each group.
pub(super) fn suspects(judged: &JudgedSet<'_>) -> Vec<Defect> {
    let JudgedSet { data, probabilities } = judged;
    let sizes = judged.sizes();
    let found = doubts(probabilities, &data.targets, data.labels.len());
    // A group that hardly occurs is doubted as a whole, which says nothing about its rows.
    let known = |row: &usize| sizes[data.targets[*row]] >= FEWEST;
    let items: Vec<Item> = found
        .suspects
        .iter()
        .filter(|suspect| known(&suspect.row))
        .map(|suspect| {
            let values = &probabilities[suspect.row];
            let target = data.targets[suspect.row];
            let (probability, suggested_probability) = (values[target], values[suspect.suggested]);
            let suggested = data.labels[suspect.suggested].clone();
            Item {
                places: vec![spot(&data.rows[suspect.row])],
                cells: vec![suggested.clone(), percent(probability), percent(suggested_probability)],
                detail: Some(Detail::Suspect {
                    label: data.labels[target].clone(),
                    suggested,
                    probability,
                    suggested_probability,
                }),
            }
        })
        .collect();
    if items.is_empty() {
        return Vec::new();
    }
    let rows = items.len();
    let share = rows as f64 / data.rows.len() as f64;
    let listed = Defect {
        kind: "suspect_labels",
        severity: Severity::Warning,
        message: format!("标签可能错了的工单：{rows} 条（{}），最可疑的在前", percent(share)),
        advice: "没见过这一条的模型更相信另一个组。这只是线索，其中也有模型自己看错的：请人逐条看过再改，不要批量替换",
        rows,
        share,
        items,
        columns: &["建议", "现标签概率", "建议概率"],
    };
    [Some(listed), estimate(judged, &found.estimated, &sizes)].into_iter().flatten().collect()
}

fn estimate(judged: &JudgedSet<'_>, estimated: &[f64], sizes: &[usize]) -> Option<Defect> {
    let labels = &judged.data.labels;
    let mut groups: Vec<usize> =
        (0..labels.len()).filter(|group| sizes[*group] >= FEWEST && estimated[*group] >= 0.5).collect();
    groups.sort_by(|a, b| {
        let share = |group: usize| estimated[group] / sizes[group] as f64;
        share(*b).total_cmp(&share(*a)).then(a.cmp(b))
    });
    let total: f64 = groups.iter().map(|group| estimated[*group]).sum();
    let items: Vec<Item> = groups
        .into_iter()
        .map(|group| {
            let (rows, wrong) = (sizes[group], estimated[group]);
            let cells = [labels[group].clone(), rows.to_string(), format!("{wrong:.0}"), percent(wrong / rows as f64)];
            let detail = Detail::Doubt { label: labels[group].clone(), rows, estimated_wrong: wrong };
            Item { places: Vec::new(), detail: Some(detail), cells: cells.to_vec() }
        })
        .collect();
    let share = total / judged.data.rows.len() as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the number of rows")]
    let rows = total.round() as usize;
    (!items.is_empty()).then(|| Defect {
        kind: "estimated_label_errors",
        severity: Severity::Note,
        message: format!("各组标签有疑问的工单，估计共 {rows} 条（{}）", percent(share)),
        advice: "这是模型与标签不一致的估计，不是错标的证明，通常偏高几倍：组与组分不清、正文没说清也算在内。要请人看过才知道；从比例最高的组看起",
        rows,
        share,
        items,
        columns: &["技能组", "工单", "有疑问", "占比"],
    })
}
