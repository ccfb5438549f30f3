//! Corpus directories as people keep them: every format, mixed, in every encoding, broken in every way, and back.

use std::fs;
use std::path::Path;

use encoding_rs::GB18030;
use jiff::tz::TimeZone;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use yingda::{Corpus, Entry, EntryFormat, Issue, load_dir, load_files, write_directory};

fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").expect("the time zone data is bundled")
}

fn load(dir: &Path) -> Result<Corpus, Vec<Issue>> {
    load_dir(dir, &shanghai())
}

fn entry<'a>(corpus: &'a Corpus, question: &str) -> &'a Entry {
    corpus.entries.iter().find(|entry| entry.question == question).expect("the entry is loaded")
}

/// A workbook with one sheet of text cells for each table.
fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).expect("a valid sheet name");
        for (row, cells) in (0_u32..).zip(*rows) {
            for (column, cell) in (0_u16..).zip(*cells) {
                sheet.write_string(row, column, *cell).expect("a small cell");
            }
        }
    }
    book.save_to_buffer().expect("a small workbook")
}

#[test]
fn formats_mix_in_one_directory() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    write("a.toml", "[[entry]]\nquestion = \"怎么开发票\"\nanswer = \"在订单页申请。\"\n".as_bytes());
    write("b.jsonl", "\u{feff}{\"question\": \"怎么退货\", \"answer\": \"在订单页申请。\"}\n".as_bytes());
    write("sub/gb.csv", &GB18030.encode("问题,答案\n运费多少,满 59 元包邮\n").0);
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("q\ta\n几点上班\t9 点\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    write("utf16.csv", &utf16);
    write("faq.xlsx", &workbook(&[("售后", &[&["标准问", "答案"], &["怎么换货", "联系客服。"]]), ("空白", &[])]));
    write("tickets/a.jsonl", b"not a corpus file");
    write("~$faq.xlsx", b"lock");
    write("notes.docx", b"unknown");
    let corpus = load(dir.path()).unwrap();
    let answers: Vec<_> = ["怎么开发票", "怎么退货", "运费多少", "几点上班", "怎么换货"]
        .map(|q| entry(&corpus, q).answer.as_str())
        .into();
    assert_eq!(answers, ["在订单页申请。", "在订单页申请。", "满 59 元包邮", "9 点", "联系客服。"]);
    let places: Vec<_> = corpus.entries.iter().map(|entry| entry.place.to_string()).collect();
    assert!(places.contains(&"faq.xlsx#售后:2".to_owned()), "{places:?}");
    let warnings: Vec<_> = corpus.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["notes.docx: 这种文档读不了，请把问题和答案整理成表格（.xlsx 或 .csv，第一行写 问题、答案）",]
    );
}

#[test]
fn workbook_numbers_and_dates_are_read_as_people_see_them() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (day, moment) = (Format::new().set_num_format("yyyy-mm-dd"), Format::new().set_num_format("yyyy-mm-dd hh:mm"));
    for (column, header) in (0_u16..).zip(["编号", "问题", "答案", "生效时间", "失效时间", "启用"]) {
        sheet.write_string(0, column, header).unwrap();
    }
    sheet.write_number(1, 0, 17).unwrap();
    sheet.write_string(1, 1, "满减几点开始").unwrap();
    sheet.write_number(1, 2, 20.5).unwrap();
    let start = ExcelDateTime::from_ymd(2026, 11, 10).unwrap().and_hms(20, 0, 0).unwrap();
    sheet.write_datetime_with_format(1, 3, start, &moment).unwrap();
    sheet.write_datetime_with_format(1, 4, ExcelDateTime::from_ymd(2026, 11, 11).unwrap(), &day).unwrap();
    sheet.write_boolean(1, 5, true).unwrap();
    sheet.write_string(60_000, 3, " ").unwrap(); // files claim more rows than they fill
    let dir = tempfile::tempdir().unwrap();
    book.save(dir.path().join("faq.xlsx")).unwrap();
    let corpus = load(dir.path()).unwrap();
    let entry = &corpus.entries[0];
    assert_eq!((entry.id.as_str(), entry.answer.as_str(), entry.enabled), ("17", "20.5", true));
    assert_eq!(entry.valid_from.unwrap().to_string(), "2026-11-10T12:00:00Z");
    assert_eq!(entry.valid_until.unwrap().to_string(), "2026-11-11T16:00:00Z"); // through the end of that day
}

#[test]
fn every_issue_of_a_broken_directory_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
    write("a.toml", "[[entry]]\nid = \"a\"\nquestoin = \"怎么退款\"\n\n[[entry]]\nid = \"a\"\nquestion = \"怎么退货\"\nanswer = \"甲\"\nvalid_from = \"2026-02-30\"\n".as_bytes());
    write("b.jsonl", "{\"id\": \"a\", \"question\": \"怎么退货？\", \"answer\": \"乙\"}\n{\"id\": \"c\", \"question\": \"运费\", \"answer\": \"\", \"similar\": [1, {}]}\n{broken\n".as_bytes());
    write("c.csv", "名称,数量\n一,二\n".as_bytes());
    write("d.csv", "问题,答案\n开票,\"没有闭合\n换货,联系客服\n".as_bytes());
    write(
        "e.xlsx",
        &workbook(&[
            ("说明", &[&["请按模板填写"]]),
            ("条目", &[&["问题", "答案", "启用"], &["换货", "联系客服", "大概"]]),
        ]),
    );
    write("f.xlsx", b"no workbook");
    write("g.csv", &[0x80, 0x00, 0xff, 0x12]);
    write("h.toml", b"[[entry]\nid = 1\n");
    write(
        "routing.toml",
        "[[group]]\nid = \"service\"\n[[rule]]\nname = \"vip\"\ntier = \"vip\"\ngroup = \"servise\"\n".as_bytes(),
    );
    write("synonyms.txt", "退款 退钱\n退钱 返款\n".as_bytes());
    write("golden.jsonl", "{\"question\": \"咋退\", \"faq_id\": \"nowhere\"}\n".as_bytes());
    let issues = load(dir.path()).unwrap_err();
    let listed: Vec<_> = issues.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(listed.join("\n"), @r#"
    a.toml:1: 问题为空，请填写标准问
    a.toml:3: 未知字段“questoin”，是不是想写 question？可用的字段：id、number、question、similar、negative、answer、answers、category、valid_from、valid_until、expired_answer、not_yet_answer、related、enabled
    a.toml:5: 生效时间：读不懂日期“2026-02-30”，请写成 2026-11-11、2026-11-11 20:00 或 2026-11-11T20:00:00+08:00
    b.jsonl:1: id“a”与 a.toml:5 重复，请改成不同的 id 或删除一条
    b.jsonl:1: 问题“怎么退货？”也出现在 a.toml:5，但答案不同，请删除其中一处、统一答案，或用生效/失效时间错开
    b.jsonl:2: similar 应为文本，现在是表
    b.jsonl:2: 答案为空，请填写
    b.jsonl:3: 第 2 列起不是合法的 JSON，请检查引号、逗号和括号（每行一个对象）
    c.csv:1: 找不到问题列，表头是：名称、数量。请在第一行写列名。问题列：标准问、问题、question、q；答案列：答案、回复、回答、answer、a；可选：编号、相似问（可编号 相似问1、相似问2）、反例、答案(微信)、分类、生效时间、失效时间、关联问题、启用
    d.csv:2: 从这一行起有一个双引号没有闭合，后面的内容都读不出来，请补上 "
    e.xlsx#条目:2: 启用/停用列看不懂“大概”，请写 是 或 否
    f.xlsx: 不是可读的 xlsx 文件，请用表格软件另存为 .xlsx 后再试
    g.csv: 文字编码无法识别，请另存为 UTF-8（也支持 GB18030、Big5 和带 BOM 的 UTF-16）
    golden.jsonl:1: faq_id“nowhere”不存在，请改成已有条目的 id
    h.toml:1: TOML 语法错误：unclosed array table, expected `]`
    routing.toml:6: 没有技能组“servise”，请改为已定义的组（service）或先用 [[group]] 定义它
    synonyms.txt:2: “退钱”已经在第 1 行的同义词组里，一个词只能属于一组，请合并两行
    "#);
}

#[test]
fn more_issues_than_anyone_reads_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let rows: String = (0..1_234).map(|n| format!("问题{n},\n")).collect();
    fs::write(dir.path().join("a.csv"), format!("问题,答案\n{rows}")).unwrap();
    let issues = load(dir.path()).unwrap_err();
    assert_eq!(issues.len(), 1_001);
    assert_eq!(issues.last().unwrap().to_string(), ".: 还有 234 个问题，请先改正上面的");
}

#[test]
fn a_missing_directory_is_an_issue() {
    let dir = tempfile::tempdir().unwrap();
    let issues = load(&dir.path().join("nowhere")).unwrap_err();
    assert_eq!((issues.len(), issues[0].file.as_str()), (1, "."));
}

#[test]
fn the_frozen_v1_corpus_keeps_its_version() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/corpus_v1");
    let corpus = load(&dir).unwrap();
    assert_eq!(corpus.warnings, []);
    assert_eq!((corpus.entries.len(), corpus.golden.len(), corpus.routing.rules.len()), (6, 2, 2));
    assert_eq!(entry(&corpus, "收到货几天内可以退").related, [entry(&corpus, "退款多久到账").id.clone()]);
    assert_eq!(entry(&corpus, "怎么换绑手机号").answer_for(Some("WeChat")), "点菜单“我的账号”更换。");
    // Kept versions and clients know a corpus by this name. If it must change, raise the format in corpus/version.rs.
    assert_eq!(corpus.version, "138598dd5dedeb51");
    for format in [EntryFormat::Toml, EntryFormat::JsonLines, EntryFormat::Csv, EntryFormat::Xlsx] {
        let files = write_directory(&corpus, format, &shanghai()).unwrap();
        assert_eq!(load_files(&files, &shanghai()).unwrap().version, corpus.version, "{format:?}");
    }
}
