//! Names of the channels a customer writes on, as people write them → the one form the API uses.

/// Chinese names of channels people write in files and headers, with the name the API uses.
const CHANNEL_NAMES: [(&str, &str); 16] = [
    ("微信", "wechat"),
    ("公众号", "wechat"),
    ("企业微信", "wecom"),
    ("小程序", "miniprogram"),
    ("短信", "sms"),
    ("电话", "phone"),
    ("热线", "phone"),
    ("网页", "web"),
    ("网站", "web"),
    ("官网", "web"),
    ("邮件", "email"),
    ("邮箱", "email"),
    ("微博", "weibo"),
    ("抖音", "douyin"),
    ("淘宝", "taobao"),
    ("京东", "jd"),
];

/// The one form of a channel's name: lower case, Chinese names of the usual channels in English. Others stay free.
#[must_use]
pub fn channel_key(name: &str) -> String {
    let lower = name.trim().to_lowercase();
    CHANNEL_NAMES.iter().find(|(chinese, _)| *chinese == lower).map_or(lower, |(_, key)| (*key).to_owned())
}

/// Whether a channel key is one of the usual channels.
pub(crate) fn is_usual_channel(key: &str) -> bool {
    key == "app" || CHANNEL_NAMES.iter().any(|(_, usual)| *usual == key)
}
