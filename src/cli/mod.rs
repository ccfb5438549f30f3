//! The command line: one subcommand, one file, each with `Args` and `run`. It decides nothing itself.

pub mod backup;
pub mod check;
pub mod evaluate_answers;
pub mod evaluate_tickets;
pub mod export;
pub mod health;
pub mod import;
pub mod key;
pub mod manual;
pub mod measure_table;
pub mod models;
pub mod progress;
pub mod replicas;
mod serve;
mod served;
pub mod show_one;
pub mod stats;
pub mod tickets_doctor;
mod values;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::builder::styling::Styles;
use clap::{Arg, ArgAction, Command, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use models::{encode, fit_difference, fit_ranker, promote, train};

/// 应答：用企业自己的常见问题库回答客户，其余工单分给合适的技能组。
#[derive(Debug, Parser)]
#[command(name = "yingda", version, styles = Styles::plain(), disable_help_flag = true, disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Subcommands,
}

/// In the order of daily use.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
enum Subcommands {
    /// 启动服务（不写子命令时的默认动作）
    Serve(serve::Args),
    /// 检查配置、知识库和模型，列出每一处问题
    Check(check::CheckArgs),
    /// 生成一把 API 密钥和配置里要写的 blake3
    Key(key::KeyArgs),
    /// 查询运行中的服务是否就绪（/readyz），供容器和服务管理程序使用
    Health(health::HealthArgs),
    /// 把状态目录备份成一个文件，服务运行时也可以
    Backup(backup::BackupArgs),
    /// 从备份恢复状态目录
    Restore(backup::RestoreArgs),
    /// 统计用的合计
    Stats(Stats),
    /// 用带标签的工单训练分派模型
    Train(train::Args),
    /// 训练之前检查带标签的工单
    Tickets(Tickets),
    /// 用带答案的问题或带标签的工单评测
    Evaluate(Evaluate),
    /// 一个问题从输入到决定的全过程
    #[command(visible_alias = "ask")]
    ShowOne(show_one::ShowOne),
    /// 把表格和其他系统导出的问答转成知识库文件
    Import(import::ImportArgs),
    /// 把知识库导出成目录、JSON Lines、CSV 或 XLSX
    Export(export::ExportArgs),
    /// 候选模型不比现用的差时换上它
    Promote(promote::Args),
    /// 用知识库自己的问法训练随程序发布的排序模型
    FitRanker(fit_ranker::FitRanker),
    #[command(hide = true)]
    FitDifference(fit_difference::FitDifference),
    /// 输出文本的向量，用来训练编码器的投影
    Encode(encode::Encode),
    /// 输出命令行补全脚本
    Completions(manual::CompletionsArgs),
    /// 写出手册页（man），每个命令一页
    Man(manual::PagesArgs),
}

/// What to do with ticket files.
#[derive(Debug, clap::Args)]
struct Tickets {
    #[command(subcommand)]
    what: WithTickets,
}

#[derive(Debug, Subcommand)]
enum WithTickets {
    /// 给工单体检：矛盾、标错、太小和分不清的组、泄漏、个人信息
    ///
    /// 退出码：0 没有错误（可以有警告），1 有错误，2 文件读不了。正文只显示归一后的开头，不显示号码。
    Doctor(tickets_doctor::Args),
}

/// What to do with the sums behind the statistics.
#[derive(Debug, clap::Args)]
struct Stats {
    #[command(subcommand)]
    what: WithStats,
}

#[derive(Debug, Subcommand)]
enum WithStats {
    Rebuild(stats::RebuildArgs),
}

/// What to evaluate.
#[derive(Debug, clap::Args)]
struct Evaluate {
    #[command(subcommand)]
    what: Evaluated,
}

#[derive(Debug, Subcommand)]
enum Evaluated {
    /// 评测回答：排序、直接回答、转人工、校准
    Answers(evaluate_answers::EvaluateAnswers),
    /// 评测分派：准确率、各技能组、校准、直接分派和候选集
    Tickets(evaluate_tickets::Args),
}

impl Subcommands {
    fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Serve(args) => serve::run(args),
            Self::Check(args) => check::run(args),
            Self::Key(args) => key::run(&args),
            Self::Health(args) => health::run(&args),
            Self::Backup(args) => backup::run_backup(&args),
            Self::Restore(args) => backup::run_restore(&args),
            Self::Stats(Stats { what: WithStats::Rebuild(args) }) => stats::run(args),
            Self::ShowOne(args) => show_one::run(&args),
            Self::Import(args) => import::run(&args),
            Self::Export(args) => export::run(&args),
            Self::Train(args) => train::run(&args),
            Self::Tickets(Tickets { what: WithTickets::Doctor(args) }) => tickets_doctor::run(&args),
            Self::Evaluate(Evaluate { what: Evaluated::Answers(args) }) => evaluate_answers::run(&args),
            Self::Evaluate(Evaluate { what: Evaluated::Tickets(args) }) => evaluate_tickets::run(&args),
            Self::Promote(args) => promote::run(&args),
            Self::FitRanker(args) => fit_ranker::run(&args),
            Self::FitDifference(args) => fit_difference::run(&args),
            Self::Encode(args) => encode::run(&args),
            Self::Completions(args) => manual::print_completions(&args),
            Self::Man(args) => manual::write_pages(&args),
        }
    }
}

/// Runs the command line of this process. Exit codes: 0 done, 1 the work failed, 2 wrong usage or configuration.
#[must_use]
pub fn run() -> ExitCode {
    let matches = match command().try_get_matches_from(with_default_command(std::env::args_os())) {
        Ok(matches) => matches,
        Err(error) => {
            // Help goes to standard output with code 0, wrong usage to standard error with code 2.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let outcome = Cli::from_arg_matches(&matches).map_err(anyhow::Error::from).and_then(|cli| cli.command.run());
    outcome.unwrap_or_else(|error| {
        let _ = writeln!(std::io::stderr().lock(), "错误：{error:#}");
        ExitCode::FAILURE
    })
}

/// `yingda` alone, or followed by flags of `serve`, means `yingda serve`.
fn with_default_command(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.collect();
    let own = ["-h", "--help", "-V", "--version"];
    let first = args.get(1).and_then(|arg| arg.to_str()).unwrap_or("-");
    if first.starts_with('-') && !own.contains(&first) {
        args.insert(args.len().min(1), "serve".into());
    }
    args
}

fn command() -> Command {
    in_chinese(Cli::command())
        .arg(Arg::new("version").short('V').long("version").action(ArgAction::Version).help("显示版本"))
}

/// Replaces the headings and the help flag that clap writes in English, in this command and all below.
fn in_chinese(command: Command) -> Command {
    let template = if command.has_subcommands() {
        "{about}\n\n用法：{usage}\n\n命令：\n{subcommands}\n\n选项：\n{options}"
    } else {
        "{about}\n\n用法：{usage}\n\n{all-args}"
    };
    command
        .disable_help_flag(true)
        .subcommand_value_name("命令")
        .help_template(template)
        .mut_args(|arg| if arg.is_positional() { arg.help_heading("参数") } else { arg.help_heading("选项") })
        .arg(Arg::new("help").short('h').long("help").action(ArgAction::Help).help("显示帮助").help_heading("选项"))
        .mut_subcommands(in_chinese)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(args: &[&str]) -> Vec<String> {
        let args = args.iter().map(OsString::from);
        with_default_command(args).into_iter().map(|arg| arg.into_string().unwrap()).collect()
    }

    #[test]
    fn serving_is_the_default() {
        for (given, meant) in [
            (vec!["yingda"], vec!["yingda", "serve"]), // nothing at all
            (vec!["yingda", "--listen", "x"], vec!["yingda", "serve", "--listen", "x"]), // flags of serve
            (vec!["yingda", "--help"], vec!["yingda", "--help"]), // help shows all commands
            (vec!["yingda", "check"], vec!["yingda", "check"]), // a command stays
        ] {
            assert_eq!(line(&given), meant);
        }
    }

    #[test]
    fn the_commands_are_consistent_and_speak_chinese() {
        command().debug_assert();
        let help = command().render_long_help().to_string();
        assert!(help.contains("用法：") && help.contains("启动服务"), "{help}");
    }
}
