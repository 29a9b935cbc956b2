//! The listener: from a browser's redirect to the settled answer, alone and among sockets that say nothing.

use std::time::{Duration, Instant};

use google_oauth::{AnswerPage, LoopbackListener, RedirectQuery, Settlement};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// From the redirect's first byte to the answer in the hands of who waits.
pub async fn settled(idle: usize) -> Duration {
    let listener = LoopbackListener::bind_any("/").expect("a port");
    let uri = url::Url::parse(listener.redirect_uri()).expect("a URL");
    let host = uri[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    let settle = |query: &RedirectQuery| match query.get("code") {
        Some(_) => Settlement::Settled(Instant::now(), AnswerPage::Arrived),
        None => Settlement::Stray(AnswerPage::OtherSignIn),
    };
    let waiting = tokio::spawn(async move { listener.wait(deadline, &CancellationToken::new(), settle).await });
    let mut held = Vec::new();
    for _ in 0..idle {
        held.push(TcpStream::connect(&host).await.expect("a socket"));
    }
    let begun = Instant::now();
    let mut browser = TcpStream::connect(&host).await.expect("a socket");
    let head = format!("GET /?code=x HTTP/1.1\r\nHost: {host}\r\n\r\n");
    browser.write_all(head.as_bytes()).await.expect("the redirect is sent");
    waiting.await.expect("the wait").expect("the answer");
    begun.elapsed()
}
