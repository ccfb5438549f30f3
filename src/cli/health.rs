//! `yingda health`: whether a running service is ready, for container and service managers that can only run a command.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use crate::http::{Readiness, readiness};

/// 查询运行中的服务是否就绪（/readyz），供容器和服务管理程序使用
///
/// 退出码：0 就绪，1 没有就绪或连不上。
#[derive(Debug, clap::Args)]
pub struct HealthArgs {
    /// 服务的监听地址
    #[arg(long, env = "YINGDA_LISTEN", value_name = "地址", default_value = "127.0.0.1:8080", hide_env_values = true)]
    listen: SocketAddr,
    /// 最多等多久（秒）
    #[arg(long, value_name = "秒", default_value = "3", value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout: u64,
}

/// Asks the service and prints what it said.
///
/// # Errors
/// The runtime cannot start, or standard output cannot be written.
pub fn run(args: &HealthArgs) -> anyhow::Result<ExitCode> {
    // A service that listens on every address answers on loopback.
    let mut address = args.listen;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let asked = runtime.block_on(readiness(address, Duration::from_secs(args.timeout)));
    let mut out = std::io::stdout().lock();
    match asked {
        Ok(Readiness { ready, detail }) => {
            writeln!(out, "{}：{detail}", if ready { "就绪" } else { "没有就绪" })?;
            Ok(if ready { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Err(error) => {
            writeln!(out, "连不上 {address}：{error}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}
