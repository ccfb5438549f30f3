//! Whether words of complaint are meant: "我要投诉" is, "我不投诉", "投诉电话是多少" and "邻居投诉我" are not.
//!
//! Which words those are is the business of the caller (`routing.toml` names them). Sentence by sentence, in time linear
//! in the text; takes normalised text.

/// Marks between which a thought stands.
pub(super) const ENDS: [char; 12] = [',', '。', '.', '!', '?', ';', '、', '\n', '…', '~', '(', ')'];

/// Whether a clause holds words of complaint that are meant. `holds` says whether a text holds such words.
#[must_use]
pub fn accuses(normalized: &str, holds: impl Fn(&str) -> bool) -> bool {
    if !holds(normalized) {
        return false;
    }
    // Words of complaint that a mark cuts in two (给 个,说法) count as before.
    let mut cut = true;
    let meant = normalized.split(ENDS).filter(|clause| holds(clause)).any(|clause| {
        cut = false;
        is_meant(normalized, clause)
    });
    meant || cut
}

/// Whether the customer says outright that this is a complaint: no model is asked about that.
#[must_use]
pub fn announces(normalized: &str) -> bool {
    const OUTRIGHT: [&str; 7] = ["我要投诉", "我要举报", "我要曝光", "我要起诉", "要投诉你", "投诉你们", "要去投诉"];
    const WONDERS: [&str; 5] = ["的话", "如果", "要是", "怎么", "哪"];
    let outright = |clause: &str| any_in(clause, &OUTRIGHT) && !any_in(clause, &WONDERS);
    normalized.split(ENDS).any(|clause| outright(clause) && is_meant(normalized, clause))
}

fn is_meant(normalized: &str, clause: &str) -> bool {
    let asks = normalized.contains('?') || any_in(normalized, &ASKING);
    let settled = any_in(normalized, &SETTLED) && !any_in(normalized, &UNSETTLED);
    !(is_denied(clause) || is_of_others(clause) || (settled && is_past(clause)) || (asks && is_about(clause)))
}

/// Whether the text after a mark follows within so many characters.
fn follows(text: &str, first: &[&str], then: &[&str], most: usize) -> bool {
    first.iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let rest = &text[at + word.len()..];
            let reach = rest.char_indices().nth(most + LONGEST).map_or(rest.len(), |(at, _)| at);
            let near = &rest[..reach];
            then.iter().any(|word| near.find(word).is_some_and(|at| near[..at].chars().count() <= most))
        })
    })
}

/// Characters of the longest word that may follow.
const LONGEST: usize = 6;

pub(super) fn any_in(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// What is done when somebody complains.
const ACTS: [&str; 5] = ["投诉", "举报", "曝光", "起诉", "差评"];

/// Denials directly before the act: "不处理我就投诉" denies something else.
const DENIALS: [&str; 30] = [
    "不",
    "不是",
    "不是要",
    "不是来",
    "不是想",
    "不是在",
    "不是为了",
    "没",
    "没有",
    "没有要",
    "没想",
    "没想要",
    "没打算",
    "没有打算",
    "不想",
    "不会",
    "不打算",
    "不准备",
    "不必",
    "不用",
    "无意",
    "并非",
    "并不是",
    "别",
    "不要",
    "不愿意",
    "不算",
    "谈不上",
    "不至于",
    "不存在",
];

pub(super) fn is_denied(clause: &str) -> bool {
    // Double denials threaten: 不得不投诉, 不能不投诉.
    ACTS.iter().any(|act| {
        clause.match_indices(act).any(|(at, _)| {
            let before = &clause[..at];
            let twice = ["不得不", "不能不", "忍不住", "不可能不"].iter().any(|threat| before.ends_with(threat));
            !twice && DENIALS.iter().any(|denial| before.ends_with(denial))
        })
    }) || any_in(clause, &["投诉很少", "投诉少", "零投诉", "没什么投诉", "投诉率"])
}

/// Complaints of or against somebody who is not the company.
fn is_of_others(clause: &str) -> bool {
    const OTHERS: [&str; 22] = [
        "天气",
        "老天",
        "老公",
        "老婆",
        "我妈",
        "我爸",
        "孩子",
        "邻居",
        "楼上",
        "楼下",
        "隔壁",
        "自己",
        "我自己",
        "房东",
        "男朋友",
        "女朋友",
        "室友",
        "同桌",
        "物业",
        "这天",
        "太阳",
        "舍友",
    ];
    const BY_OTHERS: [&str; 16] = [
        "邻居",
        "楼上",
        "楼下",
        "隔壁",
        "物业",
        "朋友说",
        "别人",
        "人家",
        "有人",
        "客人",
        "住户",
        "网友",
        "被人",
        "被",
        "评论区",
        "听说",
    ];
    follows(clause, &ACTS, &OTHERS, 3) || follows(clause, &BY_OTHERS, &ACTS, 4)
}

/// Complaints that were: taken back, or spoken of as what is over.
pub(super) fn is_past(clause: &str) -> bool {
    const BEFORE: [&str; 20] = [
        "之前",
        "以前",
        "上次",
        "上回",
        "上周",
        "上个月",
        "上月",
        "昨天",
        "前天",
        "前几天",
        "那次",
        "当时",
        "曾经",
        "去年",
        "刚才",
        "撤",
        "取消",
        "收回",
        "关于",
        "你们对",
    ];
    const AFTER: [&str; 14] = [
        "的事",
        "的问题",
        "那件",
        "过的",
        "已经",
        "处理好",
        "处理完",
        "解决",
        "撤",
        "取消",
        "结案",
        "了结",
        "有结果了",
        "就算了",
    ];
    follows(clause, &BEFORE, &ACTS, 8) || follows(clause, &ACTS, &AFTER, 6)
}

/// Words by which a text says that all is well again.
pub(super) const SETTLED: [&str; 26] = [
    "处理好了",
    "解决了",
    "处理完了",
    "已处理",
    "已解决",
    "已经处理",
    "已经解决",
    "谢谢",
    "感谢",
    "撤销",
    "撤回",
    "撤诉",
    "撤了",
    "撤掉",
    "取消",
    "收回",
    "谈好了",
    "协商好",
    "满意",
    "接受",
    "翻篇",
    "过去了",
    "和解",
    "不追究",
    "没事了",
    "结案了",
];

pub(super) const UNSETTLED: [&str; 12] = [
    "没解决",
    "没有解决",
    "未解决",
    "没处理",
    "没有处理",
    "不接受",
    "不满意",
    "没人理",
    "没结果",
    "没有结果",
    "仍然",
    "无法接受",
];

/// Words of a question.
const ASKING: [&str; 22] = [
    "吗",
    "多少",
    "怎么",
    "如何",
    "怎样",
    "哪",
    "多久",
    "几天",
    "什么",
    "找谁",
    "向谁",
    "是否",
    "能不能",
    "可不可以",
    "有没有",
    "请问",
    "想问",
    "问下",
    "问一下",
    "还是",
    "几点",
    "咋",
];

/// Complaining as the thing that is asked about. A demand or a grievance beside it is no question.
fn is_about(clause: &str) -> bool {
    const AFTER: [&str; 38] = [
        "电话",
        "热线",
        "号码",
        "渠道",
        "入口",
        "流程",
        "方式",
        "邮箱",
        "地址",
        "多久",
        "几天",
        "进度",
        "结果",
        "怎么",
        "如何",
        "哪",
        "编号",
        "和建议",
        "与建议",
        "建议",
        "须知",
        "时效",
        "要什么",
        "需要",
        "找谁",
        "会怎样",
        "有用",
        "是什么",
        "周末",
        "上班",
        "几点",
        "处理时",
        "受理",
        "记录",
        "规则",
        "单",
        "能查",
        "部门",
    ];
    const BEFORE: [&str; 20] = [
        "怎么",
        "如何",
        "怎样",
        "哪里",
        "在哪",
        "去哪",
        "哪儿",
        "找谁",
        "向谁",
        "可以",
        "能",
        "要是",
        "如果",
        "假如",
        "万一",
        "什么情况",
        "想了解",
        "想问",
        "请问",
        "哪个",
    ];
    const DEMANDS: [&str; 24] = [
        "我要投诉",
        "要求",
        "必须",
        "投诉你",
        "投诉贵",
        "投诉他们",
        "举报你",
        "曝光你",
        "起诉你",
        "没人",
        "不理",
        "没结果",
        "没解决",
        "打不通",
        "都没",
        "还没",
        "敷衍",
        "凭什么",
        "等着",
        "就投诉",
        "就去投诉",
        "就打",
        "我就",
        "立刻",
    ];
    const SUBJECTS: [&str; 8] = ["投诉", "举报", "曝光", "12315", "12345", "消协", "消费者协会", "12378"];
    !any_in(clause, &DEMANDS) && (follows(clause, &SUBJECTS, &AFTER, 8) || follows(clause, &BEFORE, &SUBJECTS, 8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalize;

    #[test]
    fn a_complaint_said_outright_needs_no_model() {
        assert!(announces("发票一直不开,我要投诉") && announces("我要投诉你们"));
        assert!(!["我不是要投诉你们", "邻居说要投诉你们", "我要投诉的话打哪个电话?"].iter().any(|t| announces(t)));
    }

    #[test]
    fn words_of_complaint_count_only_where_they_are_meant() {
        let holds = |text: &str| any_in(text, &["投诉", "12315", "太坑了", "消协", "给个说法"]);
        let rows = [
            ("我要投诉你们的快递", true),
            ("再不处理我就投诉", true),
            ("不处理我就打12315", true),
            ("我不得不投诉了", true),
            ("投诉了三次都没人理，怎么回事？", true),
            ("怎么投诉你们客服？", true),
            ("我没投诉过别人，但是这次一定要投诉", true),
            ("必须给个说法，这也太坑了吧", true),
            ("不投诉，问下发票几天能开", false),
            ("我不是来投诉的，想了解下保修", false),
            ("上回投诉的事解决了，谢谢你们", false),
            ("想把前天的投诉撤回，已经协商好了", false),
            ("投诉热线是多少", false),
            ("请问投诉要多久才有回复？", false),
            ("要是投诉物流的话找谁？", false),
            ("12315几点上班？", false),
            ("楼上投诉我家太吵，有静音垫吗", false),
            ("我要投诉我老公，又乱买", false),
            ("退款几天到账", false),
        ];
        for (text, expected) in rows {
            assert_eq!(accuses(&normalize(text), holds), expected, "{text}");
        }
    }
}
