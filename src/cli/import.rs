//! `import`: spreadsheets and other supported files → one corpus file that people can edit and review.
//!
//! All or nothing: with any issue, or where a file would be overwritten, nothing is written.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use jiff::tz::TimeZone;

use super::check::print_issues;
use crate::corpus::{DEFAULT_ZONE, EntryFormat, SourceFile, load_files, write_entries};

/// What to import and where to.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// 要导入的文件：.xlsx、.csv、.jsonl 或 .toml
    #[arg(required = true, value_name = "文件")]
    pub files: Vec<PathBuf>,
    /// 写到哪个知识库目录
    #[arg(long, value_name = "目录")]
    pub out: PathBuf,
    /// 写成哪种格式
    #[arg(long, value_enum, default_value_t = ImportFormat::Toml)]
    pub format: ImportFormat,
    /// 只检查，不写文件
    #[arg(long)]
    pub dry_run: bool,
    /// 没有写时区的日期按哪个时区理解
    #[arg(long, value_name = "时区", default_value = DEFAULT_ZONE, value_parser = super::zone)]
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

/// Imports the files as `entries.toml` or `entries.jsonl`; exit code 1 when nothing was written because of issues.
///
/// # Errors
/// When a file cannot be read or written, or exists already.
pub fn run(args: &ImportArgs) -> anyhow::Result<ExitCode> {
    import(args, &mut std::io::stdout().lock())
}

fn import(args: &ImportArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let files = args.files.iter().map(|path| source(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let corpus = match load_files(&files, &args.zone) {
        Ok(corpus) => corpus,
        Err(issues) => {
            print_issues(&issues, out)?;
            return Ok(ExitCode::FAILURE);
        }
    };
    for warning in &corpus.warnings {
        writeln!(out, "提醒 {warning}")?;
    }
    let format = EntryFormat::from(args.format);
    let target = args.out.join(format!("entries.{}", format.extension()));
    if args.dry_run {
        writeln!(out, "可以导入 {} 个条目到 {}（没有写文件）", corpus.entries.len(), target.display())?;
        return Ok(ExitCode::SUCCESS);
    }
    let bytes = write_entries(&corpus.entries, format, &args.zone)?;
    std::fs::create_dir_all(&args.out).with_context(|| format!("无法创建目录 {}", args.out.display()))?;
    write_new(&target, &bytes)?;
    writeln!(out, "已导入 {} 个条目到 {}", corpus.entries.len(), target.display())?;
    Ok(ExitCode::SUCCESS)
}

/// A file under its bare name, which is enough for messages and hides where it came from.
fn source(path: &Path) -> anyhow::Result<SourceFile> {
    let name =
        path.file_name().and_then(|name| name.to_str()).with_context(|| format!("{} 不是文件名", path.display()))?;
    let bytes = std::fs::read(path).with_context(|| format!("读不了 {}", path.display()))?;
    Ok(SourceFile { path: name.to_owned(), bytes })
}

/// Writes a file that must not exist yet.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = std::fs::File::create_new(path)
        .with_context(|| format!("不能写 {}：文件已存在时不会覆盖，请换一个位置或先移走它", path.display()))?;
    file.write_all(bytes).with_context(|| format!("写 {} 时出错", path.display()))
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
            dry_run: false,
            zone: TimeZone::UTC,
        }
    }

    #[test]
    fn imports_once_and_never_overwrites() {
        let dir = tempfile::tempdir().unwrap();
        let args = args(dir.path(), "问题,相似问,答案\n怎么退款,咋退钱,七天内可退\n");
        let mut out = Vec::new();
        assert_eq!(import(&args, &mut out).unwrap(), ExitCode::SUCCESS);
        assert_eq!(load_dir(&args.out, &TimeZone::UTC).unwrap().entries[0].similar, ["咋退钱"]);
        let message = import(&args, &mut out).unwrap_err().to_string();
        assert!(message.contains("不会覆盖"), "{message}");
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
