//! Every scalar setting on one screen: key path, default and what it means.
//!
//! File, environment, flags, help text and the sample configuration all come from this table. It does not say which
//! values are right: that is `check.rs`.

/// One setting. Its flag is the path with `-` (`--log-level`), its variable `YINGDA_` and the path in capitals.
#[derive(Debug)]
pub struct Key {
    /// Path in the TOML file; a dot is a table.
    pub path: &'static str,
    /// Text form of the value where nobody sets one; empty means unset.
    pub default: &'static str,
    /// What it means, in Chinese, for help and sample.
    pub help: &'static str,
}

const fn key(path: &'static str, default: &'static str, help: &'static str) -> Key {
    Key { path, default, help }
}

/// All scalar settings, in the order of the sample file: keys without a table come first, as TOML demands.
pub const KEYS: &[Key] = &[
    key("listen", "127.0.0.1:8080", "监听地址（IP:端口）；端口 0 由系统选择。未配置任何密钥时只允许本机地址"),
    key("corpus", "", "默认知识库的语料目录；不填则使用内置语料"),
    key("model", "", "默认知识库的工单模型目录；不填则使用内置模型"),
    key("data", "yingda-data", "状态目录（不存在时自动创建），保存发布过的语料版本；none 表示什么都不保存"),
    key(
        "encoder",
        "standard",
        "句向量编码器：standard（每问约半毫秒）或 accurate（更准，每问约 7 毫秒，首次载入每千个问法约 4 秒）",
    ),
    key("time_zone", "Asia/Shanghai", "语料里不带时区的日期按哪个时区理解（IANA 名称）"),
    key("workers", "0", "处理请求的线程数；0 表示 CPU 核数"),
    key("request_timeout_ms", "5000", "单个请求的时限（毫秒）；重载与回滚不受此限"),
    key("max_in_flight", "256", "同时处理的请求数上限，超过则短暂等待，仍无空位返回 503"),
    key("queue_wait_ms", "200", "没有空位时最多等待多久（毫秒），等待人数与 max_in_flight 相同"),
    key("shutdown_grace_ms", "10000", "收到停止信号后，最多等待在途请求多久（毫秒）"),
    key(
        "target_precision",
        "0.95",
        "直接回答的目标正确率（0.5 到 0.999）；门槛按知识库自己的证据得出，证据不足时用保守门槛且不作承诺",
    ),
    key("suggest_target", "0.5", "“您是不是想问”里应有正确条目的比例（0.05 到 0.99）；证据不足时门槛为 0.25"),
    key("max_lost", "0.3", "发布时最多可以少掉多大比例的条目（0 到 1）；超过则拒绝，除非 force"),
    key("answer_threshold", "", "手工设定直接回答的置信度门槛（0 到 1）；不填则按 target_precision 得出"),
    key("suggest_threshold", "", "手工设定“您是不是想问”的置信度门槛（0 到 1）；不填则按 suggest_target 得出"),
    key("metrics_public", "auto", "/metrics 是否无需密钥（true、false；auto 表示仅监听本机时公开）"),
    key("log.format", "text", "日志格式：text 或 json"),
    key("log.level", "info", "日志级别：error、warn、info、debug、trace；info 及以上不记录客户文字"),
    key("limits.body_bytes", "65536", "一般请求体的字节上限"),
    key("limits.ticket_body_bytes", "262144", "单张工单请求体的字节上限"),
    key("limits.batch_body_bytes", "2097152", "批量分类请求体的字节上限"),
    key("limits.question_chars", "500", "问题的字数上限（去掉首尾空白后）"),
    key("limits.ticket_chars", "20000", "工单正文的字数上限"),
    key("limits.batch_tickets", "1000", "一次批量分类的工单数上限"),
    key("rate_limit.per_second", "1000", "每个密钥每秒的请求数；0 表示不限。未配置密钥时不限"),
    key("rate_limit.burst", "2000", "每个密钥允许的瞬时请求数"),
    key("cors.origins", "", "允许跨域访问的网页来源，如 [\"https://www.example.com\"]；默认都不允许"),
];

impl Key {
    /// Name of the command line flag, without the dashes.
    #[must_use]
    pub fn flag(&self) -> String {
        self.path.replace(['.', '_'], "-")
    }

    /// Name of the environment variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("YINGDA_{}", self.path.replace('.', "_").to_uppercase())
    }
}
