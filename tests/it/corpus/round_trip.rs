//! Whatever loads can be written in every format and loads again as the same version.

use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::json;
use yingda::{EntryFormat, SourceFile, load_files, write_directory};

/// What people paste: Han, Latin, marks that formats treat specially, line ends, controls, escapes of other formats.
const PIECES: &str = "(退款|怎么|運費|iPhone 15|[a-zA-Z0-9]|，|？|,|;|\t|\\||##|\"|'|\"\"\"|\\\\|\\\\n|\n|\r\n|\r| |#|=|\\{|\\}|\\[|_x0041_|_x000D_|LINE_BREAK|；|&amp;|<b>|\u{0}|\u{b}|\u{85}|\u{200b}|\u{feff}|\u{e000}|\u{ffff}|😀|sep=)";

fn text() -> impl Strategy<Value = String> {
    prop::string::string_regex(&format!("{PIECES}{{0,8}}")).expect("a valid pattern")
}

fn moment() -> impl Strategy<Value = String> {
    // Seconds of the years 1990 to 2106, some with a fraction.
    (631_152_000_i64..4_294_967_296, prop::sample::select(vec![0, 0, 0, 5])).prop_map(|(second, tenth)| {
        let stamp = jiff::Timestamp::new(second, tenth * 100_000_000).expect("in range");
        stamp.to_string()
    })
}

prop_compose! {
    fn entry()(
        question in text(), similar in vec(text(), 0..4), negative in vec(text(), 0..3), answer in text(),
        channels in vec(("(sms|wechat|App|1|必填|a_b-c)", text()), 0..3), category in text(),
        from in option::of(moment()), until in option::of(moment()), outside in text(), number in option::of(1_u32..2_000_000_000), related in vec(0_usize..4, 0..3), enabled in any::<bool>(),
    ) -> serde_json::Value {
        let answers: serde_json::Map<_, _> = channels.into_iter().map(|(name, text)| (name, json!(format!("短{text}")))).collect();
        let related: Vec<_> = related.iter().map(|n| format!("e {n}|x")).collect();
        json!({
            "question": question, "similar": similar, "negative": negative, "answer": format!("答{answer}"),
            "answers": answers, "category": category, "valid_from": from, "valid_until": until, "expired_answer": outside,
            "not_yet_answer": outside, "number": number, "related": related, "enabled": enabled,
        })
    }
}

/// A directory of entries with unique questions, and word lists.
fn directory(entries: Vec<serde_json::Value>, words: &[String], note: &str) -> Vec<SourceFile> {
    let mut jsonl = String::new();
    for (number, mut entry) in entries.into_iter().enumerate() {
        for list in ["similar", "negative"] {
            // A suffix keeps questions of different entries, and negatives and questions, apart.
            for question in entry[list].as_array_mut().into_iter().flatten() {
                *question = json!(format!("{}{list}{number}", question.as_str().unwrap_or_default()));
            }
        }
        entry["question"] = json!(format!("{}question{number}", entry["question"].as_str().unwrap_or_default()));
        entry["id"] = json!(format!("e {number}|x"));
        jsonl.push_str(&entry.to_string());
        jsonl.push('\n');
    }
    let golden = format!("{}\n", json!({"question": format!("问{note}"), "faq_id": "e 0|x", "note": note}));
    let routing = format!(
        "default_promise = {}\n[[group]]\nid = \"g\"\naliases = [\"旧名\"]\npromise = {}\n[[rule]]\nname = \"r\"\npredicted = \"g\"\npriority = \"high\"\n",
        json!(note.replace(char::is_control, " ")),
        json!(note.replace(char::is_control, " "))
    );
    let file = |path: &str, text: String| SourceFile { path: path.to_owned(), bytes: text.into_bytes() };
    vec![
        file("faq.jsonl", jsonl),
        file("golden.jsonl", golden),
        file("routing.toml", routing),
        file("stopwords.txt", words.join("\n")),
        file("dictionary.txt", words.join("\n")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_format_brings_the_same_version_back(
        entries in vec(entry(), 1..4), words in vec(text(), 0..4), note in text(), zone in prop::sample::select(vec!["Asia/Shanghai", "America/New_York"]),
    ) {
        let zone = TimeZone::get(zone).expect("the time zone data is bundled");
        // What does not load is not the subject here (a channel twice, two questions alike after normalising).
        let Ok(corpus) = load_files(&directory(entries, &words, &note), &zone) else { return Err(TestCaseError::reject("invalid")) };
        for format in [EntryFormat::Toml, EntryFormat::JsonLines, EntryFormat::Csv, EntryFormat::Xlsx] {
            let files = write_directory(&corpus, format, &zone).expect("small enough for every format");
            let again = load_files(&files, &zone).map_err(|issues| TestCaseError::fail(format!("{format:?}: {issues:?}")))?;
            let texts = |entries: &[yingda::Entry]| serde_json::to_string_pretty(entries).expect("plain data");
            prop_assert_eq!(texts(&again.entries), texts(&corpus.entries), "{:?}", format);
            prop_assert_eq!(&again.dictionary, &corpus.dictionary, "{:?}", format);
            prop_assert_eq!(&again.version, &corpus.version, "{:?}", format);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..300), text in ".{0,200}") {
        for name in ["a.toml", "a.jsonl", "a.csv", "a.xlsx", "a.json", "a.yml", "routing.toml", "synonyms.txt", "golden.jsonl"] {
            for bytes in [bytes.clone(), text.clone().into_bytes(), [b"q,a\n".as_slice(), &bytes].concat()] {
                let _ = load_files(&[SourceFile { path: name.to_owned(), bytes }], &TimeZone::UTC);
            }
        }
    }
}
