//! Where traces of requests go, if anywhere.

use crate::config::section::{by, fraction, optional, section};

section! {
    /// Traces of requests, in the OpenTelemetry protocol.
    Traces in "traces" {
        /// Full URL that spans are posted to; nowhere where `None`.
        "endpoint" => endpoint: Option<String> = "", optional(by(
            "应为完整的网址，以 http:// 或 https:// 开头，例如 http://collector:4318/v1/traces",
            |text| {
                let host = ["http://", "https://"].into_iter().find_map(|scheme| text.strip_prefix(scheme));
                host.filter(|host| !host.is_empty() && !host.starts_with('/') && !text.contains(' ')).map(|_| text.to_owned())
            },
        )), "请求的追踪发到哪里（OTLP/HTTP，protobuf），例如 http://collector:4318/v1/traces；不填则不发。其中不含客户文字";
        /// Of the requests that come without a trace of their own, 0 to 1.
        "share" => share: f64 = "1", fraction(0.0..=1.0), "没有自带追踪编号的请求里，追踪多大一部分（0 到 1）";
    }
}
