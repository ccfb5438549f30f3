//! Ticket files as people keep them, whole and broken in every way.

use rust_xlsxwriter::Workbook;

use super::*;

fn read(name: &str, bytes: &[u8]) -> Result<Vec<RawTicket>, DatasetError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    read_raw(&[file], LabelField::SkillGroup)
}

/// A workbook with one sheet of text cells for each table.
fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (row, cells) in (0_u32..).zip(*rows) {
            for (column, cell) in (0_u16..).zip(*cells) {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn reads_every_format_and_encoding() {
    let csv = "标题,内容,技能组\n退货,\"衣服小了，\n想退\",refund\n,话费没到账,phone\n";
    let (gb18030, _, _) = encoding_rs::GB18030.encode(csv);
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(csv.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let jsonl = concat!(
        r#"{"title":"退货","text":"衣服小了，\n想退","label":"refund","channel":"WeChat"}"#,
        "\r\n\r\n",
        r#"{"内容":"话费没到账","技能组":"phone","id":7}"#
    );
    let rows: &[&[&str]] = &[
        &["一月工单"],
        &[],
        &["标题", "内容", "技能组", "备注"],
        &["退货", "衣服小了，\n想退", "refund", "急"],
        &["", "话费没到账", "phone"],
        &["", " ", ""],
    ];
    for (name, bytes) in [
        ("a.csv", csv.as_bytes()),
        ("bom.CSV", format!("\u{feff}{csv}").as_bytes()),
        ("gb.csv", &gb18030),
        ("utf16.csv", &utf16),
        ("tab.tsv", csv.replace(',', "\t").as_bytes()),
        ("a.jsonl", jsonl.as_bytes()),
        ("a.txt", jsonl.as_bytes()), // whatever a file is called, one may try
        ("a.xlsx", &workbook(&[("一月", rows), ("空白", &[])])),
    ] {
        let rows = read(name, bytes).unwrap();
        assert_eq!(rows.len(), 2, "{name}");
        assert_eq!((rows[0].title.as_str(), rows[0].label.as_str()), ("退货", "refund"), "{name}");
        assert_eq!((rows[1].text.as_str(), rows[1].label.as_str()), ("话费没到账", "phone"), "{name}");
        assert_eq!(rows[0].to_row().ticket.text, "衣服小了,想退", "{name}");
    }
    let rows = read("t.xlsx", &workbook(&[("一月", rows)])).unwrap();
    assert!(rows[1].place.file.ends_with("t.xlsx#一月") && rows[1].place.line == Some(5), "{:?}", rows[1].place);
    assert_eq!(read("a.jsonl", jsonl.as_bytes()).unwrap()[0].channel.as_deref(), Some("wechat"));
}

#[test]
fn says_every_problem_with_its_line() {
    let long_text = format!("{{\"text\":\"{}\",\"label\":\"x\"}}", "长".repeat(MOST_CHARS + 1));
    let long_label = format!("{{\"text\":\"a\",\"label\":\"{}\"}}", "长".repeat(201));
    let rows: [(&str, &[u8], &[&str]); 15] = [
        // each kind of bad row, all in one answer
        (
            "a.jsonl",
            b"{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"a\"\n{\"label\":\"x\"}\n{\"text\":\"a\",\"label\":\" \"}\n{\"text\":1,\"label\":\"x\"}\n[1]\n{\"text\":\"a\",\"label\":[\"x\"]}\n",
            &[
                "a.jsonl:2: 不是一个 JSON",
                "a.jsonl:3: 缺少 text（工单正文），这一行的字段有：label",
                "a.jsonl:4: 标签为空",
                "a.jsonl:5: 字段 text 应为字符串，这里是数字",
                "a.jsonl:6: 不是一个 JSON",
                "a.jsonl:7: 字段 label 应为字符串，这里是列表",
            ],
        ),
        ("c.jsonl", br#"{"text":"a","label":"x\ny"}"#, &["c.jsonl:1: 标签里有换行"]),
        ("l.jsonl", long_label.as_bytes(), &["l.jsonl:1: 标签有 201 字"]),
        ("h.jsonl", long_text.as_bytes(), &["h.jsonl:1: 标题和正文共 1000001 字"]),
        ("a.csv", "序号,标签\n1,x\n".as_bytes(), &["a.csv:1: 缺少文本列", "表头是：序号、标签"]),
        ("b.csv", "内容\n退款\n".as_bytes(), &["b.csv:1: 缺少标签列"]),
        ("c.csv", "内容,标签\n退款,\n\n退货\n".as_bytes(), &["c.csv:2: 标签为空", "c.csv:4: 标签为空"]),
        ("d.csv", "内容,标签\n退款,然后呢,x\n退货,y,\n".as_bytes(), &["d.csv:2: 这一行比表头多 1 列"]),
        ("e.csv", "内容,标签\n\"退款,x\n退货,y\n".as_bytes(), &["e.csv:2: 从这一行起有一个双引号没有闭合"]),
        ("d.jsonl", b"{\"text\":\"\xff\xff\"}", &["d.jsonl: 既不是 UTF-8"]),
        ("e.jsonl", b"{\"text\":\"\xe9\x80\x80\",\"label\":\"x\"}\n{\"text\":\"\xff\xff\"}", &["e.jsonl:2: 既不是 UTF-8"]),
        ("f.jsonl", b"PK\x03\x04\x00\x00\xff\xfe\x80", &["f.jsonl: 既不是 UTF-8"]),
        ("a.xls", b"\xd0\xcf\x11\xe0", &["a.xls: 旧的 .xls 格式读不了"]),
        ("a.xlsx", b"text,label", &["a.xlsx: 不是可读的 xlsx 文件"]),
        (
            "b.xlsx",
            &workbook(&[("说明", &[&["请从第二行填起"]]), ("工单", &[&["内容", "标签"], &["退款"]])]),
            &["b.xlsx#说明:1: 缺少文本列", "b.xlsx#工单:2: 标签为空"],
        ),
    ];
    for (name, bytes, expected) in rows {
        let error = read(name, bytes).unwrap_err().to_string();
        for line in expected {
            assert!(error.contains(line), "{line} not in {error}");
        }
        let lines = expected.iter().filter(|line| line.contains(name)).count();
        assert_eq!(error.lines().count(), lines, "{error}");
    }
}

#[test]
fn learns_another_field_where_asked() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str, text: &str, field| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let labels = |rows: Vec<TicketRow>| rows.into_iter().map(|row| row.label).collect::<Vec<_>>();
        read_labelled(&[file], field).map(labels).map_err(|error| error.to_string())
    };
    let rows = concat!(
        r#"{"text":"到底管不管","label":"returns","complaint":true,"priority":"high"}"#,
        "\n",
        r#"{"text":"怎么退","label":"returns","投诉":"否","优先级":"普通"}"#,
    );
    assert_eq!(read("a.jsonl", rows, LabelField::SkillGroup).unwrap(), ["returns", "returns"]);
    assert_eq!(read("a.jsonl", rows, LabelField::Complaint).unwrap(), ["true", "false"]);
    assert_eq!(read("a.jsonl", rows, LabelField::Priority).unwrap(), ["high", "normal"]);
    let table = "内容,是否投诉,紧急程度\n到底管不管,是,紧急\n怎么退,FALSE,一般\n";
    assert_eq!(read("a.csv", table, LabelField::Complaint).unwrap(), ["true", "false"]);
    assert_eq!(read("a.csv", table, LabelField::Priority).unwrap(), ["urgent", "normal"]);
    let broken =
        "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"a\",\"priority\":true}\n{\"text\":\"a\",\"priority\":\"P0\"}\n";
    let error = read("b.jsonl", broken, LabelField::Priority).unwrap_err();
    for expected in [
        "b.jsonl:1: 标签为空：请填写 priority（优先级）",
        "b.jsonl:2: 字段 priority 应为字符串，这里是布尔值",
        "b.jsonl:3: priority 应为 normal、high 或 urgent（普通、高或紧急），这里是“P0”",
    ] {
        assert!(error.contains(expected), "{expected} not in {error}");
    }
    let error = read("b.csv", "内容,标签\n退款,x\n", LabelField::Complaint).unwrap_err();
    assert!(
        error.contains("b.csv:1: 缺少是否投诉列，列名可以是 complaint、is_complaint、投诉、是否投诉 等"),
        "{error}"
    );
}

#[test]
fn names_files_and_directories_that_give_nothing() {
    let error = read_tickets(&[PathBuf::from("nowhere.jsonl")], Labels::Required).unwrap_err();
    assert!(error.to_string().contains("nowhere.jsonl"));
    let folder = tempfile::tempdir().unwrap();
    for name in ["~$tickets.xlsx", "notes.md"] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    let error = read_tickets(&[folder.path().to_owned()], Labels::Required).unwrap_err();
    assert!(matches!(error, DatasetError::NoFiles(_)), "{error}");
    std::fs::write(folder.path().join("b.jsonl"), r#"{"title":"退款","label":1}"#).unwrap();
    std::fs::write(folder.path().join("a.CSV"), "内容,标签\n退货,乙\n").unwrap();
    let rows = read_raw(&[folder.path().to_owned()], LabelField::SkillGroup).unwrap();
    let labels: Vec<&str> = rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(labels, ["乙", "1"]); // by file name; a title alone and a number as label are fine
}

#[test]
fn a_thousand_problems_are_counted_not_listed() {
    let error = read("a.jsonl", "[\n".repeat(1_000).as_bytes()).unwrap_err().to_string();
    assert!(error.lines().count() <= 101 && error.ends_with("……还有 900 处"), "{error}");
}
