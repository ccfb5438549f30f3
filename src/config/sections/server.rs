//! The listening side: address, threads, time limits, and what is refused when there is too much.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::config::section::{Reading, at_least_one, by, milliseconds, number, parsed, section};

section! {
    /// How requests come in and how long they may take.
    Listening in "" {
        /// Port 0 lets the system choose. Loopback whenever no keys are configured.
        "listen" => listen: SocketAddr = "127.0.0.1:8080", parsed("应为 IP:端口，例如 127.0.0.1:8080"),
            "监听地址（IP:端口）；端口 0 由系统选择。未配置任何密钥时只允许本机地址";
        /// Threads for requests.
        "workers" => workers: NonZeroUsize = "0", workers(), "处理请求的线程数；0 表示 CPU 核数";
        "request_timeout_ms" => request_timeout: Duration = "5000", milliseconds(1..=600_000),
            "单个请求的时限（毫秒）；重载与回滚不受此限";
        /// Requests waiting or at work at once; `workers` of them work.
        "max_in_flight" => max_in_flight: NonZeroUsize = "256", at_least_one(1_000_000),
            "同时排队和处理的请求数上限，超过立即返回 503";
        "queue_wait_ms" => queue_wait: Duration = "200", milliseconds(0..=60_000),
            "请求最多排队多久（毫秒）；队列一直排不空时只等十分之一";
        /// How long requests are still taken after the readiness probe has turned.
        "shutdown_delay_ms" => shutdown_delay: Duration = "200", milliseconds(0..=600_000),
            "收到停止信号后，/readyz 先转为未就绪，再过多久才停止接受连接（毫秒）；前面有负载均衡时设为它的探测间隔以上";
        "shutdown_grace_ms" => shutdown_grace: Duration = "10000", milliseconds(0..=600_000),
            "收到停止信号后，最多等待在途请求多久（毫秒）";
        /// Whether `/metrics` needs no key; `None` where that follows from the address.
        "metrics_public" => metrics_public: Option<bool> = "auto", metrics_public(),
            "/metrics 是否无需密钥（true、false；auto 表示仅监听本机时公开）";
    }
}

impl Listening {
    /// Whether anybody who reaches the service may read its metrics.
    #[must_use]
    pub fn metrics_are_public(&self) -> bool {
        self.metrics_public.unwrap_or_else(|| self.listen.ip().is_loopback())
    }
}

fn workers() -> Reading<NonZeroUsize> {
    let count = number(0..=1_024);
    by(count.hint, move |text| {
        let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        (count.parse)(text).map(|count: usize| NonZeroUsize::new(count).unwrap_or_else(cores))
    })
}

fn metrics_public() -> Reading<Option<bool>> {
    by("应为 true、false 或 auto", |text| if text == "auto" { Some(None) } else { text.parse().ok().map(Some) })
}
