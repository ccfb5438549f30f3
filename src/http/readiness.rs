//! Asks a running service whether it is ready, as a probe would.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt as _;
use http_body_util::Limited;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Bytes of an answer that are read.
const MAX_ANSWER: usize = 64 << 10;

/// What a service said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    pub ready: bool,
    /// The body of its answer.
    pub detail: String,
}

/// Asks `/readyz` at an address.
///
/// # Errors
/// Nobody listens there, the answer is not HTTP, or none came in time.
pub async fn readiness(address: SocketAddr, patience: Duration) -> io::Result<Readiness> {
    timeout(patience, ask(address)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

async fn ask(address: SocketAddr) -> io::Result<Readiness> {
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    let (mut sender, connection) = http1::handshake(stream).await.map_err(io::Error::other)?;
    let request = Request::get("/readyz").header(header::HOST, address.to_string()).body(Body::empty());
    let exchange = async {
        let answer = sender.send_request(request.map_err(io::Error::other)?).await.map_err(io::Error::other)?;
        let ready = answer.status() == StatusCode::OK;
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await.map_err(io::Error::other)?;
        Ok(Readiness { ready, detail: String::from_utf8_lossy(&body.to_bytes()).into_owned() })
    };
    // The connection is driven beside the exchange and needs no end of its own.
    tokio::select! {
        answered = exchange => answered,
        ended = connection => {
            ended.map_err(io::Error::other)?;
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
}
