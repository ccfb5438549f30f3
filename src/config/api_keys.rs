//! API keys: names, roles, secrets. A secret is hashed at once and forgotten.

use std::collections::BTreeMap;

use super::raw::RawKey;
use super::{ApiKey, KnowledgeBaseFiles, Problem, Role};

/// Shortest secret accepted, in bytes: shorter ones can be guessed over the network.
const SHORTEST_SECRET: usize = 16;

/// The usable keys; what is wrong with the others is added to the problems.
pub(super) fn check(
    raw: &[RawKey],
    bases: &BTreeMap<String, KnowledgeBaseFiles>,
    problems: &mut Vec<Problem>,
) -> Vec<ApiKey> {
    let mut keys: Vec<ApiKey> = Vec::new();
    for (index, written) in raw.iter().enumerate() {
        let mut refuse = |field: &str, message: String| {
            problems.push(Problem::new(format!("key[{index}].{field}"), message));
        };
        if written.name.is_empty() || written.name.chars().count() > 64 {
            refuse("name", "需要 1 到 64 个字符的名称，日志和限流按它区分".to_owned());
        }
        if keys.iter().any(|key| key.name == written.name) {
            refuse("name", format!("名称 {} 重复", written.name));
        }
        for unknown in written.kb.iter().flatten().filter(|name| !bases.contains_key(*name)) {
            refuse("kb", format!("没有名为 {unknown} 的知识库"));
        }
        let role = role(&written.role);
        if role.is_none() {
            refuse("role", "应为 frontend、ticketing 或 staff".to_owned());
        }
        let hash = hash(written).map_err(|(field, message)| refuse(field, message)).ok();
        let (Some(role), Some(hash)) = (role, hash) else { continue };
        if keys.iter().any(|key| key.hash == hash) {
            refuse("secret", "与另一个密钥相同".to_owned());
        }
        keys.push(ApiKey { name: written.name.clone(), role, hash, knowledge_bases: written.kb.clone() });
    }
    keys
}

fn role(text: &str) -> Option<Role> {
    match text {
        "frontend" => Some(Role::Frontend),
        "ticketing" => Some(Role::Ticketing),
        "staff" => Some(Role::Staff),
        _ => None,
    }
}

/// The hash of a key, given directly or through its secret; field and message otherwise.
fn hash(key: &RawKey) -> Result<[u8; 32], (&'static str, String)> {
    match (&key.blake3, &key.secret, &key.secret_file) {
        (Some(hex), None, None) => blake3::Hash::from_hex(hex)
            .map(Into::into)
            .map_err(|_| ("blake3", "应为 64 位十六进制的 BLAKE3，可用 printf %s 密钥 | b3sum 得到".to_owned())),
        (None, Some(secret), None) => hash_secret("secret", secret),
        (None, None, Some(file)) => match std::fs::read_to_string(file) {
            Ok(secret) => hash_secret("secret_file", secret.trim()),
            Err(error) => Err(("secret_file", format!("无法读取 {file}：{error}"))),
        },
        _ => Err(("secret", "blake3、secret、secret_file 三项必须且只能填一项".to_owned())),
    }
}

fn hash_secret(field: &'static str, secret: &str) -> Result<[u8; 32], (&'static str, String)> {
    if secret.len() < SHORTEST_SECRET {
        return Err((field, format!("密钥太短，至少 {SHORTEST_SECRET} 个字符")));
    }
    Ok(blake3::hash(secret.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, RawConfig};

    const GOOD: &str = "secret = 'long enough to be a secret'";

    #[test]
    fn every_fault_of_every_key_is_named() {
        let hash = "blake3 = '12'";
        for (key, fault) in [
            (format!("name = 'a'\nrole = 'boss'\n{GOOD}"), "key[0].role: 应为 frontend"),
            (format!("role = 'staff'\n{GOOD}"), "key[0].name: 需要 1 到 64"),
            ("name = 'a'\nrole = 'staff'\nsecret = 'short'".into(), "key[0].secret: 密钥太短"),
            ("name = 'a'\nrole = 'staff'".into(), "key[0].secret: blake3、secret、secret_file 三项必须"),
            (format!("name = 'a'\nrole = 'staff'\n{GOOD}\n{hash}"), "key[0].secret: blake3、secret、secret_file"),
            (format!("name = 'a'\nrole = 'staff'\n{hash}"), "key[0].blake3: 应为 64 位十六进制"),
            ("name = 'a'\nrole = 'staff'\nsecret_file = '/none'".into(), "key[0].secret_file: 无法读取 /none"),
            (format!("name = 'a'\nrole = 'staff'\n{GOOD}\nkb = ['moon']"), "key[0].kb: 没有名为 moon"),
            (format!("name = 'a'\nrole = 'staff'\n{GOOD}\nrate = 1"), "key[0]: unknown field `rate`"),
            (
                format!("name = 'a'\nrole = 'staff'\n{GOOD}\n[[key]]\nname = 'a'\nrole = 'staff'\n{GOOD}x"),
                "key[1].name: 名称 a 重复",
            ),
            (
                format!("name = 'a'\nrole = 'staff'\n{GOOD}\n[[key]]\nname = 'b'\nrole = 'staff'\n{GOOD}"),
                "key[1].secret: 与另一个密钥相同",
            ),
        ] {
            let key = key.replace("secret'x", "secrets'");
            let problems = Config::check(RawConfig::from_toml(&format!("[[key]]\n{key}"))).unwrap_err();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].to_string().starts_with(fault), "{} is not about {fault}", problems[0]);
        }
    }
}
