//! The sample configuration, written from the sections so that it cannot drift from what is read.

use std::fmt::Write as _;

use super::catalogue::{KEY_FIELDS, keys};
use super::section::Key;

/// Tables that repeat and thus have no default to show.
const TABLES: &str = r#"
# API 密钥：一个 [[key]] 一把，请求头写 Authorization: Bearer 密钥。不配置则只能监听本机地址。
# role：frontend（提问、联想、评价）、ticketing（工单分类、工单进展、评价）、staff（全部）。
# blake3、secret、secret_file 三项填一项（yingda key 生成密钥和它的 blake3）；kb 限定可用的知识库，不填则全部可用；
# expires 是最后一天或失效的时刻，不填则一直有效。换密钥时新旧两把可以同时有效。
# [[key]]
# name = "web"
# role = "frontend"
# secret_file = "/run/secrets/yingda-web"
# kb = ["default"]
# expires = "2099-12-31"

# 更多知识库：一个 [kb.名称] 一个，地址在 /v1/kb/名称/ 之下。除 corpus 外都可以不填：没有 model 则只按规则和默认技能组
# 分派；encoder、time_zone、target_precision、suggest_target、answer_threshold、suggest_threshold、max_lost 不填则同上。
# [kb.phone]
# corpus = "corpora/phone"
# model = "models/phone"
# target_precision = 0.97
"#;

/// A complete configuration file in TOML: every key with its meaning, commented out at its default.
#[must_use]
pub fn sample() -> String {
    debug_assert!(KEY_FIELDS.iter().all(|field| TABLES.contains(field)), "a field of keys is not shown");
    let mut text = String::from("# 应答（Yingda）配置示例。下列各项均为默认值，去掉行首的 # 即可修改。\n");
    text.push_str("# 优先级：命令行参数 > 环境变量 > 本文件 > 默认值。相对路径以启动时的工作目录为准。\n");
    let mut table = "";
    for key in keys() {
        if key.table != table {
            table = key.table;
            // Writing to a string cannot fail.
            let _ = write!(text, "\n[{table}]");
        }
        let _ = write!(text, "\n# {}\n# （参数 --{}，环境变量 {}）\n", key.help, key.flag(), key.variable());
        let _ = writeln!(text, "# {} = {}", key.name, toml_value(key));
    }
    text.push_str(TABLES);
    text
}

fn is_list(key: &Key) -> bool {
    matches!(key.path().as_str(), "cors.origins" | "feedback.labels")
}

fn toml_value(key: &Key) -> String {
    if is_list(key) {
        let items: Vec<&str> = key.default.split(',').filter(|item| !item.is_empty()).collect();
        return format!("{items:?}");
    }
    match key.default.parse::<f64>() {
        Ok(_) => key.default.to_owned(),
        Err(_) => format!("{:?}", key.default),
    }
}
