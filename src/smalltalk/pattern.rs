//! Small talk that no list of wordings can hold: praise, settled matters, automatic replies, wishes for a human in a
//! sentence. Each kind is a few groups of words in order; a text that also asks for something is none of them.
//!
//! Careful rather than complete: what is missed here goes on to the corpus and the learned model.

use super::kind::TalkKind;
use super::words::{ANGRY_AT_BOT, ASKS, AUTOMATIC, COMPANY, IDLE, LIKES, MATTERS, NOT_ASKING_FOR_HUMAN, TROUBLE};
use crate::text::spoken_key;

/// Words of one of these groups follow one another, at most so many characters apart.
struct Shape {
    groups: &'static [&'static [&'static str]],
    gap: usize,
}

const fn near(groups: &'static [&'static [&'static str]], gap: usize) -> Shape {
    Shape { groups, gap }
}

impl Shape {
    fn is_in(&self, text: &str) -> bool {
        follows(text, self.groups, None, self.gap)
    }
}

/// Whether the groups follow in the text; the first within `within` characters where that is given.
fn follows(text: &str, groups: &[&[&str]], within: Option<usize>, gap: usize) -> bool {
    let Some((first, rest)) = groups.split_first() else { return true };
    first.iter().any(|word| {
        text.match_indices(word)
            .take_while(|(at, _)| within.is_none_or(|most| text[..*at].chars().nth(most).is_none()))
            .any(|(at, _)| follows(&text[at + word.len()..], rest, Some(gap), gap))
    })
}

fn any_in(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Letters and digits of a text that shapes are looked for in; longer texts tell a story.
const SHORT: usize = 48;

/// The kind of a text by its shape. `key` as [`spoken_key`](crate::text::spoken_key) gives it, `text` as written.
pub(super) fn by_shape(text: &str, key: &str) -> Option<TalkKind> {
    if is_automatic(&key.to_lowercase(), text) {
        return Some(TalkKind::AutoReply);
    }
    let length = key.chars().count();
    if length > SHORT {
        return None;
    }
    let wants_human =
        WANTS_HUMAN.iter().any(|shape| shape.is_in(key)) || CALLS.iter().any(|call| key.starts_with(call));
    if wants_human && !any_in(key, &NOT_ASKING_FOR_HUMAN) {
        return Some(TalkKind::WantHuman);
    }
    if length <= 18 && ASKS_WHO.iter().any(|shape| shape.is_in(key)) && !any_in(key, &MATTERS) {
        return Some(TalkKind::WhoAreYou);
    }
    if length <= 24 && any_in(key, &ANGRY_AT_BOT) && !any_in(key, &COMPANY) {
        return Some(TalkKind::Abuse);
    }
    let asks = any_in(key, &ASKS) || text.contains(['?', '？']);
    if !asks && !any_in(key, &TROUBLE) {
        if SETTLED.iter().any(|shape| shape.is_in(key)) {
            return Some(TalkKind::Solved);
        }
        if any_in(key, &LIKES) {
            return Some(TalkKind::Praise);
        }
    }
    (length <= 18 && any_in(key, &IDLE) && !any_in(key, &MATTERS)).then_some(TalkKind::Chat)
}

const PEOPLE: &[&str] = &[
    "人工",
    "真人",
    "活人",
    "大活人",
    "专员",
    "客服",
    "坐席",
    "座席",
    "经理",
    "主管",
    "领导",
    "同事",
    "负责人",
    "工作人员",
    "管事的",
    "接线员",
    "话务员",
    "店长",
    "专人",
];

const WANTS_HUMAN: [Shape; 8] = [
    near(&[&["找", "换", "叫", "喊", "安排", "转", "接", "派", "呼叫", "联系", "来个", "来位"], PEOPLE], 5),
    near(&[&["让", "请", "叫", "喊"], PEOPLE, &["来", "跟我", "和我", "说", "接", "联系我", "找我", "回电"]], 3),
    near(
        &[&["转接", "转到", "转给"], &["售后", "售前", "销售", "财务", "技术", "真人", "专人", "个人来", "能管事的人"]],
        2,
    ),
    near(
        &[
            &["找", "换", "来", "叫", "派", "让", "安排"],
            &["个人", "位", "别人", "其他人", "人"],
            &["跟我", "和我", "来", "说话", "聊", "讲", "谈", "接待", "回答我", "处理", "帮我"],
        ],
        2,
    ),
    near(&[&["跟", "和", "同", "与"], &["人", "真人", "活人"], &["说", "聊", "讲", "谈", "对话", "沟通", "交流"]], 1),
    near(&[&["要", "想", "需要", "有没有", "有"], &["人工", "真人", "活人"]], 4),
    near(&[&["不想", "不要", "别让", "不愿意", "不跟", "不和"], &["机器", "智能", "ai"]], 3),
    near(
        &[
            &[
                "请", "麻烦", "让", "叫", "安排", "能", "可以", "快", "赶", "马上", "立刻", "希望", "要求", "你们",
                "直接",
            ],
            CALLS,
        ],
        6,
    ),
];

/// A call that is asked for; somebody else's ("朋友打我电话总是空号") is told of.
const CALLS: &[&str] =
    &["给我打电话", "打电话给我", "给我回电", "回我电话", "给我回个电话", "电话联系我", "打我电话", "打给我"];

const ASKS_WHO: [Shape; 6] = [
    near(
        &[
            &["你", "您", "对面", "那边", "那头", "这边", "这里"],
            &["是", "叫"],
            &[
                "谁",
                "哪位",
                "机器",
                "人工智能",
                "智能",
                "真人",
                "活人",
                "ai",
                "gpt",
                "助手",
                "程序",
                "什么人",
                "什么名字",
                "啥名字",
                "是人",
                "人吗",
                "人么",
                "人不",
                "人还是",
            ],
        ],
        2,
    ),
    near(&[&["跟", "和", "同", "与"], &["谁", "什么人", "机器", "真人"], &["说", "聊", "讲", "谈", "对话"]], 2),
    near(
        &[
            &["你", "您"],
            &["能", "会", "可以"],
            &["做", "干", "帮", "些", "点", "回答", "解答"],
            &["什么", "啥", "哪些", "嘛"],
        ],
        3,
    ),
    near(&[&["你", "您"], &["会"], &["啥", "什么"]], 1),
    near(&[&["能问", "可以问"], &["什么", "啥", "哪些"]], 2),
    near(&[&["你", "您"], &["有"], &["什么", "啥", "哪些"], &["功能", "本事", "能耐", "用"]], 1),
];

const SETTLED: [Shape; 6] = [
    near(&[&["解决了", "搞定了", "弄好了", "办好了", "修好了", "处理好了", "恢复了", "已解决", "已经好了"]], 0),
    near(
        &[
            &["不用", "不必", "无需", "不需要"],
            &["处理", "查", "催", "管", "退", "换", "回", "麻烦", "联系", "跟进", "找", "送", "再", "派", "补"],
            &["了"],
        ],
        3,
    ),
    near(&[&["没事"], &["了"]], 1),
    near(&[&["单", "工单", "问题"], &["可以", "能"], &["关", "结"]], 3),
    near(&[&["不麻烦", "别麻烦"], &["你", "您", "了"]], 0),
    near(&[&["又能", "又可以", "现在能", "现在可以", "已经能"], &["了"]], 6),
];

/// The words of idle talk in a text, by which alone it can have the shape of chat.
#[must_use]
pub fn idle_words(text: &str) -> Vec<&'static str> {
    let key = spoken_key(text);
    IDLE.into_iter().filter(|word| key.contains(word)).collect()
}

/// What somebody absent says of themselves.
const ABSENT: [Shape; 6] = [
    near(
        &[
            &["休假", "出差", "开会", "外出", "年假", "产假", "病假", "培训", "驾驶", "值机", "离职", "飞行"],
            &["回复", "答复", "联系", "查收", "处理", "接手", "转发", "回你", "回您"],
        ],
        30,
    ),
    near(&[&["不在电脑", "不在座位", "不在工位", "不在办公", "不方便看手机", "不方便接"], &["回", "联系"]], 20),
    near(
        &[
            &["来信", "来邮", "邮件", "留言", "消息", "反馈"],
            &["已收到", "收到", "收悉"],
            &["尽快", "稍后", "工作日内"],
            &["回复", "答复", "处理", "联系"],
        ],
        16,
    ),
    near(&[&["稍后", "晚点", "回头"], &["回复你", "回复您", "回你", "回您"]], 4),
    near(&[&["感谢您的"], &["来信", "反馈", "留言", "来电"], &["工作人员", "专人", "我们将", "我们会"]], 24),
    near(&[&["已离职", "已调岗", "停止使用"], &["请", "勿", "联系"]], 24),
];

/// Letters and digits of an automatic reply; longer texts are mails with a notice in them.
const LONGEST_NOTICE: usize = 160;

/// Whether nobody wrote the text. Somebody who asks ("是自动回复吗") did.
fn is_automatic(key: &str, text: &str) -> bool {
    if key.chars().nth(LONGEST_NOTICE).is_some() || text.contains(['?', '？']) || key.contains('吗') {
        return false;
    }
    any_in(key, &AUTOMATIC) || ABSENT.iter().any(|shape| shape.is_in(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_found_and_requests_are_left_alone() {
        let rows = [
            ("送货小哥特别热情，点赞", Some(TalkKind::Praise)),
            ("客服很专业，但是快递太慢了", None), // goes on to what is not well
            ("昨天的事已经弄好了，不用再回我了", Some(TalkKind::Solved)),
            ("麻烦叫你们主管来跟我谈", Some(TalkKind::WantHuman)),
            ("让懂的人跟我说", Some(TalkKind::WantHuman)),
            ("人工客服几点上班", None), // about people
            ("如何跳转到收款人页面", None),
            ("把钱转给别人要手续费吗", None),
            ("同学打我电话老提示关机", None), // somebody else's call
            ("给我回个电话", Some(TalkKind::WantHuman)),
            ("麻烦让师傅打我电话", Some(TalkKind::WantHuman)),
            ("你能帮忙做些什么", Some(TalkKind::WhoAreYou)),
            ("你们能开什么发票", None),
            ("这是哪位歌手唱的", None),
            ("我不让别人来帮忙，他受伤了怎么处理", None),
            ("答来答去还是同样的话", Some(TalkKind::Abuse)),
            ("给我念首诗吧，写诗会吗", Some(TalkKind::Chat)),
            ("下雨天还送货吗", None),
            ("本人正在外地出差，邮件将于下周回复。", Some(TalkKind::AutoReply)),
            ("怎么设置自动回复？", None),
            ("东西很好，怎么开发票", None),
        ];
        for (text, expected) in rows {
            assert_eq!(by_shape(text, &spoken_key(text)), expected, "{text}");
        }
    }
}
