//! The loopback listener against everything a browser or a neighbour may send it.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::time::Duration;

use google_oauth::{
    AnswerPage, ListenError, LoopbackListener, RedirectQuery, Settlement, WaitError, loopback_redirects,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

fn settle(query: &RedirectQuery) -> Settlement<String> {
    match (query.get("state"), query.get("code")) {
        (Some("right"), Some(code)) => Settlement::Settled(code.to_owned(), AnswerPage::new("Done", "Close this tab.")),
        _ => Settlement::Stray(AnswerPage::new("Not ours", "Ignored.")),
    }
}

struct Waiting {
    host: String,
    outcome: JoinHandle<Result<String, WaitError>>,
}

async fn listen(limit: Duration, cancel: CancellationToken) -> Waiting {
    let listener = LoopbackListener::bind_any("/").await.unwrap();
    let host = listener
        .redirect_uri()
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let deadline = Instant::now() + limit;
    Waiting {
        host,
        outcome: tokio::spawn(async move { listener.wait(deadline, &cancel, settle).await }),
    }
}

async fn waiting() -> Waiting {
    listen(Duration::from_secs(30), CancellationToken::new()).await
}

impl Waiting {
    async fn send(&self, raw: &str) -> String {
        let mut stream = TcpStream::connect(&self.host).await.unwrap();
        stream.write_all(raw.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    async fn get(&self, target: &str) -> String {
        self.send(&format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host))
            .await
    }
}

#[tokio::test]
async fn strays_of_all_kinds_are_refused_and_the_right_answer_settles() {
    let wait = waiting().await;
    let host = &wait.host;
    let _pre_connect = TcpStream::connect(host).await.unwrap();
    assert!(wait.get("/favicon.ico").await.starts_with("HTTP/1.1 404"));
    assert!(wait.get("/?state=wrong&code=stolen").await.starts_with("HTTP/1.1 400"));
    assert!(wait.get("/?error=access_denied").await.starts_with("HTTP/1.1 400"));
    assert!(
        wait.get("/?state=right&state=right&code=x")
            .await
            .starts_with("HTTP/1.1 400")
    );
    assert!(wait.get("/?state=right&code=%ff").await.starts_with("HTTP/1.1 400"));
    assert!(
        wait.get(&format!("/?state=right&code={}", "x".repeat(20_000)))
            .await
            .starts_with("HTTP/1.1 431")
    );
    for method in ["POST", "HEAD", "OPTIONS"] {
        let answer = wait
            .send(&format!(
                "{method} /?state=right&code=x HTTP/1.1\r\nHost: {host}\r\n\r\n"
            ))
            .await;
        assert!(answer.starts_with("HTTP/1.1 405"), "{method}");
    }
    let foreign = wait
        .send("GET /?state=right&code=x HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        .await;
    assert!(foreign.starts_with("HTTP/1.1 421"));
    assert!(
        wait.send("GET /?state=right&code=x HTTP/1.1\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 421")
    );
    assert!(wait.send("nonsense\r\n\r\n").await.starts_with("HTTP/1.1 400"));

    let answer = wait.get("/?state=right&code=good").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("Close this tab."));
    assert!(
        answer.contains("Cache-Control: no-store") && answer.contains("Content-Security-Policy: default-src 'none'")
    );
    let host = wait.host.clone();
    assert_eq!(wait.outcome.await.unwrap(), Ok("good".to_owned()));
    assert!(
        TcpStream::connect(&host).await.is_err(),
        "the address is closed after its answer"
    );
}

#[tokio::test]
async fn idle_and_slow_connections_do_not_hold_up_the_answer() {
    let wait = waiting().await;
    let mut held = Vec::new();
    for _ in 0..400 {
        let mut stream = TcpStream::connect(&wait.host).await.unwrap();
        stream.write_all(b"GET / HT").await.unwrap();
        held.push(stream);
    }
    let begun = std::time::Instant::now();
    assert!(wait.get("/?state=right&code=good").await.starts_with("HTTP/1.1 200"));
    assert_eq!(wait.outcome.await.unwrap(), Ok("good".to_owned()));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_browser_that_does_not_stay_for_the_page_still_settles() {
    let wait = waiting().await;
    let mut stream = TcpStream::connect(&wait.host).await.unwrap();
    let head = format!("GET /?state=right&code=good HTTP/1.1\r\nHost: {}\r\n\r\n", wait.host);
    stream.write_all(head.as_bytes()).await.unwrap();
    drop(stream);
    assert_eq!(wait.outcome.await.unwrap(), Ok("good".to_owned()));
}

#[tokio::test]
async fn the_wait_ends_when_cancelled_and_when_time_is_up() {
    let cancel = CancellationToken::new();
    let wait = listen(Duration::from_secs(30), cancel.clone()).await;
    cancel.cancel();
    assert_eq!(wait.outcome.await.unwrap(), Err(WaitError::Cancelled));
    let wait = listen(Duration::from_millis(300), CancellationToken::new()).await;
    wait.get("/?state=old&code=x").await;
    assert_eq!(wait.outcome.await.unwrap(), Err(WaitError::TimedOut { strays: 1 }));
}

#[tokio::test]
async fn registered_addresses_are_kept_to_the_letter_and_busy_ones_passed_over() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let busy = format!("http://127.0.0.1:{}/terms", taken.local_addr().unwrap().port());
    let open = format!("http://localhost:{}/Back/", free.local_addr().unwrap().port());
    drop(free);
    let listener = LoopbackListener::bind_first(&[&busy, &open]).await.unwrap();
    assert_eq!(listener.redirect_uri(), open);
    assert!(matches!(
        LoopbackListener::bind_first(&[&busy]).await,
        Err(ListenError::AllBusy { .. })
    ));
    assert!(matches!(
        LoopbackListener::bind_first(&["https://127.0.0.1:1/x"]).await,
        Err(ListenError::NoneRegistered)
    ));

    let registered = [
        "https://app.example/cb",
        "http://127.0.0.1:9/a",
        "http://[::1]:9/b",
        "http://10.0.0.1:9/c",
        "http://localhost/d?x",
    ];
    let registered: Vec<String> = registered.map(str::to_owned).into();
    assert_eq!(
        loopback_redirects(&registered),
        ["http://127.0.0.1:9/a", "http://[::1]:9/b"]
    );
}
