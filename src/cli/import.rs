//! `import`: spreadsheets and files of other products → corpus files that people can edit and review, one for each sheet.
//!
//! All or nothing: with any issue, where a file would be overwritten without being asked for, or where the directory
//! would no longer load, nothing is written.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use jiff::tz::TimeZone;

use super::check::print_issues;
use crate::atomic_file;
use crate::corpus::{
    Corpus, DEFAULT_ZONE, EntryFormat, Issue, Merged, SourceFile, load_dir, load_dir_with, load_named_files,
    merge_entries, write_by_source,
};

/// What to import and where to.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// 要导入的文件：.xlsx、.csv、.json、.yml、.jsonl 或 .toml
    #[arg(required = true, value_name = "文件")]
    pub files: Vec<PathBuf>,
    /// 写到哪个知识库目录；每张工作表、每个文件写成一个文件
    #[arg(long, value_name = "目录")]
    pub out: PathBuf,
    /// 写成哪种格式
    #[arg(long, value_enum, default_value_t = ImportFormat::Toml)]
    pub format: ImportFormat,
    /// 目录里已有同名文件时覆盖它们
    #[arg(long, conflicts_with = "merge")]
    pub force: bool,
    /// 与目录里已有的条目合并：相同 id 的换成新的，其余保留
    #[arg(long)]
    pub merge: bool,
    /// 只检查，不写文件
    #[arg(long)]
    pub dry_run: bool,
    /// 没有写时区的日期按哪个时区理解
    #[arg(long, value_name = "时区", default_value = DEFAULT_ZONE, value_parser = crate::cli::values::zone)]
    pub zone: TimeZone,
}

/// A format that people edit or programs read line by line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ImportFormat {
    Toml,
    Jsonl,
}

impl From<ImportFormat> for EntryFormat {
    fn from(format: ImportFormat) -> Self {
        match format {
            ImportFormat::Toml => Self::Toml,
            ImportFormat::Jsonl => Self::JsonLines,
        }
    }
}

/// Imports the files; exit code 1 when nothing was written because of issues.
///
/// # Errors
/// When a file cannot be read or written, or exists already.
pub fn run(args: &ImportArgs) -> anyhow::Result<ExitCode> {
    import(args, &mut std::io::stdout().lock())
}

fn import(args: &ImportArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let files = args.files.iter().map(|path| source(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let found = load_named_files(&distinct(files), &args.zone);
    let warnings = found.as_ref().map_or_else(|refused| &refused.warnings, |corpus| &corpus.warnings);
    for warning in warnings {
        writeln!(out, "提醒 {warning}")?;
    }
    let planned = match found {
        Ok(corpus) => plan(args, &corpus)?,
        Err(refused) => Err(refused.issues),
    };
    let planned = match planned {
        Ok(planned) => planned,
        Err(issues) => {
            print_issues(&issues, out)?;
            return Ok(ExitCode::FAILURE);
        }
    };
    if !args.dry_run {
        for file in &planned.files {
            write_over(&args.out.join(&file.path), &file.bytes)?;
        }
    }
    writeln!(out, "{}", report(args, &planned))?;
    Ok(ExitCode::SUCCESS)
}

/// What to write, or what is wrong with the corpus that would result.
fn plan(args: &ImportArgs, corpus: &Corpus) -> anyhow::Result<Result<Merged, Vec<Issue>>> {
    let format = EntryFormat::from(args.format);
    let empty = std::fs::read_dir(&args.out).map_or(true, |mut inside| inside.next().is_none());
    let planned = if args.merge && !empty {
        let merged =
            load_dir(&args.out, &args.zone).map(|standing| merge_entries(&standing, corpus, format, &args.zone));
        match merged {
            Ok(merged) => merged?,
            Err(issues) => Err(issues),
        }
    } else {
        let files = write_by_source(&corpus.entries, format, &args.zone)?;
        ask_before_replacing(args, corpus, &files)?;
        Ok(Merged { files, added: corpus.entries.len(), ..Merged::default() })
    };
    // What stands there beside what is new must load together, or the next start finds a broken corpus.
    Ok(planned.and_then(|planned| load_dir_with(&args.out, &planned.files, &args.zone).map(|_| planned)))
}

/// Refuses to write over files unasked, and to put entries beside others with the same ids.
fn ask_before_replacing(args: &ImportArgs, corpus: &Corpus, files: &[SourceFile]) -> anyhow::Result<()> {
    let dir = args.out.display();
    let writes = |path: &str| files.iter().any(|file| file.path == path);
    if !args.force {
        let taken: Vec<&str> =
            files.iter().map(|file| file.path.as_str()).filter(|path| args.out.join(path).exists()).collect();
        anyhow::ensure!(
            taken.is_empty(),
            "{dir} 里已有 {}，没有写任何文件：加 --merge 合并，加 --force 覆盖，或换一个目录",
            taken.join("、")
        );
    }
    let standing = load_dir(&args.out, &args.zone).map(|standing| standing.entries).unwrap_or_default();
    let twice: Vec<_> =
        standing.iter().filter(|entry| !writes(&entry.place.file) && corpus.entry(&entry.id).is_some()).collect();
    if let Some(first) = twice.first() {
        let count = twice.len();
        anyhow::bail!(
            "{dir} 的别的文件里已有其中 {count} 个条目（例如 {}“{}”），没有写任何文件：加 --merge 把它们换成新的，或换一个目录",
            first.place,
            first.question
        );
    }
    Ok(())
}

/// What was done, or would be.
fn report(args: &ImportArgs, planned: &Merged) -> String {
    let names = planned.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>().join("、");
    let Merged { changed, added, unchanged, .. } = planned;
    let target = args.out.display();
    match (args.merge && changed + unchanged > 0, args.dry_run) {
        (true, _) if planned.files.is_empty() => format!("{target} 里的 {unchanged} 个条目没有变化，不用写文件"),
        (true, true) => {
            format!(
                "可以合并到 {target}：会改 {changed} 个、新增 {added} 个、{unchanged} 个不变（{names}，没有写文件）"
            )
        }
        (true, false) => {
            format!("已合并到 {target}：改了 {changed} 个、新增 {added} 个、{unchanged} 个没有变化（{names}）")
        }
        (false, true) => format!("可以导入 {added} 个条目到 {target}（{names}）（没有写文件）"),
        (false, false) => format!("已导入 {added} 个条目到 {target}（{names}）"),
    }
}

/// A file under its bare name, which is enough for messages and hides where it came from.
fn source(path: &Path) -> anyhow::Result<SourceFile> {
    let name =
        path.file_name().and_then(|name| name.to_str()).with_context(|| format!("{} 不是文件名", path.display()))?;
    let metadata = std::fs::metadata(path).with_context(|| format!("读不了 {}", path.display()))?;
    // Reading a pipe or a device might never end.
    anyhow::ensure!(metadata.is_file(), "{} 不是普通文件，请写出要导入的文件", path.display());
    let bytes = std::fs::read(path).with_context(|| format!("读不了 {}", path.display()))?;
    Ok(SourceFile { path: name.to_owned(), bytes })
}

/// Files of different folders may bear one name: the later ones get a number, so that messages and entries tell them
/// apart.
fn distinct(mut files: Vec<SourceFile>) -> Vec<SourceFile> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for file in &mut files {
        let count = seen.entry(file.path.clone()).or_default();
        *count += 1;
        if *count > 1 {
            let (stem, extension) = file.path.rsplit_once('.').unwrap_or((file.path.as_str(), ""));
            file.path = format!("{stem}-{count}.{extension}");
        }
    }
    files
}

/// Writes a file that must not exist yet.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    anyhow::ensure!(!path.exists(), "{} 已存在，不会覆盖，请换一个位置或先移走它", path.display());
    write_over(path, bytes)
}

/// Writes a file whether or not it exists, with the folders it stands in. A failure leaves the old one.
fn write_over(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("无法创建目录 {}", folder.display()))?;
    atomic_file::write(path, bytes).with_context(|| format!("写 {} 时出错", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::load_dir;

    fn args(dir: &Path, content: &str) -> ImportArgs {
        std::fs::write(dir.join("faq.csv"), content).unwrap();
        let out = dir.join("corpus");
        ImportArgs {
            files: vec![dir.join("faq.csv")],
            out,
            format: ImportFormat::Toml,
            force: false,
            merge: false,
            dry_run: false,
            zone: TimeZone::UTC,
        }
    }

    #[test]
    fn imports_once_and_asks_before_it_overwrites() {
        let dir = tempfile::tempdir().unwrap();
        let first = args(dir.path(), "问题,相似问,答案\n怎么退款,咋退钱,七天内可退\n");
        let mut out = Vec::new();
        assert_eq!(import(&first, &mut out).unwrap(), ExitCode::SUCCESS);
        let entries = |args: &ImportArgs| load_dir(&args.out, &TimeZone::UTC).unwrap().entries;
        assert_eq!(entries(&first)[0].similar, ["咋退钱"]);
        let message = import(&first, &mut out).unwrap_err().to_string();
        assert!(message.contains("--merge") && message.contains("faq.toml"), "{message}");
        let other = ImportArgs { force: true, ..args(dir.path(), "问题,答案\n怎么换货,找客服\n") };
        import(&other, &mut out).unwrap();
        assert_eq!(entries(&other).len(), 1);
        let both = ImportArgs {
            merge: true, ..args(dir.path(), "问题,答案\n怎么退款,十天内可退\n怎么换货,找店员\n")
        };
        import(&both, &mut out).unwrap();
        let answers: Vec<_> = entries(&both).iter().map(|entry| entry.answer.clone()).collect();
        assert!(answers.len() == 2 && answers.contains(&"找店员".to_owned()), "{answers:?}");
    }

    #[test]
    fn a_directory_that_would_no_longer_load_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let first = args(dir.path(), "编号,问题,答案\na,怎么退款,七天内可退\nb,怎么换货,找客服\n");
        import(&first, &mut Vec::new()).unwrap();
        // The same entries under another name, as an export that was edited comes back.
        std::fs::write(dir.path().join("新版.csv"), "编号,问题,答案\na,怎么退款,十天内可退\n,怎么开票,在订单里\n")
            .unwrap();
        let again = ImportArgs { files: vec![dir.path().join("新版.csv")], ..clone(&first) };
        for force in [false, true] {
            let error = import(&ImportArgs { force, ..clone(&again) }, &mut Vec::new()).unwrap_err().to_string();
            assert!(error.contains("faq.toml:1“怎么退款”") && error.contains("--merge"), "{error}");
        }
        // Another id for a question that stands already.
        std::fs::write(dir.path().join("三.csv"), "编号,问题,答案\nc,怎么换货,找店员\n").unwrap();
        let other = ImportArgs { files: vec![dir.path().join("三.csv")], ..clone(&first) };
        for merge in [false, true] {
            let mut out = Vec::new();
            import(&ImportArgs { merge, ..clone(&other) }, &mut out).unwrap();
            let out = String::from_utf8(out).unwrap();
            assert!(out.contains("“怎么换货”也出现在"), "{out}");
        }
        assert_eq!(std::fs::read_dir(&first.out).unwrap().count(), 1);
        let mut out = Vec::new();
        import(&ImportArgs { merge: true, ..clone(&again) }, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains("改了 1 个、新增 1 个、0 个没有变化"), "{out}");
        assert_eq!(load_dir(&first.out, &TimeZone::UTC).unwrap().entries.len(), 3);
    }

    #[test]
    fn order_and_sheets_stay() {
        let dir = tempfile::tempdir().unwrap();
        let args = args(dir.path(), "问题,答案\n乙,2\n甲,1\n丙,3\n");
        std::fs::write(dir.path().join("更多.csv"), "问题,答案\n丁,4\n").unwrap();
        let args = ImportArgs { files: vec![dir.path().join("faq.csv"), dir.path().join("更多.csv")], ..args };
        import(&args, &mut Vec::new()).unwrap();
        let text = std::fs::read_to_string(args.out.join("faq.toml")).unwrap();
        let at = |question: &str| text.find(&format!("question = \"{question}\"")).unwrap();
        assert!(at("乙") < at("甲") && at("甲") < at("丙"));
        assert!(args.out.join("更多.toml").exists());
    }

    #[test]
    fn a_named_file_that_cannot_be_read_is_an_error_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let args = args(dir.path(), "问题,答案\n一,甲\n");
        for (name, advice) in [
            ("old.xls", "另存为 .xlsx"),
            ("表.et", "WPS 的 .et"),
            ("说明.txt", "整理成表格"),
            ("compose.yml", "看不出是问答"),
            ("README.md", "说明文件"),
            ("golden.jsonl", "直接放进知识库目录"),
        ] {
            std::fs::write(dir.path().join(name), "version: 3\n").unwrap();
            let args = ImportArgs { files: vec![dir.path().join("faq.csv"), dir.path().join(name)], ..clone(&args) };
            let mut out = Vec::new();
            assert_eq!(import(&args, &mut out).unwrap(), ExitCode::FAILURE, "{name}");
            let out = String::from_utf8(out).unwrap();
            assert!(out.starts_with(&format!("错误 {name}: ")) && out.contains(advice), "{out}");
            assert!(!args.out.exists());
        }
    }

    fn clone(args: &ImportArgs) -> ImportArgs {
        ImportArgs { files: args.files.clone(), out: args.out.clone(), zone: args.zone.clone(), ..*args }
    }

    #[test]
    fn a_dry_run_or_an_issue_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let rows = [
            ("问题,答案\n一,甲\n", true, "可以导入 1 个条目"),
            ("问题,答案\n一,\n", false, "错误 faq.csv:2: 答案为空"),
        ];
        for (content, dry_run, expected) in rows {
            let args = ImportArgs { dry_run, ..args(dir.path(), content) };
            let mut out = Vec::new();
            import(&args, &mut out).unwrap();
            assert!(String::from_utf8(out).unwrap().starts_with(expected), "{content}");
            assert!(!args.out.exists());
        }
    }
}
