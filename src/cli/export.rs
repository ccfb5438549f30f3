//! `export`: a corpus, the shipped one by default, as files to edit or to hand on. Never overwrites.
//!
//! A directory keeps the files as they are, remarks included; the other forms hold the entries alone, in their order.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use jiff::tz::TimeZone;

use super::check::{load_corpus, print_issues};
use super::import::write_new;
use crate::corpus::{
    Corpus, DEFAULT_ZONE, EntryFormat, SourceFile, embedded, in_file_order, source_files, write_directory,
    write_entries,
};

/// What to export and where to.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// 知识库目录；不写则导出内置的知识库
    #[arg(long, value_name = "目录", env = "YINGDA_CORPUS")]
    pub corpus: Option<PathBuf>,
    /// 写到哪里：格式为 dir 时是目录，否则是文件
    #[arg(long, value_name = "路径")]
    pub out: PathBuf,
    /// dir 含同义词、路由等全部内容；其他格式只含条目
    #[arg(long, value_enum, default_value_t = ExportFormat::Dir)]
    pub format: ExportFormat,
    /// 日期按哪个时区读写
    #[arg(long, value_name = "时区", default_value = DEFAULT_ZONE, value_parser = crate::cli::values::zone)]
    pub zone: TimeZone,
}

/// A directory with everything, or the entries in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportFormat {
    Dir,
    Jsonl,
    Csv,
    Xlsx,
}

/// Exports the corpus; exit code 1 when it has issues and nothing was written.
///
/// # Errors
/// When something cannot be written or exists already.
pub fn run(args: &ExportArgs) -> anyhow::Result<ExitCode> {
    export(args, &mut std::io::stdout().lock())
}

fn export(args: &ExportArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let corpus = match load_corpus(args.corpus.as_deref(), &args.zone) {
        Ok(corpus) => corpus,
        Err(issues) => {
            print_issues(&issues, out)?;
            return Ok(ExitCode::FAILURE);
        }
    };
    let format = match args.format {
        ExportFormat::Dir => {
            write_dir(&directory(args, &corpus)?, &args.out)?;
            writeln!(out, "已导出 {} 个条目到目录 {}", corpus.entries.len(), args.out.display())?;
            return Ok(ExitCode::SUCCESS);
        }
        ExportFormat::Jsonl => EntryFormat::JsonLines,
        ExportFormat::Csv => EntryFormat::Csv,
        ExportFormat::Xlsx => EntryFormat::Xlsx,
    };
    write_new(&args.out, &write_entries(&in_file_order(&corpus.entries), format, &args.zone)?)?;
    writeln!(out, "已导出 {} 个条目到 {}", corpus.entries.len(), args.out.display())?;
    Ok(ExitCode::SUCCESS)
}

/// The corpus's own files, with the stop words written down: the built-in list may change with the program.
fn directory(args: &ExportArgs, corpus: &Corpus) -> anyhow::Result<Vec<SourceFile>> {
    let mut files = args.corpus.as_deref().map_or_else(embedded::files, source_files);
    let is_stopwords = |file: &SourceFile| file.path.rsplit('/').next() == Some("stopwords.txt");
    if !files.iter().any(is_stopwords) {
        let written = write_directory(corpus, EntryFormat::JsonLines, &args.zone)?;
        files.extend(written.into_iter().filter(is_stopwords));
    }
    Ok(files)
}

/// Writes into an empty or new directory, so that no two corpora mix.
fn write_dir(files: &[SourceFile], dir: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("无法创建目录 {}", dir.display()))?;
    let occupied = std::fs::read_dir(dir).with_context(|| format!("读不了目录 {}", dir.display()))?.next().is_some();
    anyhow::ensure!(!occupied, "目录 {} 不是空的，不会覆盖，请换一个目录", dir.display());
    for file in files {
        write_new(&dir.join(&file.path), &file.bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::load_dir;

    #[test]
    fn an_exported_directory_is_the_same_corpus() {
        let dir = tempfile::tempdir().unwrap();
        let corpus = dir.path().join("corpus");
        std::fs::create_dir(&corpus).unwrap();
        std::fs::write(corpus.join("a.csv"), "问题,答案\n怎么退款,七天内可退\n").unwrap();
        std::fs::write(corpus.join("synonyms.txt"), "退款 退钱\n").unwrap();
        let args = |out: &str, format| ExportArgs {
            corpus: Some(corpus.clone()),
            out: dir.path().join(out),
            format,
            zone: TimeZone::UTC,
        };
        let whole = args("copy", ExportFormat::Dir);
        assert_eq!(export(&whole, &mut Vec::new()).unwrap(), ExitCode::SUCCESS);
        let version = |dir: &Path| load_dir(dir, &TimeZone::UTC).unwrap().version;
        assert_eq!(version(&whole.out), version(&corpus));
        assert!(export(&whole, &mut Vec::new()).unwrap_err().to_string().contains("不是空的"));
        let table = args("faq.xlsx", ExportFormat::Xlsx);
        export(&table, &mut Vec::new()).unwrap();
        assert!(export(&table, &mut Vec::new()).unwrap_err().to_string().contains("不会覆盖"));
    }
}
