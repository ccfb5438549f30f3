//! Two stored questions that are alike but for a part, and which of the two parts the question asked has.
//!
//! Three readings of what tells them apart: words that only one of the two has, a denial that only one has, and one
//! character in the same place (课前, 课后), for which the question may have another cue.

use super::align::{SAME, similarity};
use super::reading::{Reading, Word};
use super::tables::tables;

/// By so much must the question speak for one side.
const CLEARLY: f32 = 0.4;
/// Share of the longer one's characters that two questions have in common where they are twins: of other neighbours,
/// what tells them apart is most of what they say, and weighing it is the ranking's affair.
const ALIKE: f32 = 0.5;
/// Share of a word that its characters are worth where not all of them are found.
const IN_PART: f32 = 0.4;
/// What a denial, or a cue for one of two characters, is worth beside a word.
const DENIAL: f32 = 1.0;
const CUE: f32 = 1.0;

/// Words of wanting something no longer, and what then is asked for.
const NO_LONGER: [&str; 6] = ["不想要了", "不要了", "不用了", "不需要了", "不想用了", "不想再"];
const ENDING: [&str; 6] = ["关闭", "取消", "注销", "退订", "解绑", "停用"];

/// Characters that oppose each other, each with what else says it; of cues for both sides the first wins.
const CUES: [(char, &[&str], char, &[&str]); 4] = [
    (
        '前',
        &["还没", "没", "未", "之前", "以前", "打算", "准备", "才开"],
        '后',
        &["了", "已", "完", "过", "之后", "以后"],
    ),
    (
        '内',
        &["没出", "不出", "未出", "本省", "本市", "本地", "里"],
        '外',
        &["出省", "出国", "跨", "外地", "别的", "其他"],
    ),
    (
        '入',
        &["到你们", "来你们", "给你们", "进来", "过来"],
        '出',
        &["走", "去别", "到别", "换别", "离开", "别家", "不想用"],
    ),
    ('上', &["往上", "升"], '下', &["往下", "降"]),
];

/// Whether the question asked speaks for the second rather than the first.
#[must_use]
pub fn prefers(asked: &Reading, first: &Reading, second: &Reading) -> bool {
    balance(asked, first, second) > CLEARLY
}

/// What the question says for the second less what it says for the first.
fn balance(asked: &Reading, first: &Reading, second: &Reading) -> f32 {
    if alike(first, second) < ALIKE {
        return rivals(asked, first, second);
    }
    let words = only_in(second, first).map(|word| own_support(asked, word)).fold(0.0, f32::max)
        - only_in(first, second).map(|word| own_support(asked, word)).fold(0.0, f32::max);
    rivals(asked, first, second) + words + denials(asked, first, second) + cues(asked, first, second)
}

/// Share of the longer one's Chinese characters that two questions have in common.
#[expect(clippy::cast_precision_loss, reason = "lengths of questions")]
fn alike(first: &Reading, second: &Reading) -> f32 {
    let mut rest = second.han.iter().peekable();
    let shared = first.han.iter().filter(|c| {
        while rest.peek().is_some_and(|other| other < c) {
            rest.next();
        }
        rest.next_if(|other| other == c).is_some()
    });
    let longer = first.han.len().max(second.han.len()).max(1);
    shared.count() as f32 / longer as f32
}

/// Words of the tables of opposites of which the first has one and the second the other.
fn rivals(asked: &Reading, first: &Reading, second: &Reading) -> f32 {
    let mut balance = 0.0_f32;
    let no_longer = NO_LONGER.iter().any(|word| asked.text.contains(word));
    for (left, right) in tables().opposite_lines() {
        let only = |words: &[&'static str], own: &Reading, other: &Reading| -> Option<&'static str> {
            let long = words.iter().filter(|word| word.chars().nth(1).is_some());
            long.copied()
                .filter(|word| own.text.contains(word) && !other.text.contains(word))
                .max_by_key(|word| word.len())
        };
        let side = |words: &[&'static str]| -> f32 {
            if no_longer && words.iter().any(|word| ENDING.contains(word)) {
                return 1.0;
            }
            let long = words.iter().filter(|word| word.chars().nth(1).is_some());
            long.map(|word| support(asked, word)).fold(0.0, f32::max)
        };
        if only(left, first, second).is_some() && only(right, second, first).is_some() {
            balance += side(right) - side(left);
        } else if only(right, first, second).is_some() && only(left, second, first).is_some() {
            balance += side(left) - side(right);
        }
    }
    balance
}

/// Words that carry a subject and stand in one of the two alone.
fn only_in<'a>(own: &'a Reading, other: &'a Reading) -> impl Iterator<Item = &'a Word> {
    let same = |a: &Word, b: &Word| similarity(a, b) >= SAME;
    own.content().filter(move |word| {
        word.text.chars().nth(1).is_some()
            && !other.text.contains(&*word.text)
            && !other.content().any(|theirs| same(word, theirs))
    })
}

/// How far the question has a word that one of the two has alone, weighed by how much it says.
fn own_support(asked: &Reading, word: &Word) -> f32 {
    let named = asked.content().any(|own| similarity(own, word) >= SAME);
    word.weight * if named { 1.0 } else { support(asked, &word.text) }
}

/// What only one of the two denies.
fn denials(asked: &Reading, first: &Reading, second: &Reading) -> f32 {
    let only = |own: &Reading, other: &Reading| -> Vec<char> {
        let free = |c: &&char| !other.logic.denied.contains(*c) && other.han.binary_search(*c).is_ok();
        own.logic.denied.iter().filter(free).copied().collect()
    };
    let speaks = |denied: &[char]| -> f32 {
        if denied.is_empty() {
            return 0.0;
        }
        let said = denied.iter().any(|c| asked.logic.denied.contains(c));
        let has = denied.iter().all(|c| asked.han.binary_search(c).is_ok());
        if said {
            DENIAL
        } else if has {
            -DENIAL
        } else {
            0.0
        }
    };
    speaks(&only(second, first)) - speaks(&only(first, second))
}

/// One character of two that oppose each other beside the same neighbour in both.
fn cues(asked: &Reading, first: &Reading, second: &Reading) -> f32 {
    let mut balance = 0.0;
    for (left, for_left, right, for_right) in CUES {
        let (of_first, of_second) = match (beside(first, left, second, right), beside(first, right, second, left)) {
            (true, _) => (left, right),
            (_, true) => (right, left),
            _ => continue,
        };
        let said = |cues: &[&str]| cues.iter().any(|cue| asked.text.contains(cue));
        let meant = if asked.han.binary_search(&left).is_ok() || asked.han.binary_search(&right).is_ok() {
            None // it says so itself
        } else if said(for_left) {
            Some(left)
        } else {
            said(for_right).then_some(right)
        };
        if meant == Some(of_second) {
            balance += CUE;
        } else if meant == Some(of_first) {
            balance -= CUE;
        }
    }
    balance
}

/// Whether some character stands before `own` in the first and before `other` in the second.
fn beside(first: &Reading, own: char, second: &Reading, other: char) -> bool {
    let pairs = first.text.chars().zip(first.text.chars().skip(1));
    let found = pairs
        .filter(|(_, c)| *c == own)
        .any(|(before, _)| second.text.chars().zip(second.text.chars().skip(1)).any(|pair| pair == (before, other)));
    found && !first.text.contains(other) && !second.text.contains(own)
}

/// Share of the word's characters that the question has, of which a part says little; the opposite where it denies one
/// of them.
#[expect(clippy::cast_precision_loss, reason = "lengths of words")]
fn support(asked: &Reading, word: &str) -> f32 {
    let length = word.chars().count().max(1) as f32;
    let found = word.chars().filter(|c| asked.han.binary_search(c).is_ok()).count() as f32 / length;
    let found = if found < 1.0 { found * IN_PART } else { found };
    let denied = word.chars().any(|c| asked.logic.denied.contains(&c));
    if denied { -found } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::segment::Segmenter;

    #[test]
    fn the_question_speaks_for_one_of_two_rivals() {
        let of = |text| Reading::of(text, &Segmenter::default());
        let rows = [
            ("刚购了房，补贴怎么领", "租房补贴怎么领", "购房补贴怎么领", true),
            ("租的房子补贴怎么领", "租房补贴怎么领", "购房补贴怎么领", false),
            ("补贴怎么领", "租房补贴怎么领", "购房补贴怎么领", false),
            ("我投了保的相机摔了怎么赔", "没投保的设备摔坏怎么赔", "投保的设备摔坏怎么赔", true),
            ("相机没投保摔了怎么赔", "没投保的设备摔坏怎么赔", "投保的设备摔坏怎么赔", false),
            ("已经开演了还能退票吗", "开演前怎么退票", "开演后怎么退票", true),
            ("戏还没开始，票能退不", "开演前怎么退票", "开演后怎么退票", false),
            ("学籍要办到别的学校去", "学籍怎么转入", "学籍怎么转出", true),
            ("当初开的短信提醒不想要了", "怎么关闭短信提醒", "怎么开通短信提醒", false),
        ];
        for (asked, first, second, expected) in rows {
            let found = balance(&of(asked), &of(first), &of(second));
            assert_eq!(found > CLEARLY, expected, "{asked}: {second} rather than {first}? {found}");
        }
    }
}
