//! API keys: names, roles, secrets, when they end. A secret is hashed at once and forgotten.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::reader::Reader;

/// Shortest secret accepted, in bytes: shorter ones can be guessed over the network.
const SHORTEST_SECRET: usize = 16;

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ask and give feedback.
    Frontend,
    /// Classify tickets.
    Ticketing,
    /// Everything.
    Staff,
}

/// An API key; the secret itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// For logs and limits.
    pub name: String,
    pub role: Role,
    /// BLAKE3 of the secret.
    pub hash: [u8; 32],
    /// Knowledge bases the key may use; all where `None`.
    pub knowledge_bases: Option<Vec<String>>,
    /// First moment at which the key holds no longer; never where `None`.
    pub expires: Option<Timestamp>,
}

/// The usable keys; what is wrong with the others is noted. Dates without a zone are meant in `zone`.
pub(super) fn read(reader: &mut Reader<'_>, bases: &[&str], zone: &TimeZone) -> Vec<ApiKey> {
    let mut keys: Vec<ApiKey> = Vec::new();
    for index in 0..reader.api_keys() {
        let one = Written { table: format!("key[{index}]") };
        if let Some(key) = one.check(reader, &keys, bases, zone) {
            keys.push(key);
        }
    }
    keys
}

/// One `[[key]]` as written.
struct Written {
    table: String,
}

impl Written {
    fn check(&self, reader: &mut Reader<'_>, others: &[ApiKey], bases: &[&str], zone: &TimeZone) -> Option<ApiKey> {
        let name = self.text(reader, "name").unwrap_or_default().to_owned();
        if name.is_empty() || name.chars().count() > 64 {
            self.refuse(reader, "name", "需要 1 到 64 个字符的名称，日志和限流按它区分".to_owned());
        }
        if others.iter().any(|key| key.name == name) {
            self.refuse(reader, "name", format!("名称 {name} 重复"));
        }
        let knowledge_bases =
            self.text(reader, "kb").map(|names| names.split(',').map(str::to_owned).collect::<Vec<_>>());
        for unknown in knowledge_bases.iter().flatten().filter(|name| !bases.contains(&name.as_str())) {
            self.refuse(reader, "kb", format!("没有名为 {unknown} 的知识库"));
        }
        let role = self.text(reader, "role").and_then(role);
        if role.is_none() {
            self.refuse(reader, "role", "应为 frontend、ticketing 或 staff".to_owned());
        }
        let expires = match self.text(reader, "expires").map(|text| moment(text, zone)) {
            None => None,
            Some(Some(moment)) => Some(moment),
            Some(None) => {
                let message = "应为日期或 RFC 3339 时刻，例如 2027-06-30（当天仍有效）或 2027-06-30T12:00:00+08:00";
                self.refuse(reader, "expires", message.to_owned());
                None
            }
        };
        let hash = self.hash(reader).map_err(|(field, message)| self.refuse(reader, field, message)).ok()?;
        if others.iter().any(|key| key.hash == hash) {
            self.refuse(reader, "secret", "与另一个密钥相同".to_owned());
        }
        Some(ApiKey { name, role: role?, hash, knowledge_bases, expires })
    }

    fn text<'a>(&self, reader: &Reader<'a>, field: &str) -> Option<&'a str> {
        reader.text(&format!("{}.{field}", self.table))
    }

    fn refuse(&self, reader: &mut Reader<'_>, field: &str, message: String) {
        reader.refuse_within(&self.table, field, message);
    }

    /// The hash of a key, given directly or through its secret; field and message otherwise. No message holds a secret.
    fn hash(&self, reader: &Reader<'_>) -> Result<[u8; 32], (&'static str, String)> {
        let text = |field| self.text(reader, field);
        match (text("blake3"), text("secret"), text("secret_file")) {
            (Some(hex), None, None) => blake3::Hash::from_hex(hex)
                .map(Into::into)
                .map_err(|_| ("blake3", "应为 64 位十六进制的 BLAKE3，可用 yingda key 得到".to_owned())),
            (None, Some(secret), None) => hash_secret("secret", secret),
            (None, None, Some(file)) => match std::fs::read_to_string(file) {
                Ok(secret) => hash_secret("secret_file", secret.trim()),
                Err(error) => Err(("secret_file", format!("无法读取 {file}：{error}"))),
            },
            _ => Err(("secret", "blake3、secret、secret_file 三项必须且只能填一项".to_owned())),
        }
    }
}

fn role(text: &str) -> Option<Role> {
    match text {
        "frontend" => Some(Role::Frontend),
        "ticketing" => Some(Role::Ticketing),
        "staff" => Some(Role::Staff),
        _ => None,
    }
}

/// A moment, or the end of a day.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let after = text.parse::<Date>().ok()?.tomorrow().ok()?;
        Some(after.to_zoned(zone.clone()).ok()?.timestamp())
    })
}

fn hash_secret(field: &'static str, secret: &str) -> Result<[u8; 32], (&'static str, String)> {
    // A header's value has no blanks around it, so that such a secret could never match.
    if secret.trim() != secret {
        return Err((field, "密钥首尾不能有空白".to_owned()));
    }
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
            (format!("name = 'a'\nrole = 'boss'\n{GOOD}"), "key[0].role (第 3 行): 应为 frontend"),
            (format!("role = 'staff'\n{GOOD}"), "key[0].name (第 1 行): 需要 1 到 64"),
            ("name = 'a'\nrole = 'staff'\nsecret = 'short'".into(), "key[0].secret (第 4 行): 密钥太短"),
            (
                "name = 'a'\nrole = 'staff'\nsecret = ' blanks around a secret'".into(),
                "key[0].secret (第 4 行): 密钥首尾",
            ),
            ("name = 'a'\nrole = 'staff'".into(), "key[0].secret (第 1 行): blake3、secret、secret_file 三项必须"),
            (format!("name = 'a'\nrole = 'staff'\n{GOOD}\n{hash}"), "key[0].secret (第 4 行): blake3、secret"),
            (format!("name = 'a'\nrole = 'staff'\n{hash}"), "key[0].blake3 (第 4 行): 应为 64 位十六进制"),
            (
                "name = 'a'\nrole = 'staff'\nsecret_file = '/none'".into(),
                "key[0].secret_file (第 4 行): 无法读取 /none",
            ),
            (format!("name = 'a'\nrole = 'staff'\n{GOOD}\nkb = ['moon']"), "key[0].kb (第 5 行): 没有名为 moon"),
            (format!("name = 'a'\nrole = 'staff'\n{GOOD}\nrate = 1"), "key[0].rate (第 5 行): 没有这个配置项"),
            (format!("name = 'a'\nrole = 'staff'\n{GOOD}\nexpires = 'soon'"), "key[0].expires (第 5 行): 应为日期"),
            (
                format!("name = 'a'\nrole = 'staff'\n{GOOD}\n[[key]]\nname = 'a'\nrole = 'staff'\n{GOOD}x"),
                "key[1].name (第 6 行): 名称 a 重复",
            ),
            (
                format!("name = 'a'\nrole = 'staff'\n{GOOD}\n[[key]]\nname = 'b'\nrole = 'staff'\n{GOOD}"),
                "key[1].secret (第 8 行): 与另一个密钥相同",
            ),
        ] {
            let key = key.replace("secret'x", "secrets'");
            let problems = Config::check(RawConfig::from_toml(&format!("[[key]]\n{key}"))).unwrap_err();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].to_string().starts_with(fault), "{} is not about {fault}", problems[0]);
            assert!(!problems[0].to_string().contains("long enough"), "a secret is shown: {}", problems[0]);
        }
    }

    #[test]
    fn a_key_ends_at_a_moment_or_with_a_day() {
        for (written, expected) in [
            ("'2027-06-30'", "2027-06-30T16:00:00Z"), // the end of that day in Shanghai
            ("2027-06-30", "2027-06-30T16:00:00Z"),   // a date of TOML
            ("'2027-06-30T12:00:00+08:00'", "2027-06-30T04:00:00Z"),
            ("2027-06-30T12:00:00Z", "2027-06-30T12:00:00Z"),
        ] {
            let text = format!("[[key]]\nname = 'a'\nrole = 'staff'\n{GOOD}\nexpires = {written}");
            let config = Config::check(RawConfig::from_toml(&text)).unwrap();
            assert_eq!(config.keys[0].expires, Some(expected.parse().unwrap()), "{written}");
        }
    }
}
