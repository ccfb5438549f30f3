//! `yingda key`: makes a secret for an API key and the hash that the configuration holds. Writes nothing down.

use std::io::Write as _;
use std::process::ExitCode;

use uuid::Uuid;

/// 生成一把 API 密钥：密钥交给调用方，blake3 写进配置的 [[key]]
#[derive(Debug, clap::Args)]
pub struct KeyArgs {
    /// 密钥的名称，日志和限流按它区分
    #[arg(long, value_name = "名称", default_value = "web")]
    name: String,
    /// 角色：frontend、ticketing 或 staff
    #[arg(long, value_name = "角色", default_value = "frontend", value_parser = ["frontend", "ticketing", "staff"])]
    role: String,
    /// 以 JSON 输出，供脚本读取
    #[arg(long)]
    json: bool,
}

/// Prints a new secret and the table for the configuration.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(args: &KeyArgs) -> anyhow::Result<ExitCode> {
    let secret = secret();
    let hash = blake3::hash(secret.as_bytes()).to_hex();
    let mut out = std::io::stdout().lock();
    if args.json {
        let key = serde_json::json!({
            "name": args.name, "role": args.role, "secret": secret, "blake3": hash.as_str()
        });
        writeln!(out, "{key}")?;
    } else {
        let name = toml::Value::from(args.name.as_str());
        writeln!(out, "密钥（只显示这一次，交给调用方，请求头写 Authorization: Bearer 密钥）：\n{secret}\n")?;
        writeln!(out, "写进配置文件：\n[[key]]\nname = {name}\nrole = \"{}\"\nblake3 = \"{hash}\"", args.role)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// 244 random bits of the system, hashed, so that no digit is one of the fixed ones of a UUID.
fn secret() -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(Uuid::new_v4().as_bytes()).update(Uuid::new_v4().as_bytes());
    format!("yd_{}", hasher.finalize().to_hex())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, RawConfig};

    #[test]
    fn the_hash_is_that_of_the_secret_and_no_secret_comes_twice() {
        let (one, other) = (secret(), secret());
        assert!(one != other && one.len() == 67 && one.is_ascii(), "{one}");
        let text = |line: &str| format!("[[key]]\nname = 'web'\nrole = 'frontend'\n{line}\n");
        let hash_of = |line: &str| Config::check(RawConfig::from_toml(&text(line))).unwrap().keys[0].hash;
        let hash = blake3::hash(one.as_bytes()).to_hex();
        assert_eq!(hash_of(&format!("blake3 = '{hash}'")), hash_of(&format!("secret = '{one}'")));
    }
}
