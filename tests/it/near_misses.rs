//! Questions that differ from a stored one in the one thing that matters are not answered with it.

use jiff::Timestamp;
use yingda::{Answered, Decision, KnowledgeBase, Question, Sources, answer};

const CORPUS: &str = r#"{"id":"rugged","question":"A产品支持三防吗","similar":["A产品防水防尘防摔吗"],"answer":"支持三防。"}
{"id":"warranty","question":"A产品保修多久","similar":["A产品质保几年"],"answer":"一年。"}
{"id":"kettle","question":"1.5升水壶多少钱","answer":"八十元。"}
{"id":"rate","question":"利率2.5%的存款怎么存","answer":"在网点存。"}
{"id":"course","question":"C++课程有几节课","answer":"二十四节。"}
{"id":"building","question":"3号楼怎么走","similar":["3号楼在哪"],"answer":"进南门左转。"}
{"id":"discount","question":"满199减50怎么用","answer":"结算时自动减。"}
{"id":"apple","question":"🍎图标是什么意思","answer":"表示含苹果。"}
{"id":"bind","question":"怎么绑定手机号","similar":["手机号在哪绑定"],"answer":"在设置里绑定。"}
{"id":"passport","question":"护照丢了怎么补办","similar":["补办护照要什么材料"],"answer":"到出入境窗口。"}
{"id":"eleven","question":"双十一活动有哪些优惠","similar":["双11怎么打折"],"answer":"满三百减五十。","valid_from":"2026-11-01","valid_until":"2026-11-12"}
{"id":"twelve","question":"双十二活动有哪些优惠","similar":["双12怎么打折"],"answer":"满二百减二十。","valid_from":"2026-11-01","valid_until":"2026-12-13"}
{"id":"invoice","question":"发票多久寄出","similar":["开的发票几天能收到"],"answer":"三天内寄出。"}
"#;

fn opened(corpus: &str) -> KnowledgeBase {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("faq.jsonl"), corpus).unwrap();
    let sources = Sources { corpus: Some(dir.path().to_owned()), ..Sources::embedded() };
    KnowledgeBase::open("default", sources, at("2026-11-05T12:00:00+08:00")).unwrap()
}

fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

fn ask(base: &KnowledgeBase, text: &str, now: Timestamp) -> Answered {
    let question = Question { text, channel: None, customer_tier: None, top: 5, explain: true };
    answer(&base.snapshot(), &question, now).unwrap()
}

#[test]
fn one_difference_that_matters_is_no_direct_answer() {
    let base = opened(CORPUS);
    for asked in [
        "B产品支持三防吗",
        "C产品保修多久",
        "15升水壶多少钱",
        "利率25%的存款怎么存",
        "C#课程有几节课",
        "5号楼怎么走",
        "满299减50怎么用",
        "🍌图标是什么意思",
        "怎么解绑手机号",
        "身份证丢了怎么补办",
        "多久",
        "怎么补办",
        "怎么办",
    ] {
        let answered = ask(&base, asked, at("2026-11-05T12:00:00+08:00"));
        // A word that names no subject may get a question back, and no entry.
        assert_eq!(answered.answer.and_then(|given| given.faq_id), None, "{asked}");
    }
}

#[test]
fn other_words_for_the_same_are_no_difference() {
    let base = opened(CORPUS);
    for (asked, expected) in [
        ("A产品支持三防吗？", "rugged"),
        ("1.5L水壶多少钱", "kettle"),
        ("手机号怎么绑定", "bind"),
        ("三号楼怎么走", "building"),
        ("護照丟了怎麼補辦", "passport"),
        ("🍎图标是什么意思", "apple"),
    ] {
        let answered = ask(&base, asked, at("2026-11-05T12:00:00+08:00"));
        assert_eq!(answered.candidates[0].faq_id, expected, "{asked}");
        let difference = answered.candidates[0].explanation.as_ref().unwrap().difference.clone().unwrap();
        assert!(difference.log_odds > 0.0, "{asked}: {difference:?}");
    }
}

#[test]
fn the_difference_is_told_in_words() {
    let base = opened(CORPUS);
    let answered = ask(&base, "5号楼怎么走", at("2026-11-05T12:00:00+08:00"));
    let difference = answered.candidates[0].explanation.as_ref().unwrap().difference.clone().unwrap();
    assert!(difference.decides, "{difference:?}");
    assert_eq!(difference.finding.unwrap().text, "您问的是 5号，这一条说的是 3号");
}

#[test]
fn what_is_over_is_said_to_be_over_and_never_answered_by_its_neighbour() {
    let base = opened(CORPUS);
    let asked = "双十一活动有哪些优惠";
    let (during, after) = (at("2026-11-05T12:00:00+08:00"), at("2026-11-20T12:00:00+08:00"));
    assert_eq!(ask(&base, asked, during).answer.unwrap().text, "满三百减五十。");
    let over = ask(&base, asked, after).answer.unwrap();
    assert_eq!(over.faq_id.as_deref(), Some("eleven"));
    assert!(over.text.contains("已经结束"), "{over:?}");
    let early = ask(&base, asked, at("2026-10-20T12:00:00+08:00")).answer.unwrap();
    assert!(early.faq_id.as_deref() == Some("eleven") && early.text.contains("还没有开始"), "{early:?}");
    assert_eq!(ask(&base, "双十二活动有哪些优惠", after).answer.unwrap().text, "满二百减二十。");
}

#[test]
fn what_comes_again_is_answered_with_what_holds() {
    let again = r#"{"id":"old","question":"年货节满减怎么算","answer":"旧规则。","valid_until":"2026-02-01"}
{"id":"new","question":"年货节满减怎么算","answer":"新规则。","valid_from":"2027-01-01"}
"#;
    let base = opened(again);
    let held = |moment| ask(&base, "年货节满减怎么算", at(moment)).answer.unwrap();
    assert_eq!(held("2026-01-15T12:00:00+08:00").text, "旧规则。");
    assert_eq!(held("2027-01-15T12:00:00+08:00").text, "新规则。");
}

#[test]
fn a_corpus_of_one_entry_is_not_bold_for_want_of_rivals() {
    let base = opened("{\"id\":\"one\",\"question\":\"洗衣机怎么清洗内筒\",\"answer\":\"用槽洁净程序。\"}\n");
    let now = at("2026-11-05T12:00:00+08:00");
    for asked in ["洗衣机不脱水", "冰箱怎么清洗", "怎么清洗", "今天天气怎么样"] {
        assert_eq!(ask(&base, asked, now).answer.and_then(|given| given.faq_id), None, "{asked}");
    }
    assert_eq!(ask(&base, "洗衣机怎么清洗内筒", now).decision, Decision::Answer);
}
