//! How much a company's own questions sound like complaining. What lawyers, hospitals and complaints offices are asked is
//! full of harm, blame and compensation; there such words say little about the customer.

use rayon::prelude::*;

use super::background::Background;
use super::said::complains;
use super::tone::{COMPLAINT_AT, ComplaintPhrase, ToneModels};
use crate::encoder::EncodedText;
use crate::numbers::count;
use crate::routing::Routing;

/// Questions heard at most, evenly spaced over the corpus, and those from which on they tell anything.
const HEARD: usize = 256;
const LEAST: usize = 100;
/// Share of a corpus's questions that may sound like complaints, as entries about bad service and damaged goods do: of
/// the demonstration corpus 0.8 % do.
const SHARE: f64 = 0.02;

/// A background before which no more than [`SHARE`] of the corpus's own questions would be taken for complaints.
///
/// `questions` are normalised and stand for texts that are none; those with words of complaint that seem meant are
/// left out. [`Background::SILENT`] where they are few or hardly sound like complaints.
pub(super) fn background_of(tone: &ToneModels, routing: &Routing, questions: &[String]) -> Background {
    if questions.len() < LEAST {
        return Background::SILENT;
    }
    let heard = questions.par_iter().step_by(questions.len().div_ceil(HEARD));
    let calm = heard.filter(|question| complains(routing, question) == ComplaintPhrase::Absent);
    let sound =
        |question: &String| tone.hear_encoded(&EncodedText::new(question.as_str()), ComplaintPhrase::Absent).complaint;
    let mut sounds: Vec<f64> = calm.map(sound).collect();
    sounds.sort_unstable_by(|a, b| b.total_cmp(a));
    let allowed = sounds.iter().enumerate().find(|(at, _)| count(*at) >= SHARE * count(sounds.len()));
    let Some((_, loudest)) = allowed.filter(|(_, loudest)| **loudest > COMPLAINT_AT) else { return Background::SILENT };
    // A sure complaint must stay possible: odds of 1 to 999.
    let loudest = loudest.min(0.999);
    let odds = COMPLAINT_AT / (1.0 - COMPLAINT_AT) * (1.0 - loudest) / loudest;
    Background::with_odds(odds).unwrap_or(Background::SILENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalize;

    fn many(texts: &[&str]) -> Vec<String> {
        (0..120)
            .map(|at| normalize(&format!("{}{}", texts[at % texts.len()], "啊".repeat(at / texts.len() % 3))))
            .collect()
    }

    #[test]
    fn what_the_company_is_asked_every_day_is_no_complaint_there() {
        let tone = ToneModels::embedded().unwrap();
        let routing = Routing::default();
        let harm = ["被人打伤了对方拒不赔偿怎么办", "卖家卖假货还不赔钱怎么维权", "老板一直拖欠工资不给怎么办"];
        let lawyers = background_of(&tone, &routing, &many(&harm));
        let asked = "商家卖了假货又不肯赔钱该怎么办";
        let hear = |tone: &ToneModels| tone.hear(asked, ComplaintPhrase::Absent);
        let among_lawyers = tone.against(lawyers);
        assert!(hear(&tone).complaint > hear(&among_lawyers).complaint, "{lawyers:?}");
        assert!(!hear(&among_lawyers).complains);
        // Said outright, it stays one.
        assert!(among_lawyers.hear("我要投诉", ComplaintPhrase::Outright).complains);
    }

    #[test]
    fn a_shop_changes_nothing() {
        let tone = ToneModels::embedded().unwrap();
        let routing = Routing::default();
        let shop = many(&["退款几天到账", "邮费怎么算", "发票怎么开", "可以换货吗"]);
        assert_eq!(background_of(&tone, &routing, &shop), Background::SILENT);
        assert_eq!(background_of(&tone, &routing, &shop[..50]), Background::SILENT);
    }
}
