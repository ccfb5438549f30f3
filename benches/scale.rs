//! What a large knowledge base costs to prepare and reload, and what many small ones cost to open and to hold.
//!
//! `cargo bench --bench scale` prints one line a measurement; figures and how to read them are in `benches/README.md`.
//! Arguments choose: `large` (questions, default 10000 100000) or `many` (bases, default 100).

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use jiff::Timestamp;
use yingda::{KnowledgeBase, ReloadOptions, Sources};

type Outcome = Result<(), Box<dyn Error>>;

/// Parts from which questions are put together; every combination is a question of its own.
const THINGS: [&str; 20] = [
    "退款",
    "发票",
    "运费",
    "会员",
    "优惠券",
    "积分",
    "保修",
    "换货",
    "订单",
    "地址",
    "密码",
    "手机号",
    "押金",
    "赠品",
    "预售",
    "门店",
    "安装",
    "配件",
    "合约",
    "流量",
];
const MATTERS: [&str; 12] = [
    "怎么申请",
    "多久到账",
    "在哪里查",
    "可以取消吗",
    "收费标准是什么",
    "为什么失败",
    "需要什么材料",
    "能不能转给别人",
    "过期了怎么办",
    "有什么限制",
    "支持哪些地区",
    "怎么联系客服",
];
const ASKED: [&str; 6] = ["", "请问", "我的", "新用户的", "线上买的", "公司的"];

fn main() -> Outcome {
    let args: Vec<String> = env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let numbers = args.iter().filter_map(|arg| arg.parse().ok()).collect::<Vec<usize>>();
    let wants = |name: &str| args.iter().all(|arg| arg.parse::<usize>().is_ok()) || args.iter().any(|arg| arg == name);
    if wants("many") {
        many(numbers.first().copied().unwrap_or(100))?;
    }
    if wants("large") {
        let sizes = if numbers.is_empty() { vec![10_000, 100_000] } else { numbers };
        sizes.into_iter().try_for_each(large)?;
    }
    Ok(())
}

/// Knowledge bases of 60 entries and 330 questions in one process, opened for the first and for the second time.
fn many(bases: usize) -> Outcome {
    let folder = tempfile::tempdir()?;
    let sources = |at: usize| Sources {
        corpus: Some(folder.path().join(format!("{at}/corpus"))),
        data: Some(folder.path().join(format!("{at}/data"))),
        ..Sources::embedded()
    };
    for at in 0..=bases {
        write_corpus(&folder.path().join(format!("{at}/corpus")), at, 60, 330)?;
    }
    // What all bases share is loaded by one that is not counted.
    let _shared = KnowledgeBase::open("shared", sources(bases), now())?;
    for time in ["first", "second"] {
        let (cpu, resident, started) = (cpu()?, resident()?, Instant::now());
        let opened: Vec<KnowledgeBase> =
            (0..bases).map(|at| KnowledgeBase::open("small", sources(at), now())).collect::<Result<_, _>>()?;
        let each = |total: f64| total / bases as f64;
        println!(
            "open {bases} bases of 330 questions, {time} time: {:.1} ms CPU, {:.1} ms, {:.2} MiB resident each",
            each((self::cpu()? - cpu).as_secs_f64() * 1e3),
            each(started.elapsed().as_secs_f64() * 1e3),
            each(self::resident()? - resident)
        );
        drop(opened);
    }
    Ok(())
}

/// One knowledge base with so many questions: opened twice, and reloaded after an edit.
fn large(questions: usize) -> Outcome {
    let folder = tempfile::tempdir()?;
    let corpus = folder.path().join("corpus");
    write_corpus(&corpus, 0, questions / 6, questions)?;
    let sources =
        Sources { corpus: Some(corpus.clone()), data: Some(folder.path().join("data")), ..Sources::embedded() };
    for time in ["first", "second"] {
        let (cpu, started) = (cpu()?, Instant::now());
        let base = KnowledgeBase::open("large", sources.clone(), now())?;
        println!(
            "prepare {questions} questions, {time} time: {:.2} s, {:.2} s CPU",
            started.elapsed().as_secs_f64(),
            (self::cpu()? - cpu).as_secs_f64()
        );
        if time == "second" {
            fs::write(corpus.join("more.jsonl"), "{\"question\": \"星期天开门吗\", \"answer\": \"开。\"}\n")?;
            let started = Instant::now();
            base.reload(
                &ReloadOptions { dry_run: false, force: Some("bench".into()), ..ReloadOptions::default() },
                now(),
            )?;
            println!("reload {questions} questions: {:.2} s", started.elapsed().as_secs_f64());
        }
    }
    Ok(())
}

/// Writes a corpus whose questions differ from those of every other `base`.
fn write_corpus(dir: &Path, base: usize, entries: usize, questions: usize) -> Outcome {
    fs::create_dir_all(dir)?;
    let mut lines = String::new();
    for entry in 0..entries {
        let (thing, matter) = (THINGS[entry % 20], MATTERS[entry / 20 % 12]);
        let name = format!("{base}号店第{}类{thing}", entry / 240);
        let similar = (1..).take((questions * (entry + 1) / entries) - (questions * entry / entries) - 1);
        let similar: Vec<String> =
            similar.map(|at| format!("{}{name}{matter}{}", ASKED[at % 6], "呢".repeat(at / 6))).collect();
        let question = format!("{name}{matter}");
        let answer = format!("{name}：{matter}，见第 {entry} 条说明。");
        writeln!(lines, "{}", serde_json::json!({"question": question, "similar": similar, "answer": answer}))?;
    }
    fs::write(dir.join("dictionary.txt"), format!("{base}号店\n云享卡\n"))?;
    Ok(fs::write(dir.join("faq.jsonl"), lines)?)
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// User and system time of this process so far, in steps of 10 ms.
fn cpu() -> Result<Duration, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 10))
}

/// Resident memory of this process, in MiB.
fn resident() -> Result<f64, Box<dyn Error>> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = statm.split_whitespace().nth(1).unwrap_or_default().parse()?;
    Ok(pages * 4_096.0 / f64::from(1 << 20))
}
