//! What the service may say about its thresholds: the numbers, the evidence behind them and plain Chinese for staff.
//!
//! Decides nothing; `resolve` in the parent does.

use serde::Serialize;
use utoipa::ToSchema;

use super::evidence::{ANSWER_FLOOR, EvidenceRow, KindCounts, MIN_OUT_OF_SCOPE};
use crate::stats::{Certification, RISK, Tally, lower_bound, rows_needed};

/// Where the answer threshold comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The loosest threshold that the evidence proves.
    Evidence,
    /// Too little evidence, or evidence against it: the documented conservative threshold, without a promise.
    Conservative,
    /// `answer_threshold` of the configuration.
    SetByHand,
}

/// Which questions a promise was proved on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromisedOn {
    /// Labelled or reviewed questions: the promise holds for traffic like them.
    LabelledQuestions,
    /// Questions written or picked by staff among them: customers' own questions may fare worse.
    StaffWrittenQuestions,
}

/// The evidence that the answer threshold was judged on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct EvidenceSummary {
    pub rows: usize,
    /// Of these, questions that no entry answers.
    pub out_of_scope: usize,
    pub by_kind: KindCounts,
    /// Rows at or above the answer threshold.
    pub answered: usize,
    /// Of these, rows with a wrong entry.
    pub wrong: usize,
    /// One-sided 95 % Clopper–Pearson bound of the precision at the threshold; null where nothing is answered.
    pub precision_lower_bound: Option<f64>,
    /// Whether questions written or picked by staff are among the rows: they are no sample of traffic.
    pub optimistic: bool,
}

/// How good the suggestions are, on evidence that is suggested and not answered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct SuggestStatement {
    /// Least share of suggested questions whose right entry should be among the suggestions, 0..1.
    pub target: f64,
    /// Whether the evidence proves the target at the threshold.
    pub proved: bool,
    /// Rows between the two thresholds.
    pub rows: usize,
    /// Share of them whose right entry is among the suggestions; null without any.
    pub found_share: Option<f64>,
    /// One-sided 95 % Clopper–Pearson bound of that share.
    pub lower_bound: Option<f64>,
}

/// The policy of a knowledge base with the evidence behind it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PolicyStatement {
    /// Share of direct answers that should be right, 0.5..=0.999.
    pub target_precision: f64,
    /// Whether the evidence proves the target, with 95 % confidence, for questions like the evidence.
    pub promised: bool,
    /// Null where nothing is promised.
    pub promised_on: Option<PromisedOn>,
    pub answer_threshold: f64,
    pub suggest_threshold: f64,
    pub basis: Basis,
    pub evidence: EvidenceSummary,
    /// Share of the evidence's in-scope questions that are answered directly; null without any.
    pub answered_share: Option<f64>,
    pub suggest: SuggestStatement,
    /// What the confidences were calibrated on, in Chinese.
    pub calibrated_on: String,
    /// What evidence is missing, in Chinese, with numbers.
    pub missing: Vec<String>,
    /// All of it in a few Chinese sentences.
    pub summary: String,
}

impl PolicyStatement {
    /// Whether the promise that this statement makes is no longer made by another.
    #[must_use]
    pub fn is_lost_in(&self, next: &Self) -> bool {
        self.promised && !next.promised
    }
}

impl EvidenceSummary {
    pub(super) fn of(rows: &[EvidenceRow], answered: Tally) -> Self {
        let by_kind = KindCounts::of(rows);
        Self {
            rows: rows.len(),
            out_of_scope: rows.iter().filter(|row| !row.in_scope).count(),
            by_kind,
            answered: answered.rows,
            wrong: answered.wrong,
            precision_lower_bound: (answered.rows > 0).then(|| rounded(bound(answered))),
            optimistic: by_kind.is_optimistic(),
        }
    }
}

impl SuggestStatement {
    pub(super) fn of(target: f64, suggested: Tally) -> Self {
        let some = suggested.rows > 0;
        Self {
            target,
            proved: some && bound(suggested) >= target,
            rows: suggested.rows,
            found_share: some.then(|| rounded(share(suggested.rows - suggested.wrong, suggested.rows))),
            lower_bound: some.then(|| rounded(bound(suggested))),
        }
    }
}

/// Clopper–Pearson lower bound of the share of right rows.
pub(super) fn bound(tally: Tally) -> f64 {
    lower_bound(tally.rows, tally.wrong, RISK)
}

/// What keeps a target from being proved, and what would help.
pub(super) fn missing(target: f64, rows: &[EvidenceRow], verdict: &Certification) -> Vec<String> {
    let mut missing = Vec::new();
    let (faultless, forgiving) = (rows_needed(target, 0, RISK), rows_needed(target, 1, RISK));
    let goal = percent(target);
    match verdict {
        Certification::TooFew(reachable) => missing.push(format!(
            "还差 {} 个带标注的问题：要证明 {goal} 的正确率，至少要有 {faultless} 个可以直接回答的问题全部答对（错 1 个则要 \
             {forgiving} 个），现有证据里置信度不低于 {ANSWER_FLOOR} 的有 {} 个；写进 calibration.jsonl",
            faultless.saturating_sub(reachable.rows),
            reachable.rows
        )),
        Certification::Failed(tally) => missing.push(failure(target, *tally)),
        Certification::Proved(_) => {}
    }
    let outside = rows.iter().filter(|row| !row.in_scope).count();
    if outside < MIN_OUT_OF_SCOPE {
        missing.push(format!(
            "还差 {} 个库外问题（\"must_not_answer\": true）：没有它们，证据看不出知识库答不了的问题会不会被误答；现有 {outside} \
             个，至少要 {MIN_OUT_OF_SCOPE} 个",
            MIN_OUT_OF_SCOPE - outside
        ));
    }
    missing
}

/// The strictest threshold failed: more of the same helps only where the share of wrong answers is small enough.
fn failure(target: f64, tally: Tally) -> String {
    let Tally { threshold, rows, wrong } = tally;
    let found = format!("现有证据达不到 {}：置信度不低于 {threshold} 的 {rows} 个问题错了 {wrong} 个", percent(target));
    match rows_at_this_rate(target, rows, wrong) {
        Some(needed) => format!("{found}；照这个比例约要 {needed} 个才能证明，还差 {} 个", needed - rows),
        None => format!("{found}；请先检查这些问题的标注和它们命中的条目"),
    }
}

/// About how many rows with the same share of errors would prove the target; `None` beyond 64 times as many.
fn rows_at_this_rate(target: f64, rows: usize, wrong: usize) -> Option<usize> {
    if share(wrong, rows) >= 1.0 - target {
        return None;
    }
    [2, 4, 8, 16, 32, 64].into_iter().find_map(|scale| {
        let needed = rows_needed(target, wrong * scale, RISK);
        (needed <= rows * scale).then(|| needed.max(rows + 1))
    })
}

impl PolicyStatement {
    /// A few sentences that staff understand.
    pub(super) fn describe(&self) -> String {
        let goal = percent(self.target_precision);
        let promise = match (self.basis, self.promised) {
            (Basis::Evidence, _) => format!(
                "直接回答的目标是 {goal} 正确。门槛 {} 由证据得出：{}，有 95 % 的把握达到目标{}。",
                self.answer_threshold,
                self.evidence_in_words(),
                self.reservation()
            ),
            (Basis::Conservative, _) => format!(
                "直接回答的目标是 {goal} 正确，但证据还不能证明，所以不作承诺，用保守的门槛 {}。",
                self.answer_threshold
            ),
            (Basis::SetByHand, true) => format!(
                "门槛 {} 是手工设定的。{}，有 95 % 的把握达到 {goal} 的目标{}。",
                self.answer_threshold,
                self.evidence_in_words(),
                self.reservation()
            ),
            (Basis::SetByHand, false) => {
                format!("门槛 {} 是手工设定的，证据不能证明它达到 {goal} 的目标，不作承诺。", self.answer_threshold)
            }
        };
        let share = match self.answered_share {
            Some(share) => format!("证据里的库内问题约 {} 直接回答。", percent(share)),
            None => String::new(),
        };
        let suggest = match self.suggest.found_share {
            Some(found) => format!(
                "置信度在 {} 到 {} 之间时推荐“您是不是想问”，{} 的时候正确条目在推荐里。",
                self.suggest_threshold,
                self.answer_threshold,
                percent(found)
            ),
            None => {
                format!("置信度在 {} 到 {} 之间时推荐“您是不是想问”。", self.suggest_threshold, self.answer_threshold)
            }
        };
        format!("{promise}{share}{suggest}置信度按{}校准。", self.calibrated_on)
    }

    fn evidence_in_words(&self) -> String {
        let EvidenceSummary { rows, out_of_scope, answered, wrong, .. } = self.evidence;
        format!("{rows} 个已知答案的问题（其中库外 {out_of_scope} 个）里有 {answered} 个达到门槛，错 {wrong} 个")
    }

    fn reservation(&self) -> &'static str {
        match self.promised_on {
            Some(PromisedOn::StaffWrittenQuestions) => {
                "；但这些问题有员工自己写的或挑的，不是客户提问的抽样，对客户的真实提问可能偏乐观"
            }
            Some(PromisedOn::LabelledQuestions) => "；对与这些问题类似的提问成立",
            None => "",
        }
    }
}

/// `95 %`, `97.5 %`: at most one decimal.
fn percent(share: f64) -> String {
    format!("{} %", (share * 1_000.0).round() / 10.0)
}

/// Four decimals: the bound is no more exact than the evidence.
pub(super) fn rounded(share: f64) -> f64 {
    // Downwards, so that no bound is shown as reached that is not.
    (share * 1e4).floor() / 1e4
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^53")]
pub(super) fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_many_more_would_prove_it() {
        // 2 of 100 wrong are too many; 4 of 181 are few enough.
        assert_eq!(rows_at_this_rate(0.95, 100, 2), Some(rows_needed(0.95, 4, RISK)));
        assert_eq!(rows_at_this_rate(0.95, 100, 10), None); // more of the same never will
    }

    #[test]
    fn shares_are_written_short() {
        for (share, text) in [(0.95, "95 %"), (0.975, "97.5 %"), (1.0, "100 %"), (0.123_456, "12.3 %")] {
            assert_eq!(percent(share), text);
        }
    }
}
