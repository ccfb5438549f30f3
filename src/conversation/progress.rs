//! A customer's question after their own ticket: 我的退款到哪一步了. It is heard by its whole wording, so that a question
//! about how things are done in general, or about a parcel, never is one.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regex::Regex;

use super::dialogue::{Response, remembered};
use super::turn::Said;
use crate::answer::{Question, answer_with_stage};
use crate::retrieval::IndexError;
use crate::snapshot::Snapshot;
use crate::text::{match_key, normalize};

/// Longer messages say more than this question.
const MOST_CHARS: usize = 40;

/// Openings that ask nothing by themselves.
const OPENING: &str = "(?:请问|你好|您好|麻烦|请|能|能否|能不能|可以|可否|想|想要|帮忙|帮|给|替|查查|查询|查看|查|看看|看|问问|问|咨询|催催|催|\
    了解|知道|一下|下|我|你们|您|你|那|那个|这个|客服|亲)*";
/// What makes it the customer's own.
const OWN: &str = "(?:我|我们|咱|咱们|俺|本人)(?:的|家|这边|这里|那个|这个|那|这|上次|上周|上个月|之前|前面|前天|昨天|今天|早上|上午|下午|刚才|刚刚|刚|\
    当时|申请|提交|提|报|反映|反馈|投诉|要求|要|办理|办|登记|开|过|了|一个|个|张|条|笔|单|的)*";
/// What a ticket is about. Orders and parcels are none.
const MATTER: &str = "(?:(?:工单|服务单|投诉单|售后单|维修单|报修单|售后|退款|退货退款|退货|退换货|换货|退费|退订|赔付|赔偿|理赔|补发|补偿|\
    维修|报修|修理|投诉|举报|反馈|申诉|申请|问题|事情|事儿|事|发票|单子|单)(?:的|那个|这个|那张|这张|那|这)*)+";
/// Matters that are tickets by name: they need no word of possession.
const TICKET: &str = "(?:这个|那个|这张|那张|上次的|之前的)*(?:工单|服务单|投诉单|售后单|维修单|报修单)(?:的|那|这)*";
const NOW: &str = "(?:现在|目前|今天|如今|到底|究竟|已经|都|是|又|还)*";
const DOING: &str = "(?:处理|受理|进行|办理|办|审核|审批|走|推进|解决|安排|核实|调查|流转|弄|搞|跟进)";
const ENDING: &str = "(?:了|呢|啊|呀|吗|嘛|吧|啦|哦|哈|谢谢|麻烦了)*";

#[expect(clippy::unwrap_used, reason = "the pattern is a constant and every test run compiles it")]
static PROGRESS: LazyLock<Regex> = LazyLock::new(|| {
    let where_to = format!(
        "{DOING}?(?:得|的)?(?:到|到了|在|卡在)?(?:(?:哪一步|哪步|第几步|哪个环节|哪一环|哪个阶段|哪一阶段|什么阶段|什么程度|什么地步|哪个部门|什么环节)|\
         (?:哪里|哪儿|哪)了)"
    );
    let doing_how = format!("{DOING}?(?:得|的)?(?:怎么样|怎样|咋样|如何)了");
    let done = format!("(?:{DOING}(?:好|完|完成|成|妥|通过)?|好|完成|通过|批准)了?(?:没有|没|吗)");
    let news = "(?:有没有|有|有什么|有啥)?(?:新的?)?(?:进展|进度|结果|消息|下文|回音|眉目|状态|情况)了?\
        (?:怎么样|怎样|咋样|如何|到哪里|到哪|是什么|是啥)?了?(?:没有|没|吗)?";
    let what_news = "(?:什么|啥)(?:进展|进度|结果|状态|情况|阶段)";
    let asked = format!("(?:{where_to}|{doing_how}|{done}|{news}|{what_news})");
    Regex::new(&format!("^{OPENING}(?:{OWN}{MATTER}|{TICKET}){NOW}{asked}{ENDING}$")).unwrap()
});

/// Whether a customer asks how far their own ticket has come.
#[must_use]
pub fn asks_for_progress(text: &str) -> bool {
    // Before any work: no text of that many bytes is that short.
    if text.len() > 8 * MOST_CHARS {
        return false;
    }
    let key = match_key(&normalize(text));
    key.chars().count() <= MOST_CHARS && PROGRESS.is_match(&key)
}

/// Where a ticket is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketStage {
    /// The group's display name, where it is known.
    pub group: Option<String>,
    pub classified_at: Option<Timestamp>,
    /// The step told last, and when.
    pub last: Option<(Timestamp, String)>,
    /// The station after it.
    pub next: Option<String>,
    /// Whether the group's flow names any stations.
    pub has_flow: bool,
    pub promise: String,
}

impl TicketStage {
    /// What the customer is told, in Chinese; times in a zone.
    #[must_use]
    pub fn text(&self, zone: &TimeZone) -> String {
        let shown = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%-m月%-d日%H:%M").to_string();
        let group = self.group.as_ref().map(|group| format!("（{group}）")).unwrap_or_default();
        let now = match (&self.last, self.classified_at) {
            (Some((at, step)), _) => format!("{}进行到“{step}”", shown(*at)),
            (None, Some(at)) => format!("已在{}受理", shown(at)),
            (None, None) => "已受理".to_owned(),
        };
        let next = match &self.next {
            Some(next) => format!("，下一步是“{next}”"),
            None if self.has_flow => "，这是最后一步".to_owned(),
            None => String::new(),
        };
        format!("您最近的工单{group}{now}{next}。{}", self.promise)
    }
}

/// Answers with the stage of a ticket. Nothing is guessed; candidates are those of the question, as for any other.
///
/// # Errors
/// [`IndexError`] when the index cannot be read.
pub fn tell_stage(
    snapshot: &Snapshot,
    question: &Question<'_>,
    stage: String,
    now: Timestamp,
) -> Result<Response, IndexError> {
    let answered = answer_with_stage(snapshot, question, stage, now)?;
    let text = remembered(&normalize(question.text));
    Ok(Response { answered, said: Said::Question, text, read_along: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_question_after_ones_own_ticket_is_heard() {
        for text in [
            "我的退款到哪一步了",
            "我的工单处理到哪了？",
            "请问我的退款现在处理到哪一步了呢",
            "我上次报修的那个单子怎么样了",
            "我反映的问题处理得怎么样了",
            "我昨天提交的退货申请有进展了吗",
            "帮我查一下我的工单进度",
            "我的投诉有结果了吗",
            "我的投诉处理好了没",
            "我的换货办到哪一步啦",
            "工单处理到哪一步了",
            "我的售后现在是什么状态",
            "我那个退款的进度怎么样了",
            "我的退款好了吗",
            "我的退货申请通过了没有",
        ] {
            assert!(asks_for_progress(text), "{text}");
        }
        for text in [
            "退款几天能到账",
            "退款到哪里",       // into which account
            "退款进度在哪里看", // how it is looked up
            "怎么查退款进度",
            "我的退款怎么还没到", // a complaint of its own
            "我的快递到哪了",     // a parcel
            "我的订单到哪了",
            "我要退款",
            "我想投诉",
            "我的工单号是多少",
            "我的退款到哪一步了，再不退我就投诉你们", // says more
            "我的发票怎么开",
            "",
        ] {
            assert!(!asks_for_progress(text), "{text}");
        }
        assert!(!asks_for_progress(&"我的".repeat(400)));
    }

    #[test]
    fn the_stage_is_told_as_far_as_it_is_known() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let at: Timestamp = "2026-11-11T06:20:00Z".parse().unwrap();
        let stage = TicketStage {
            group: Some("退款组".to_owned()),
            classified_at: Some(at),
            last: Some((at, "财务".to_owned())),
            next: Some("客服".to_owned()),
            has_flow: true,
            promise: "三天内处理。".to_owned(),
        };
        let told = |stage: &TicketStage| stage.text(&zone);
        assert_eq!(told(&stage), "您最近的工单（退款组）11月11日14:20进行到“财务”，下一步是“客服”。三天内处理。");
        let last = TicketStage { next: None, ..stage.clone() };
        assert_eq!(told(&last), "您最近的工单（退款组）11月11日14:20进行到“财务”，这是最后一步。三天内处理。");
        let fresh = TicketStage { last: None, next: Some("财务".to_owned()), ..stage.clone() };
        assert_eq!(told(&fresh), "您最近的工单（退款组）已在11月11日14:20受理，下一步是“财务”。三天内处理。");
        let elsewhere = TicketStage { group: None, classified_at: None, next: None, has_flow: false, ..stage };
        assert_eq!(told(&elsewhere), "您最近的工单11月11日14:20进行到“财务”。三天内处理。");
    }
}
