//! The findings as lines: 错误 for what must be mended, 提醒 for what staff should know.

use std::io::Write;

use super::knowledge_base::{Checked, FailingCase, Unreachable};
use crate::answer::{Decision, HandoffReason};
use crate::corpus::Issue;
use crate::evaluation::answers::outcome::decision_label;

/// Lines of one kind shown at most; the rest is counted.
const SHOWN: usize = 20;

/// Prints everything that was found about one knowledge base.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn print(checked: &Checked, out: &mut dyn Write) -> std::io::Result<()> {
    if let Some(problem) = &checked.model_problem {
        writeln!(out, "错误 模型：{problem}")?;
    }
    for notice in &checked.notices {
        writeln!(out, "提醒 {}", notice.message)?;
    }
    let Some(version) = &checked.version else { return print_issues(&checked.issues, out) };
    for warning in &checked.warnings {
        writeln!(out, "提醒 {warning}")?;
    }
    writeln!(
        out,
        "知识库没有问题：{} 个条目，{} 个问法，{} 条提醒，版本 {version}",
        checked.entries,
        checked.questions,
        checked.warnings.len(),
    )?;
    for line in &checked.routing {
        writeln!(out, "提醒 {line}")?;
    }
    print_promises(checked, out)?;
    if !checked.expired.is_empty() {
        let ids: Vec<&str> = checked.expired.iter().take(SHOWN).map(String::as_str).collect();
        let more = if checked.expired.len() > SHOWN { " 等" } else { "" };
        writeln!(out, "提醒 {} 个条目已过有效期，不再回答：{}{more}", checked.expired.len(), ids.join("、"))?;
    }
    limited(&checked.unreachable, unreachable, out)
}

/// Prints issues one a line and says that nothing was done.
pub(in crate::cli) fn print_issues(issues: &[Issue], out: &mut dyn Write) -> std::io::Result<()> {
    for issue in issues {
        writeln!(out, "错误 {issue}")?;
    }
    writeln!(out, "知识库有 {} 个问题，请改正后再试", issues.len())
}

/// Thresholds, golden questions, and how the corpus finds its own questions.
fn print_promises(checked: &Checked, out: &mut dyn Write) -> std::io::Result<()> {
    if let Some(policy) = &checked.policy {
        writeln!(out, "{}", policy.summary)?;
        for line in &policy.missing {
            writeln!(out, "证据 {line}")?;
        }
    }
    let golden = &checked.golden;
    if golden.asked > 0 {
        writeln!(out, "必须一直答对的 {} 个问题里有 {} 个不对", golden.asked, golden.failing.len())?;
        limited(&golden.failing, failing, out)?;
    }
    if let Some(own) = &checked.self_retrieval {
        let (asked, lost, near) = (own.asked, own.lost_total, own.near_total);
        writeln!(out, "自检：{asked} 个问法里有 {lost} 个先找到别的条目，{near} 对条目问法很接近而答案不同")?;
        for lost in &own.lost {
            writeln!(out, "提醒 {lost}")?;
        }
        for near in &own.near {
            writeln!(out, "提醒 {near}")?;
        }
    }
    Ok(())
}

fn failing(case: &FailingCase) -> String {
    let FailingCase { question, expected, decision, found } = case;
    let found = found.as_ref().map(|id| format!("，排在首位的是 {id}")).unwrap_or_default();
    let outcome = if *decision == Decision::Answer { "直接回答了别的条目" } else { decision_label(*decision) };
    match expected {
        Some(id) => format!("“{question}”应由 {id} 直接回答，实际{outcome}{found}"),
        None => format!("“{question}”不应直接回答，实际直接回答{found}"),
    }
}

fn unreachable(entry: &Unreachable) -> String {
    let Unreachable { faq_id, question, reason, captured, questions } = entry;
    let words = match reason {
        HandoffReason::HumanRequested => "要求转人工",
        _ => "投诉",
    };
    let all = if captured == questions { "，客户看不到这个条目" } else { "" };
    format!(
        "条目 {faq_id} 的标准问“{question}”含有{words}的说法，会直接转人工（{questions} 个问法里 {captured} 个如此{all}）；\
         可在 routing.toml 里改这些说法"
    )
}

fn limited<T>(items: &[T], line: impl Fn(&T) -> String, out: &mut dyn Write) -> std::io::Result<()> {
    for item in items.iter().take(SHOWN) {
        writeln!(out, "提醒 {}", line(item))?;
    }
    if items.len() > SHOWN {
        writeln!(out, "提醒 还有 {} 个同样的", items.len() - SHOWN)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::knowledge_base::Sources;

    fn shown(files: &[(&str, &str)]) -> String {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        let now: Timestamp = "2026-11-05T12:00:00+08:00".parse().unwrap();
        let sources = Sources { corpus: Some(dir.path().to_owned()), ..Sources::embedded() };
        let mut out = Vec::new();
        print(&Checked::new(&sources, now).unwrap(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn prints_every_issue_with_its_place() {
        assert_eq!(
            shown(&[("a.csv", "问题,答案\n一,\n,乙\n")]),
            "错误 a.csv:2: 答案为空，请填写\n错误 a.csv:3: 问题为空，请填写标准问\n知识库有 2 个问题，请改正后再试\n"
        );
    }

    #[test]
    fn tells_what_customers_do_not_get() {
        let faq = concat!(
            "{\"id\":\"complain\",\"question\":\"投诉电话是多少\",\"answer\":\"请拨打客服电话。\"}\n",
            "{\"id\":\"fee\",\"question\":\"运费怎么算\",\"answer\":\"满九十九元包邮。\"}\n",
            "{\"id\":\"old\",\"question\":\"春节几点开门\",\"answer\":\"十点。\",\"valid_until\":\"2026-03-01\"}\n",
        );
        let golden = concat!(
            "{\"question\":\"运费怎么算\",\"faq_id\":\"fee\"}\n",
            "{\"question\":\"我要投诉你们\",\"faq_id\":\"complain\"}\n",
        );
        let shown = shown(&[("faq.jsonl", faq), ("golden.jsonl", golden)]);
        for part in [
            "必须一直答对的 2 个问题里有 1 个不对",
            "“我要投诉你们”应由 complain 直接回答，实际转人工",
            "1 个条目已过有效期，不再回答：old",
        ] {
            assert!(shown.contains(part), "{part} is missing:\n{shown}");
        }
        // A question about complaining is answered like any other.
        assert!(!shown.contains("含有投诉的说法"), "{shown}");
    }
}
