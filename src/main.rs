//! Yingda.

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
enum Command {
    Train(yingda::cli::train::Args),
    Promote(yingda::cli::promote::Args),
    Evaluate {
        #[command(subcommand)]
        what: Evaluate,
    },
}

#[derive(clap::Subcommand)]
enum Evaluate {
    Tickets(yingda::cli::evaluate_tickets::Args),
}

fn main() -> anyhow::Result<ExitCode> {
    match Command::parse() {
        Command::Train(args) => yingda::cli::train::run(&args),
        Command::Promote(args) => yingda::cli::promote::run(&args),
        Command::Evaluate { what: Evaluate::Tickets(args) } => yingda::cli::evaluate_tickets::run(&args),
    }
}
