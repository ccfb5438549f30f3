//! A bare axum server that parses a JSON body and sends it back: the yardstick of the load test.

#![expect(clippy::print_stdout, reason = "the load test reads the address from standard output")]

use axum::{Json, Router, routing::post};

#[tokio::main(worker_threads = 2)]
async fn main() -> std::io::Result<()> {
    let app = Router::new().route("/echo", post(|Json(body): Json<serde_json::Value>| async move { Json(body) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await
}
