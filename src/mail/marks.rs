//! What single lines of a mail are: headings of quoted and forwarded mail, header fields, notices, sign-offs.

/// Longest heading of a quotation, in characters.
const HEADING: usize = 200;

pub(super) fn any_in(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

pub(super) fn is_short(line: &str, most: usize) -> bool {
    line.chars().nth(most).is_none()
}

pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '_' | '=' | '*' | '—' | '–' | '─' | '━' | '－' | '＿' | '#' | '＝' | '~' | '·')
}

/// Number of marks a line is ruled with at its beginning.
fn ruled(line: &str) -> usize {
    line.chars().take_while(|c| is_dash(*c)).count()
}

/// A line of dashes and nothing else.
pub(super) fn is_rule(line: &str) -> bool {
    ruled(line) >= 4 && line.chars().all(|c| is_dash(c) || c.is_whitespace())
}

/// The usual mark before a signature.
pub(super) fn is_signature_mark(line: &str) -> bool {
    matches!(line, "--" | "—" | "——" | "———")
}

/// A line by which a program says that it signs.
pub(super) fn is_automatic_signature(line: &str) -> bool {
    any_in(line, &["自动签名", "以下为签名", "以下是签名"]) && is_short(line, 14)
}

/// What a heading begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heading {
    Quote,
    Forward,
    /// In the log of a ticket system: what the customer wrote.
    Customer,
}

/// A line like `---- 原始邮件 ----` or `----- 客户回复 2026-10-12 -----`.
pub(super) fn heading(line: &str) -> Option<Heading> {
    if line.is_empty() || !is_short(line, 60) {
        return None;
    }
    let lower = line.to_lowercase();
    if any_in(&lower, &["begin forwarded message"]) {
        return Some(Heading::Forward);
    }
    let inside =
        lower.trim_matches(|c: char| is_dash(c) || c.is_whitespace() || matches!(c, '>' | ':' | '：' | '【' | '】'));
    let framed = ruled(line) >= 2;
    let bare = framed || is_short(inside, 16);
    const FORWARDS: [&str; 9] = [
        "转发的邮件",
        "转发邮件",
        "转发的消息",
        "转发的信息",
        "转发信息",
        "轉寄的郵件",
        "轉寄郵件",
        "forwarded message",
        "以下是转发",
    ];
    const QUOTES: [&str; 12] = [
        "原始邮件",
        "原始消息",
        "原始信息",
        "原邮件",
        "邮件原文",
        "邮件原件",
        "原始郵件",
        "original message",
        "original mail",
        "original appointment",
        "回复原文",
        "历史邮件",
    ];
    if bare && FORWARDS.iter().any(|word| inside.starts_with(word)) {
        return Some(Heading::Forward);
    }
    if bare && QUOTES.iter().any(|word| inside.starts_with(word))
        || framed && matches!(inside, "original" | "reply message" | "原文")
    {
        return Some(Heading::Quote);
    }
    if !framed || inside.is_empty() {
        return None;
    }
    const CUSTOMERS: [&str; 7] = ["客户", "用户", "顾客", "买家", "customer", "requester", "您的"];
    const STAFF: [&str; 9] = ["客服", "系统", "坐席", "座席", "商家", "agent", "support", "system", "处理记录"];
    let stamped = inside.contains(|c: char| c.is_ascii_digit()) || any_in(inside, &["回复", "留言", "reply"]);
    match () {
        () if stamped && CUSTOMERS.iter().any(|word| inside.starts_with(word)) => Some(Heading::Customer),
        () if stamped && STAFF.iter().any(|word| inside.starts_with(word)) => Some(Heading::Quote),
        () => None,
    }
}

/// A line like `On … wrote:` or `在 … 写道：`.
pub(super) fn is_attribution(line: &str) -> bool {
    let lower =
        line.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '，' | ',')).to_lowercase();
    let says = ["写道", "寫道", " wrote", "写到", "发表", "schrieb", "来信说"].iter().any(|end| lower.ends_with(end));
    let dated = lower.contains(|c: char| c.is_ascii_digit()) || lower.contains('@');
    says && dated && is_short(line, HEADING)
}

/// The beginning of an attribution that goes on in the next line.
pub(super) fn begins_attribution(line: &str) -> bool {
    let dated = line.contains(|c: char| c.is_ascii_digit());
    dated && is_short(line, HEADING) && (line.starts_with("On ") || line.starts_with("在 ") || line.starts_with("於 "))
}

/// A field of the header of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// Who sent it.
    From,
    Other,
}

/// The header field that a line holds.
pub(super) fn field(line: &str) -> Option<Field> {
    let (name, _) = line.split_once([':', '：'])?;
    let name: String = name.chars().filter(|c| !c.is_whitespace() && !matches!(c, '*' | '>' | '　')).collect();
    match name.to_lowercase().as_str() {
        "发件人" | "寄件人" | "寄件者" | "發件人" | "发信人" | "from" | "sender" => Some(Field::From),
        "发送时间" | "發送時間" | "发送日期" | "寄件日期" | "日期" | "时间" | "发件时间" | "收件人" | "收件者"
        | "抄送" | "密送" | "副本" | "主题" | "主旨" | "主題" | "标题" | "附件" | "sent" | "date" | "to" | "cc"
        | "bcc" | "subject" | "reply-to" | "重要性" | "importance" => Some(Field::Other),
        _ => None,
    }
}

/// A line of a ticket's log: who said something when, or the number of the ticket.
pub(super) fn is_log(line: &str) -> bool {
    let who = ["客服", "客户", "系统", "坐席", "工单编号", "工单号", "ticket", "agent", "customer"];
    let lower = line.to_lowercase();
    who.iter().any(|word| lower.starts_with(word)) && line.chars().take(24).any(|c| c.is_ascii_digit())
}

/// What a program or a company adds to each mail.
pub(super) fn is_notice(line: &str) -> bool {
    let lower = line.to_lowercase();
    const NOTICES: [&str; 36] = [
        "邮件由系统",
        "系统自动发",
        "系统自动生成",
        "系统自动通知",
        "自动发送",
        "自动发出",
        "自动生成",
        "请勿直接回复",
        "请勿回复",
        "勿回复此",
        "系统邮件",
        "退订",
        "取消订阅",
        "unsubscribe",
        "在浏览器中查看",
        "view in browser",
        "收到此邮件是因为",
        "收到这封邮件是因为",
        "不想再收到",
        "回复此邮件即可",
        "回复本邮件即可",
        "直接回复可",
        "此邮件来自",
        "保留所有权利",
        "版权所有",
        "all rights reserved",
        "打印前",
        "考虑环境",
        "考虑环保",
        "before printing",
        "请在此行以上回复",
        "在此线以上回复",
        "above this line",
        "do not reply",
        "扫描仪",
        "已做公证",
    ];
    // Who speaks of themselves may well speak of a notice.
    let own_words = ["我", "俺", "本人"].iter().any(|word| line.replace("我们", "").replace("我司", "").contains(word));
    (any_in(&lower, &NOTICES) && !own_words) || is_hotline(line) || line.starts_with('©')
}

/// A line that names a number to call and says nothing else, as companies put it below their mail.
pub(super) fn is_hotline(line: &str) -> bool {
    let Some((name, number)) = line.rsplit_once([':', '：', '|', ' ']) else { return false };
    let called = ["热线", "电话", "專線", "专线", "熱線", "電話"];
    let official =
        ["投诉", "举报", "监督", "客服", "服务", "咨询", "全国", "消费者", "24小时", "投訴", "舉報", "客戶", "客户"];
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let plain =
        number.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '－' | '—' | '/' | '、' | '(' | ')' | ' '));
    let spoken = name.contains(['，', ',', '。', '？', '?', '！', '!', '我', '你', '您', '吗']);
    let name = name.trim_end_matches([':', '：', ' ']);
    is_short(line, 40) && digits >= 3 && plain && !spoken && any_in(name, &called) && any_in(name, &official)
}

/// A line below which everything was there before, as ticket systems put it.
pub(super) fn is_reply_limit(line: &str) -> bool {
    let lower = line.to_lowercase();
    any_in(&lower, &["此行以上", "此线以上", "这条线以上", "above this line"])
}

/// A note on who may read the mail.
pub(super) fn is_confidentiality(line: &str) -> bool {
    let lower = line.to_lowercase();
    let mail = any_in(&lower, &["邮件", "電郵", "电邮", "e-mail", "email", "message", "信息"]);
    let secret = [
        "保密",
        "机密",
        "误收",
        "错收",
        "免责",
        "指定收件人",
        "仅供收件人",
        "仅限于发送",
        "未经授权",
        "法律保护",
        "confidential",
        "intended recipient",
        "intended only",
        "intended solely",
        "privileged",
        "received it by mistake",
        "received this in error",
        "disclaimer",
    ];
    mail && any_in(&lower, &secret) || lower.starts_with("confidentiality notice") || lower.starts_with("免责声明")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        assert_eq!(heading("------------------ 原始邮件 ------------------"), Some(Heading::Quote));
        assert_eq!(heading("---------- Forwarded message ---------"), Some(Heading::Forward));
        assert_eq!(heading("===== 用户留言 2026-01-02 ====="), Some(Heading::Customer));
        assert_eq!(heading("原始邮件里的附件打不开，请重新发一份给我，谢谢"), None);
        assert!(
            is_attribution("2026年1月2日 上午9:30，某店 <a@shop.example> 写道：") && !is_attribution("他在信里写道：")
        );
        assert!(field("发送时间: 2026年1月2日").is_some() && field("订单号: 17").is_none());
        assert!(is_notice("不想再收到请退订") && !is_notice("我点了退订还是天天收到"));
        assert!(is_notice("全国消费者投诉举报热线：12315") && is_notice("客服电话 400-000-0000"));
        assert!(
            !is_notice("你们的客服电话：400-000-0000")
                && !is_notice("订单号：123456")
                && !is_notice("我的电话：13000000000")
        );
        assert!(is_confidentiality("本邮件含有保密信息，如误收请删除。"));
    }
}
