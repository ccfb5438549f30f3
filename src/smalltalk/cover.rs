//! Whether a text is made of small talk and nothing else: known wordings and fillers, one after the other, from the
//! first character to the last. "好的谢谢啦拜拜" is, "好的谢谢，发票呢" is not.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::kind::TalkKind;
use super::table::built_in;
use crate::text::pinyin::syllables;
use crate::text::spoken_key;

/// Characters of a text that can be nothing but small talk; longer ones say something.
const LONGEST: usize = 40;

/// What stands between and around the wordings and says nothing of its own.
const FILLERS: [&str; 92] = [
    "哈",
    "呀",
    "啊",
    "哦",
    "噢",
    "喔",
    "呢",
    "吧",
    "嘛",
    "哟",
    "呦",
    "啦",
    "了",
    "咯",
    "喽",
    "嘞",
    "滴",
    "的",
    "哒",
    "呐",
    "哇",
    "那",
    "就",
    "先",
    "我",
    "你",
    "您",
    "你们",
    "咱",
    "咱们",
    "亲",
    "亲亲",
    "亲爱的",
    "宝",
    "宝宝",
    "老板",
    "掌柜",
    "客服",
    "客服小姐姐",
    "小姐姐",
    "小哥哥",
    "小哥",
    "美女",
    "帅哥",
    "店家",
    "店主",
    "师傅",
    "朋友",
    "大家",
    "各位",
    "老师",
    "一下",
    "真的",
    "真是",
    "真",
    "非常",
    "太",
    "很",
    "十分",
    "特别",
    "实在",
    "请",
    "不好意思",
    "抱歉",
    "对不起",
    "哎",
    "哎呀",
    "嗯",
    "好",
    "那个",
    "这个",
    "还",
    "都",
    "也",
    "啦啦",
    "吼",
    "捏",
    "哩",
    "嘿",
    "somuch",
    "verymuch",
    "alot",
    "dear",
    "sir",
    "再问你",
    "再问您",
    "去了",
    "再",
    "吗吗",
    "不聊",
    "小朋友",
    "兄弟",
];

/// What may stand around a wish for a human only: elsewhere it would make a question of an answer (收到了 · 收到了吗).
const ASKING: [&str; 78] = [
    "吗",
    "么",
    "不",
    "没",
    "没有",
    "能",
    "能不能",
    "可以",
    "可不可以",
    "可否",
    "怎么",
    "如何",
    "怎样",
    "要",
    "我要",
    "想",
    "我想",
    "需要",
    "帮我",
    "帮忙",
    "给我",
    "替我",
    "为我",
    "现在",
    "马上",
    "立刻",
    "立即",
    "赶紧",
    "赶快",
    "快",
    "快点",
    "尽快",
    "今天",
    "这边",
    "这里",
    "那边",
    "来",
    "来吧",
    "过来",
    "说话",
    "说",
    "聊",
    "谈",
    "沟通",
    "处理",
    "解决",
    "回答",
    "服务",
    "转",
    "接",
    "找",
    "有",
    "行不行",
    "行吗",
    "好吗",
    "一个",
    "一位",
    "个",
    "位",
    "位专员",
    "麻烦",
    "拜托",
    "求求你",
    "直接",
    "跟我",
    "和我",
    "在哪",
    "在哪里",
    "哪里",
    "哪儿",
    "到哪",
    "按几",
    "按什么键",
    "按哪个键",
    "打",
    "拨",
    "联系",
    "呼叫",
];

/// What a piece of a cover is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Talk(TalkKind),
    Filler,
    Asking,
    /// Whom one speaks to; who says nothing else asks for them.
    Address,
}

/// Names of those one writes to, among the wishes for a human.
const ADDRESSES: [&str; 6] = ["客服", "人工客服", "客服人员", "客服小姐姐", "客服小哥", "在线客服"];

struct Lexicon {
    /// Pieces by their first character, in the order of the table.
    pieces: FxHashMap<char, Vec<(Vec<char>, Piece)>>,
    /// Wordings of two or more characters by how they sound.
    sounds: FxHashMap<String, TalkKind>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon { pieces: FxHashMap::default(), sounds: FxHashMap::default() };
    let mut seen = FxHashSet::default();
    for (kind, talk) in &built_in().0 {
        for phrase in &talk.phrases {
            let key = spoken_key(phrase);
            let address = *kind == TalkKind::WantHuman && ADDRESSES.contains(&key.as_str());
            lexicon.add(&key, if address { Piece::Address } else { Piece::Talk(*kind) });
            seen.insert(key.clone());
            if key.chars().count() > 1 {
                lexicon.sounds.entry(syllables(&key).concat()).or_insert(*kind);
            }
        }
    }
    for filler in FILLERS {
        lexicon.add(filler, Piece::Filler);
    }
    for word in ASKING.into_iter().filter(|word| !seen.contains(*word)) {
        lexicon.add(word, Piece::Asking);
    }
    lexicon
});

impl Lexicon {
    fn add(&mut self, key: &str, piece: Piece) {
        let chars: Vec<char> = key.chars().collect();
        if let Some(first) = chars.first() {
            self.pieces.entry(*first).or_default().push((chars, piece));
        }
    }
}

/// Kinds in the order in which they name a text that holds several: who says thanks and goodbye says goodbye.
const STRONGEST_FIRST: [TalkKind; 12] = [
    TalkKind::WantHuman,
    TalkKind::WhoAreYou,
    TalkKind::Abuse,
    TalkKind::Goodbye,
    TalkKind::Thanks,
    TalkKind::Solved,
    TalkKind::Praise,
    TalkKind::Chat,
    TalkKind::AutoReply,
    TalkKind::Greeting,
    TalkKind::Ack,
    TalkKind::Noise,
];

/// The kind of a text that is nothing but small talk; `key` as [`spoken_key`] gives it.
pub(super) fn whole(key: &str) -> Option<TalkKind> {
    let chars: Vec<char> = key.chars().collect();
    if chars.is_empty() || chars.len() > LONGEST {
        return None;
    }
    let found = covered(&chars).or_else(|| covered(&without_repeats(&chars))).or_else(|| by_sound(key));
    // Who asks where the praiseworthy is does not praise: 良心呢.
    found.filter(|kind| *kind != TalkKind::Praise || !key.ends_with(['呢', '吗']))
}

/// The best way to cover a text from some character on: fewest pieces, then fewest that are fillers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Cover {
    pieces: usize,
    fillers: usize,
    asking: bool,
    address: bool,
    /// One bit for each kind, in the order of [`STRONGEST_FIRST`].
    kinds: u16,
}

fn covered(chars: &[char]) -> Option<TalkKind> {
    let mut from: Vec<Option<Cover>> = vec![None; chars.len() + 1];
    from[chars.len()] = Some(Cover::default());
    for at in (0..chars.len()).rev() {
        let Some(pieces) = LEXICON.pieces.get(&chars[at]) else { continue };
        let mut best: Option<Cover> = None;
        for (piece, what) in pieces.iter().filter(|(piece, _)| chars[at..].starts_with(piece)) {
            let Some(rest) = from[at + piece.len()] else { continue };
            let with = rest.with(*what);
            if best.is_none_or(|best| (with.pieces, with.fillers) < (best.pieces, best.fillers)) {
                best = Some(with);
            }
        }
        from[at] = best;
    }
    from[0].and_then(Cover::kind)
}

impl Cover {
    fn with(self, piece: Piece) -> Self {
        let (kind, filler, asking) = match piece {
            Piece::Talk(kind) => (STRONGEST_FIRST.iter().position(|known| *known == kind), false, false),
            Piece::Filler => (None, true, false),
            Piece::Asking => (None, true, true),
            Piece::Address => (None, false, false),
        };
        Self {
            pieces: self.pieces + 1,
            fillers: self.fillers + usize::from(filler),
            asking: self.asking || asking,
            address: self.address || piece == Piece::Address,
            kinds: self.kinds | kind.map_or(0, |at| 1 << at),
        }
    }

    /// Fillers alone begin something; what asks must ask for a human. Who greets or thanks 客服 wants nobody else.
    fn kind(self) -> Option<TalkKind> {
        if self.address && (self.asking || self.kinds == 0) {
            return Some(TalkKind::WantHuman);
        }
        let strongest = STRONGEST_FIRST.into_iter().enumerate().find(|(at, _)| self.kinds & (1 << at) != 0);
        let kind = strongest.map_or(TalkKind::Noise, |(_, kind)| kind);
        (!self.asking || kind == TalkKind::WantHuman).then_some(kind)
    }
}

/// Letters and characters typed more than twice in a row, twice; Latin letters once (byeee, okkk).
fn without_repeats(chars: &[char]) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    for c in chars {
        let most = if c.is_ascii_alphabetic() { 1 } else { 2 };
        let run = out.iter().rev().take_while(|before| *before == c).count();
        if run < most {
            out.push(*c);
        }
    }
    out
}

/// A wording typed as pinyin or with homophones (nihao, 谢写).
fn by_sound(key: &str) -> Option<TalkKind> {
    LEXICON.sounds.get(&syllables(key).concat()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_talk_is_covered_and_requests_are_not() {
        let rows = [
            ("好的，谢谢啦，拜拜~", Some(TalkKind::Goodbye)),
            ("哈喽哈喽，在不在呀", Some(TalkKind::Greeting)),
            ("嗯嗯嗯嗯", Some(TalkKind::Ack)),
            ("THANK YOU so much!", Some(TalkKind::Thanks)),
            ("能不能帮我转一下人工啊", Some(TalkKind::WantHuman)),
            ("xiexie", Some(TalkKind::Thanks)),  // pinyin
            ("拜白", Some(TalkKind::Goodbye)),   // homophone
            ("byeeee", Some(TalkKind::Goodbye)), // a key held down
            ("謝謝您", Some(TalkKind::Thanks)),  // traditional
            ("👌🏻", Some(TalkKind::Ack)),
            ("你是真人吗", Some(TalkKind::WhoAreYou)),
            ("客服你好", Some(TalkKind::Greeting)), // one of them is here
            ("客服", Some(TalkKind::WantHuman)),
            ("有没有客服", Some(TalkKind::WantHuman)),
            ("真良心", Some(TalkKind::Praise)),
            ("你们的良心呢", None), // reproaches
            ("收到了吗", None),     // asks
            ("好的谢谢，发票呢", None),
            ("可以退款吗", None),
            ("你好，运费多少", None),
        ];
        for (text, expected) in rows {
            assert_eq!(whole(&spoken_key(text)), expected, "{text}");
        }
    }
}
