//! A shop's clerk with a messy workbook of sixty entries: in, looked at, corrected, published, asked, exported, edited, in
//! again. Everything by the commands that a clerk has.

use std::path::Path;
use std::process::Command;

use jiff::tz::TimeZone;
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use yingda::{Answered, Corpus, Decision, KnowledgeBase, Question, ReloadOptions, Sources, answer, load_dir};

use crate::api::app::model;

const SUBJECTS: [(&str, [&str; 10]); 6] = [
    ("配送", ["蔬菜", "水果", "冻品", "海鲜", "牛奶", "鸡蛋", "大米", "鲜花", "蛋糕", "整箱水"]),
    ("退换", ["蔬菜", "水果", "冻品", "海鲜", "牛奶", "鸡蛋", "大米", "鲜花", "蛋糕", "整箱水"]),
    ("发票", ["专票", "普票", "电子发票", "抬头", "税号", "红冲", "补开", "邮寄", "合并开票", "发票金额"]),
    ("会员", ["积分", "等级", "生日券", "续费", "家庭卡", "储值", "转让", "退会", "会员日", "会员价"]),
    ("门店", ["营业时间", "停车", "自提", "地址", "电话", "试吃", "充电", "宠物", "轮椅", "寄存"]),
    ("活动", ["满减", "秒杀", "拼团", "预售", "抽奖", "签到", "邀请", "红包", "赠品", "团购"]),
];

fn question(area: &str, subject: &str) -> String {
    match area {
        "配送" => format!("{subject}几点能送到家"),
        "退换" => format!("{subject}坏了怎么退"),
        "发票" => format!("{subject}怎么办理"),
        "会员" => format!("会员的{subject}是怎么算的"),
        "门店" => format!("门店的{subject}情况怎么样"),
        _ => format!("{subject}活动怎么参加"),
    }
}

/// The workbook as the shop keeps it; with `faults` as it first comes.
fn workbook(path: &Path, faults: bool) {
    let mut book = Workbook::new();
    let plain = Format::new();
    for (number, areas) in SUBJECTS.chunks(3).enumerate() {
        let sheet = book.add_worksheet();
        sheet.set_name(if number == 0 { "话术" } else { "话术（续）" }).unwrap();
        // A title over everything, and one head over two columns.
        sheet.merge_range(0, 0, 0, 6, "小禾生鲜客服话术 2026 版", &plain).unwrap();
        for (column, head) in [
            (0_u16, "分类"),
            (1, "*客户问题(必填)"),
            (4, "标准话术（可直接复制发给客户）"),
            (5, "上架时间"),
            (6, "备注"),
        ] {
            sheet.write_string(1, column, head).unwrap();
        }
        sheet.merge_range(1, 2, 1, 3, "相似问", &plain).unwrap();
        let mut row = 2;
        for (area, subjects) in areas {
            sheet.merge_range(row, 0, row + 9, 0, area, &plain).unwrap();
            for subject in subjects {
                write_entry(sheet, row, area, subject);
                row += 1;
            }
        }
        if faults && number == 0 {
            sheet.write_string(row, 1, question("配送", "蔬菜")).unwrap();
            sheet.write_string(row, 4, "明天").unwrap(); // another answer to a question that stands above
            sheet.write_string(row + 1, 1, "没有答案的问题").unwrap();
            sheet.write_string(row + 2, 1, "日期写错的问题").unwrap();
            sheet.write_string(row + 2, 4, "好的").unwrap();
            sheet.write_string(row + 2, 5, "2026-13-01").unwrap();
        }
    }
    let notes = book.add_worksheet();
    notes.set_name("填写说明").unwrap();
    notes.write_string(0, 0, "每行一个问题，不要改表头").unwrap();
    let old = book.add_worksheet();
    old.set_name("去年作废").unwrap().set_hidden(true);
    for (column, text) in [(0_u16, "问题"), (1, "答案")] {
        old.write_string(0, column, text).unwrap();
        old.write_string(1, column, "去年的").unwrap();
    }
    book.save(path).unwrap();
}

fn write_entry(sheet: &mut Worksheet, row: u32, area: &str, subject: &str) {
    let asked = question(area, subject);
    sheet.write_string(row, 1, asked).unwrap();
    sheet.write_string(row, 2, format!("想了解{area}里{subject}的规定；{subject}{area}的说明在哪")).unwrap();
    sheet.write_string(row, 3, format!("{area}这块{subject}咋弄")).unwrap();
    match subject {
        // Numbers with a format: what the sheet shows counts.
        "电话" => drop(sheet.write_number_with_format(
            row,
            4,
            4_008_001_234_u32,
            &Format::new().set_num_format("000-000-0000"),
        )),
        "会员价" => drop(sheet.write_number_with_format(row, 4, 0.06, &Format::new().set_num_format("0%"))),
        _ => drop(sheet.write_string(row, 4, format!("{area}：{subject}的说明。\n请在 App 里联系客服。"))),
    }
    sheet.write_string(row, 6, "内部备注").unwrap();
}

/// A workbook of what was exported, as a spreadsheet program would write it again, with a clerk's changes.
fn edited(exported: &Corpus, path: &Path) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let source = exported.entries[0].place.file.clone();
    sheet.set_name(source.rsplit_once('#').map_or("", |(_, sheet)| sheet)).unwrap();
    for (column, head) in ["编号", "标准问", "相似问", "答案", "分类"].into_iter().enumerate() {
        sheet.write_string(0, u16::try_from(column).unwrap(), head).unwrap();
    }
    let of_sheet: Vec<_> = exported.entries.iter().filter(|entry| entry.place.file == source).collect();
    for (row, entry) in (1_u32..).zip(&of_sheet) {
        let answer = if row == 1 { "改过的答案" } else { entry.answer.as_str() };
        let cells = [entry.id.as_str(), &entry.question, &entry.similar.join("\n"), answer, &entry.category];
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    let next = u32::try_from(of_sheet.len()).unwrap() + 1;
    sheet.write_string(next, 1, "可以送到公司前台吗").unwrap();
    sheet.write_string(next, 3, "可以，请写明楼层。").unwrap();
    book.save(path).unwrap();
}

/// Runs a command: whether it succeeded, and all it printed.
fn yingda(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_yingda")).args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.success(), text.concat())
}

fn ask(base: &KnowledgeBase, text: &str) -> Answered {
    let question = Question { text, channel: None, customer_tier: None, top: 3, explain: false };
    answer(&base.snapshot(), &question, now()).unwrap()
}

fn now() -> jiff::Timestamp {
    "2026-11-05T12:00:00+08:00".parse().unwrap()
}

#[test]
fn a_messy_workbook_goes_in_and_comes_back_edited() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (book, corpus) = (path("话术.xlsx"), path("corpus"));
    workbook(Path::new(&book), true);
    let (ok, said) = yingda(&["import", &book, "--out", &corpus, "--dry-run"]);
    assert!(!ok, "{said}");
    // Every fault with its sheet and row, and what was left out, at once.
    for part in [
        "话术.xlsx#话术:33: 问题“蔬菜几点能送到家”也出现在 话术.xlsx#话术:3",
        "话术:34: 答案为空",
        "话术:35: 生效时间：读不懂日期“2026-13-01”",
        "#填写说明",
        "#去年作废: 工作表是隐藏的",
        "知识库有 3 个问题",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    workbook(Path::new(&book), false);
    let (ok, said) = yingda(&["import", &book, "--out", &corpus]);
    assert!(ok && said.contains("已导入 60 个条目"), "{said}");
    let (ok, said) = yingda(&["check", "--corpus", &corpus]);
    assert!(ok && said.contains("知识库没有问题：60 个条目，240 个问法"), "{said}");

    let sources = Sources { corpus: Some(dir.path().join("corpus")), model: Some(model()), ..Sources::embedded() };
    let base = KnowledgeBase::open("default", sources, now()).unwrap();
    for (text, expected) in [("门店的电话情况怎么样", "400-800-1234"), ("会员这块会员价咋弄", "6%")]
    {
        let answered = ask(&base, text);
        assert_eq!((answered.decision, answered.answer.unwrap().text.as_str()), (Decision::Answer, expected), "{text}");
    }

    let exported = path("导出.xlsx");
    assert!(yingda(&["export", "--corpus", &corpus, "--format", "xlsx", "--out", &exported]).0);
    let bytes = std::fs::read(&exported).unwrap();
    let file = yingda::SourceFile { path: "导出.xlsx".to_owned(), bytes };
    let read = yingda::load_named_files(&[file], &TimeZone::UTC).unwrap();
    let before = load_dir(Path::new(&corpus), &TimeZone::UTC).unwrap();
    assert_eq!(read.entries.len(), 60);
    assert!(
        read.entries
            .iter()
            .zip(&before.entries)
            .all(|(a, b)| (&a.id, &a.similar, &a.answer) == (&b.id, &b.similar, &b.answer))
    );

    let again = path("改过.xlsx");
    edited(&read, Path::new(&again));
    for force in [&[][..], &["--force"]] {
        let (ok, said) = yingda(&[&["import", &again, "--out", &corpus], force].concat());
        assert!(!ok && said.contains("--merge"), "nothing stands twice: {said}");
    }
    assert_eq!(load_dir(Path::new(&corpus), &TimeZone::UTC).unwrap().version, before.version, "nothing was written");
    let (ok, said) = yingda(&["import", &again, "--out", &corpus, "--merge"]);
    assert!(ok && said.contains("改了 1 个、新增 1 个、29 个没有变化"), "{said}");
    assert_eq!(std::fs::read_dir(&corpus).unwrap().count(), 2, "the new row is where its sheet came from");
    base.reload(&ReloadOptions::default(), now()).unwrap();
    let answered = ask(&base, "可以送到公司前台吗");
    assert_eq!(answered.answer.map(|given| given.text), Some("可以，请写明楼层。".to_owned()));
    let (ok, said) = yingda(&["import", &again, "--out", &corpus, "--merge"]);
    assert!(ok && said.contains("31 个条目没有变化"), "once is enough: {said}");
}
