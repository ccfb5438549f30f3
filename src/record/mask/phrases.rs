//! What words announce or shape: e-mail, plates, accounts, addresses, names.

use std::sync::LazyLock;

use regex::Regex;

use super::{HiddenSpan, PersonalKind};

/// A pattern whose first group, or else the whole match, is personal.
struct Pattern {
    kind: PersonalKind,
    regex: Regex,
}

/// Units of an address that a number follows or precedes.
const STREET: &str = "(?:路|街|大道|巷|弄|胡同|村|小区|花园|公寓|大厦|家园|苑|新村|广场)";
const COUNTED: &str = r"[0-9一二三四五六七八九十百]+(?:-[0-9]+)* *(?:号楼|号院|号|弄|巷|栋|幢|座|单元|层|楼|室|户)";
const ADMINISTRATIVE: &str = r"\p{Han}{2,8}?(?:省|自治区|市|自治州|区|县|旗|镇|乡|街道|村)";
/// Words before an address that are none of it.
const LEADING: [&str; 13] =
    ["寄到", "寄往", "寄给", "送到", "发到", "住在", "我家", "我住", "地址是", "地址", "从", "在", "到"];
/// The commonest surnames, so that 我叫了外卖 announces nobody.
const SURNAMES: &str = "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢\
                        姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤]";

#[expect(clippy::unwrap_used, reason = "the patterns are constants and every test run compiles them")]
static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let pattern = |kind, text: String| Pattern { kind, regex: Regex::new(&text).unwrap() };
    let announced = "(?:是|为|叫|:| )*";
    vec![
        pattern(PersonalKind::Email, r"[a-z0-9._%+-]+ *@ *[a-z0-9-]+(?: *\. *[a-z0-9-]+)+".to_owned()),
        pattern(
            PersonalKind::Plate,
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][ ·.-]?[a-z0-9]{4,5}[a-z0-9挂学警港澳]"
                .to_owned(),
        ),
        pattern(
            PersonalKind::Account,
            format!(r"(?:微信号|微信(?:是|:)|wx|vx|qq号?|支付宝账号|用户名|账号(?:是|:)){announced}([a-z0-9][a-z0-9_-]{{4,}})"),
        ),
        // With a street and a number in it, or a flat in a house.
        pattern(
            PersonalKind::Address,
            format!(
                r"(?:地址|住址|家住|住在|寄到|寄往|寄给|送到|发到|送货到){announced}((?:{ADMINISTRATIVE} *){{0,5}}[\p{{Han}}a-z0-9]{{1,12}}?{STREET} *(?:{COUNTED}[甲乙丙丁东西南北a-z]? *)*{COUNTED}[0-9]*)"
            ),
        ),
        pattern(
            PersonalKind::Address,
            format!(
                r"(?:{ADMINISTRATIVE} *){{0,5}}[\p{{Han}}a-z0-9]{{1,12}}?{STREET} *(?:{COUNTED}[甲乙丙丁东西南北a-z]? *)*{COUNTED}[0-9]*"
            ),
        ),
        pattern(PersonalKind::Address, format!(r"(?:{COUNTED} *){{2,}}[0-9]*|(?:{COUNTED} *)+[0-9]{{3,4}}")),
        // Three administrative units in a row name a place as closely as a street does.
        pattern(PersonalKind::Address, format!(r"(?:{ADMINISTRATIVE} *){{3,5}}")),
        pattern(
            PersonalKind::Name,
            format!(
                r"(?:我叫|我的名字|名字叫|姓名|收件人|收货人|联系人|户名|持卡人){announced}({SURNAMES}\p{{Han}}{{1,2}})"
            ),
        ),
    ]
});

/// Every announced or shaped part of folded text.
pub(super) fn find(folded: &[char]) -> Vec<HiddenSpan> {
    let text: String = folded.iter().collect();
    let mut found = Vec::new();
    for pattern in PATTERNS.iter() {
        for captures in pattern.regex.captures_iter(&text) {
            let Some(part) = captures.get(1).or_else(|| captures.get(0)) else { continue };
            if pattern.kind == PersonalKind::Plate && part.as_str().bytes().filter(u8::is_ascii_digit).count() < 3 {
                continue;
            }
            let mut hidden = part.as_str().trim_end();
            if pattern.kind == PersonalKind::Address {
                while let Some(rest) = LEADING.iter().find_map(|lead| hidden.strip_prefix(lead)) {
                    hidden = rest;
                }
            }
            let skipped = part.as_str().trim_end().len() - hidden.len();
            let start = text[..part.start() + skipped].chars().count();
            found.push(HiddenSpan { start, end: start + hidden.chars().count(), kind: pattern.kind });
        }
    }
    found
}
