//! What single lines around a message are that a person or their device wrote: addresses, sign-offs, ways to reach
//! somebody, names, the mark of the device.

use super::marks::{any_in, is_dash, is_short};

/// A line like 发自我的iPhone.
pub(super) fn is_device(line: &str) -> bool {
    let bare = line.trim_start_matches(|c: char| is_dash(c) || c.is_whitespace());
    let lower = bare.to_lowercase();
    let begins = [
        "发自",
        "發自",
        "来自",
        "來自",
        "发送自",
        "从我的",
        "由我的",
        "通过",
        "sent from",
        "sent with",
        "sent via",
        "get outlook",
        "使用",
    ];
    let sent = ["发送", "寄出", "发出"].iter().any(|end| lower.ends_with(end));
    let program = [
        "手机",
        "手機",
        "邮箱",
        "郵箱",
        "邮件",
        "郵件",
        "iphone",
        "ipad",
        "android",
        "outlook",
        "华为",
        "小米",
        "oppo",
        "vivo",
        "荣耀",
        "三星",
        "魅族",
        "一加",
        "客户端",
        "大师",
        "微信",
        "foxmail",
        "mail",
        "qq",
        "网易",
        "windows",
        "mac",
        "平板",
        "电脑",
        "phone",
        "pad",
        "ios",
    ];
    let talks = line.contains(['。', '？', '?', '！', '，']);
    is_short(bare, 34)
        && !talks
        && (begins.iter().any(|word| lower.starts_with(word)) || sent)
        && any_in(&lower, &program)
}

/// Where in a line the mark of a device begins that ends it; something else stands before it.
pub(super) fn device_at_end(line: &str) -> Option<usize> {
    let line = line.trim_end();
    let found =
        ["发自我的", "發自我的", "Sent from my", "来自我的"].iter().filter_map(|mark| line.rfind(mark)).max()?;
    let (before, mark) = line.split_at(found);
    (before.contains(char::is_alphanumeric) && is_device(mark) && is_short(mark, 20)).then_some(found)
}

/// A line that takes leave.
pub(super) fn is_sign_off(line: &str) -> bool {
    let bare = line.trim_end_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if !is_short(&bare, 16) || bare.is_empty() {
        return false;
    }
    let whole = [
        "此致",
        "敬礼",
        "谢谢",
        "多谢",
        "感谢",
        "谢谢您",
        "谢谢你",
        "非常感谢",
        "祝好",
        "祝安",
        "期待回复",
        "期待您的回复",
        "盼复",
        "望回复",
        "商祺",
        "顺颂商祺",
        "顺祝商祺",
        "敬上",
        "regards",
        "best regards",
        "kind regards",
        "warm regards",
        "best",
        "best wishes",
        "thanks",
        "many thanks",
        "thank you",
        "thanks & regards",
        "thanks and regards",
        "thx",
        "cheers",
        "sincerely",
        "yours sincerely",
        "br",
    ];
    let wishes = ["祝", "顺祝", "顺颂", "敬祝", "此致"].iter().any(|word| bare.starts_with(word));
    whole.contains(&bare.as_str()) || wishes || bare.ends_with("敬上") || bare.ends_with("敬启")
}

/// A line that tells how to reach somebody, as signatures do.
pub(super) fn is_contact(line: &str) -> bool {
    let lower = line.to_lowercase();
    let reach = [
        "联系人",
        "电话",
        "手机",
        "tel",
        "mob",
        "fax",
        "传真",
        "总机",
        "热线",
        "分机",
        "座机",
        "邮箱:",
        "邮箱：",
        "e-mail",
        "email",
        "@",
        "微信",
        "qq:",
        "qq：",
        "地址:",
        "地址：",
        "网址",
        "www.",
        "http",
        "邮编",
        "☎",
        "📞",
    ];
    let digits = lower.chars().filter(char::is_ascii_digit).count();
    let bare_number = digits >= 7 && lower.chars().all(|c| c.is_ascii_digit() || "+- ()x*".contains(c));
    let names_who = lower.contains(['|', '｜']) && is_short(line, 60);
    is_short(line, 70) && !says_something(line) && (any_in(&lower, &reach) || bare_number || names_who)
}

/// A line that addresses somebody and says nothing else.
pub(super) fn is_salutation(line: &str) -> bool {
    let addressed = line.ends_with(['：', ':', '，', ',']) && is_short(line, 24);
    let matter = ["请", "问", "麻烦", "订单", "如下", "原因", "情况", "单号", "地址", "退", "换", "发票", "要"];
    let greets = ["dear ", "hi ", "hello ", "to whom"].iter().any(|word| line.to_lowercase().starts_with(word));
    let bare = line.trim_end_matches(|c: char| !c.is_alphanumeric());
    let polite = ["您好", "你好", "大家好", "各位好", "下午好", "上午好", "早上好", "晚上好"]
        .iter()
        .any(|word| bare.ends_with(word));
    let inside = line.trim_end_matches(['：', ':', '，', ',']).contains(['，', ',', '。', '；', '？', '?', ':', '：']);
    addressed && (greets || polite || (!inside && is_short(bare, 14) && !any_in(line, &matter)))
        || polite && is_short(bare, 12)
}

/// Whether a line is a sentence rather than a name, a post or a date.
pub(super) fn says_something(line: &str) -> bool {
    line.contains(['。', '？', '?', '！', '!', '，', '；']) || line.contains(", ") && line.chars().count() > 40
}

/// A line short enough for a name, a post, a department, a company or a date.
pub(super) fn is_name_like(line: &str) -> bool {
    is_short(line, 30) && !says_something(line) && field_like(line)
}

/// Fields that customers write of their matter are none of a signature.
fn field_like(line: &str) -> bool {
    !any_in(line, &["单号", "订单", "税号", "账号", "帐号", "抬头", "型号", "编号", "金额", "单位名称", "开户", "收货"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        assert!(is_device("—— 发自某某邮箱大师") && !is_device("来自北京的快递一直没有更新，手机上查不到"));
        assert_eq!(device_at_end("麻烦尽快，谢谢 发自我的iPhone"), Some("麻烦尽快，谢谢 ".len()));
        assert!(is_contact("电话：010-00000000 转 8") && !is_contact("请打电话给我，号码没有变。"));
        assert!(
            is_sign_off("Best regards,")
                && is_sign_off("顺颂商祺！")
                && !is_sign_off("谢谢你们上次帮我换的货，这次又坏了")
        );
        assert!(is_salutation("某店客服，下午好：") && !is_salutation("要退的有两件：") && !is_salutation("你好吗"));
    }
}
