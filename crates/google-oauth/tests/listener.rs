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
        (Some("right"), Some(code)) => Settlement::Settled(code.to_owned(), AnswerPage::Arrived),
        _ => Settlement::Stray(AnswerPage::OtherSignIn),
    }
}

struct Waiting {
    host: String,
    outcome: JoinHandle<Result<String, WaitError>>,
}

fn listen(limit: Duration, cancel: CancellationToken) -> Waiting {
    let listener = LoopbackListener::bind_any("/").unwrap();
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

fn waiting() -> Waiting {
    listen(Duration::from_secs(30), CancellationToken::new())
}

impl Waiting {
    async fn send(&self, raw: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.host).await.unwrap();
        stream.write_all(raw).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    async fn request(&self, method: &str, target: &str, host: &str, more: &str) -> String {
        let head = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n");
        self.send(head.as_bytes()).await
    }

    async fn get(&self, target: &str) -> String {
        self.request("GET", target, &self.host, "").await
    }

    /// The wait has ignored all that came, and the right answer still settles it.
    async fn settles(self) {
        let answer = self.get("/?state=right&code=good").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert_eq!(self.outcome.await.unwrap(), Ok("good".to_owned()));
        assert!(
            TcpStream::connect(&self.host).await.is_err(),
            "the address is closed after its answer"
        );
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn c1_a_favicon_first_is_refused_and_the_wait_goes_on() {
    let wait = waiting();
    assert_eq!(status(&wait.get("/favicon.ico").await), "404");
    assert_eq!(
        status(&wait.get("/apple-touch-icon.png?state=right&code=x").await),
        "404"
    );
    wait.settles().await;
}

#[tokio::test]
async fn c2_an_idle_pre_connect_does_not_hold_up_the_answer() {
    let wait = waiting();
    let _pre_connects = [
        TcpStream::connect(&wait.host).await.unwrap(),
        TcpStream::connect(&wait.host).await.unwrap(),
    ];
    // Well under the time that a silent connection is given: an idle one is never waited for.
    tokio::time::timeout(Duration::from_secs(5), wait.settles())
        .await
        .unwrap();
}

#[tokio::test]
async fn c3_a_thousand_slow_connections_are_capped_and_do_not_keep_the_answer_out() {
    let wait = waiting();
    let mut held = Vec::new();
    for number in 0..1000 {
        let mut stream = TcpStream::connect(&wait.host).await.unwrap();
        // Some say nothing, the others never finish their head.
        if number % 2 == 0 {
            stream.write_all(b"GET / HT").await.unwrap();
        }
        held.push(stream);
    }
    // The oldest were ended to make room.
    let mut byte = [0];
    let ended = tokio::time::timeout(Duration::from_secs(5), held[0].read(&mut byte))
        .await
        .unwrap();
    assert!(!matches!(ended, Ok(1..)), "ended without a word: {ended:?}");
    wait.settles().await;
}

#[tokio::test]
async fn c3_a_flood_of_silent_connections_does_not_end_one_that_is_being_answered() {
    let wait = waiting();
    let mut answered = TcpStream::connect(&wait.host).await.unwrap();
    let head = format!("GET /favicon.ico HTTP/1.1\r\nHost: {}\r\n\r\n", wait.host);
    answered.write_all(head.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    answered.read_exact(&mut first).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..200 {
        held.push(TcpStream::connect(&wait.host).await.unwrap());
    }
    let mut page = String::new();
    answered.read_to_string(&mut page).await.unwrap();
    assert!(page.ends_with("</html>"), "the page was read to its end");
    wait.settles().await;
}

#[tokio::test]
async fn c4_a_code_with_a_wrong_state_is_ignored_and_counted() {
    let wait = listen(Duration::from_millis(400), CancellationToken::new());
    assert_eq!(status(&wait.get("/?state=wrong&code=stolen").await), "400");
    assert_eq!(status(&wait.get("/?code=stolen").await), "400");
    assert_eq!(wait.outcome.await.unwrap(), Err(WaitError::TimedOut { strays: 2 }));
}

#[tokio::test]
async fn c5_a_forged_error_without_state_is_ignored() {
    let wait = waiting();
    assert_eq!(status(&wait.get("/?error=access_denied").await), "400");
    wait.settles().await;
}

#[tokio::test]
async fn c6_other_verbs_are_ignored() {
    let wait = waiting();
    for method in ["POST", "HEAD", "OPTIONS", "PUT", "CONNECT", "TRACE"] {
        let answer = wait.request(method, "/?state=right&code=x", &wait.host, "").await;
        assert_eq!(status(&answer), "405", "{method}");
        assert!(answer.contains("\r\nAllow: GET\r\n"));
        assert_eq!(answer.ends_with("\r\n\r\n"), method == "HEAD", "{method}");
    }
    wait.settles().await;
}

#[tokio::test]
async fn c7_a_foreign_host_or_none_is_ignored() {
    let wait = waiting();
    let port = wait.host.split(':').nth(1).unwrap();
    for host in [
        "evil.example",
        &format!("localhost:{port}"),
        "127.0.0.1",
        &format!("127.0.0.1.evil.example:{port}"),
    ] {
        let answer = wait.request("GET", "/?state=right&code=x", host, "").await;
        assert_eq!(status(&answer), "421", "{host}");
    }
    assert_eq!(
        status(&wait.send(b"GET /?state=right&code=x HTTP/1.1\r\n\r\n").await),
        "421"
    );
    let twice = format!("Host: {}\r\n", wait.host);
    let answer = wait.request("GET", "/?state=right&code=x", &wait.host, &twice).await;
    assert_eq!(status(&answer), "400", "two hosts");
    wait.settles().await;
}

#[tokio::test]
async fn c8_duplicated_parameters_are_ignored() {
    let wait = waiting();
    for query in [
        "state=right&state=right&code=x",
        "state=right&code=x&code=x",
        "state=right&%63ode=y&code=x",
        "state=right&code=x&error=a&error=b",
    ] {
        assert_eq!(status(&wait.get(&format!("/?{query}")).await), "400", "{query}");
    }
    wait.settles().await;
}

#[tokio::test]
async fn c12_oversize_and_bad_utf8_are_ignored() {
    let wait = waiting();
    let long = "x".repeat(20_000);
    assert_eq!(status(&wait.get(&format!("/?state=right&code={long}")).await), "431");
    assert_eq!(
        status(&wait.get(&format!("/?state=right&code={}", &long[..5_000])).await),
        "400"
    );
    assert_eq!(status(&wait.get("/?state=right&code=%ff").await), "400");
    assert_eq!(status(&wait.get("/?state=right&code=%F").await), "400");
    let raw = format!("GET /?state=right&code=\u{e9} HTTP/1.1\r\nHost: {}\r\n\r\n", wait.host);
    assert_eq!(status(&wait.send(raw.as_bytes()).await), "400");
    assert_eq!(status(&wait.send(b"nonsense\r\n\r\n").await), "400");
    assert_eq!(
        status(&wait.send(b"\x16\x03\x01\x02\x00\r\n\r\n").await),
        "400",
        "TLS on a plain port"
    );
    wait.settles().await;
}

#[tokio::test]
async fn c11_of_two_right_answers_at_once_one_settles() {
    let wait = waiting();
    let target = "/?state=right&code=good";
    let (one, two) = tokio::join!(wait.get(target), wait.get(target));
    let served = [&one, &two].iter().filter(|answer| status(answer) == "200").count();
    assert_eq!(served, 1, "{one} {two}");
    assert_eq!(wait.outcome.await.unwrap(), Ok("good".to_owned()));
}

#[tokio::test]
async fn the_page_is_read_whole_although_the_browser_has_more_to_say() {
    let wait = waiting();
    let mut stream = TcpStream::connect(&wait.host).await.unwrap();
    // Unread bytes at closing would reset the connection and take the page away.
    let head = format!("GET /?state=right&code=good HTTP/1.1\r\nHost: {}\r\n\r\n", wait.host);
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&[b'x'; 8_000]).await.unwrap();
    assert_eq!(wait.outcome.await.unwrap(), Ok("good".to_owned()));
    stream.write_all(&[b'x'; 8_000]).await.unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
    assert!(page.starts_with("HTTP/1.1 200 OK") && page.ends_with("</html>"));
}

#[tokio::test]
async fn a_browser_that_does_not_stay_for_the_page_still_settles() {
    let wait = waiting();
    let mut stream = TcpStream::connect(&wait.host).await.unwrap();
    let head = format!("GET /?state=right&code=good HTTP/1.1\r\nHost: {}\r\n\r\n", wait.host);
    stream.write_all(head.as_bytes()).await.unwrap();
    drop(stream);
    assert_eq!(wait.outcome.await.unwrap(), Ok("good".to_owned()));
}

#[tokio::test]
async fn the_page_speaks_the_browsers_language_and_cannot_be_stored_or_framed() {
    let wait = waiting();
    let german = "Accept-Language: de-CH,de;q=0.9\r\n";
    let stray = wait.request("GET", "/?state=wrong", &wait.host, german).await;
    assert!(stray.contains("<html lang=\"de\">") && stray.contains("zurück zu Gantry"));
    let nothing = wait
        .request("GET", "/favicon.ico", &wait.host, "accept-language: fr\r\n")
        .await;
    assert!(nothing.contains("<html lang=\"fr\">") && nothing.contains("Retournez dans Gantry"));
    let unknown = wait.request("GET", "/x", &wait.host, "Accept-Language: tlh\r\n").await;
    assert!(unknown.contains("<html lang=\"en\">"));
    for line in [
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "X-Frame-Options: DENY",
        "Connection: close",
    ] {
        assert!(unknown.contains(&format!("\r\n{line}\r\n")), "{line}");
    }
    assert!(unknown.contains("default-src 'none'; style-src 'sha256-") && !unknown.contains("unsafe-inline"));
    wait.settles().await;
}

#[tokio::test]
async fn a4_a_cancelled_wait_and_one_whose_time_is_up_free_the_port() {
    let cancel = CancellationToken::new();
    let wait = listen(Duration::from_secs(30), cancel.clone());
    cancel.cancel();
    assert_eq!(wait.outcome.await.unwrap(), Err(WaitError::Cancelled));
    tokio::net::TcpListener::bind(&wait.host).await.unwrap();
    let wait = listen(Duration::from_millis(50), CancellationToken::new());
    assert_eq!(wait.outcome.await.unwrap(), Err(WaitError::TimedOut { strays: 0 }));
    tokio::net::TcpListener::bind(&wait.host).await.unwrap();
}

#[tokio::test]
async fn a2_registered_addresses_are_kept_to_the_letter_and_busy_ones_passed_over() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let busy = format!("http://127.0.0.1:{}/terms", taken.local_addr().unwrap().port());
    let open = format!("http://localhost:{}/Back/", free.local_addr().unwrap().port());
    drop(free);
    let listener = LoopbackListener::bind_first(&[&busy, &open]).unwrap();
    assert_eq!(listener.redirect_uri(), open);
    let named = LoopbackListener::bind_first(&[&busy]).err().unwrap();
    assert!(matches!(&named, ListenError::InUse { addresses } if *addresses == [busy.clone()]));
    assert!(matches!(
        LoopbackListener::bind_first(&["https://127.0.0.1:1/x"]),
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

#[tokio::test]
async fn c13_the_other_loopback_address_answers_under_its_own_host() {
    let free = tokio::net::TcpListener::bind("[::1]:0").await.unwrap();
    let uri = format!("http://[::1]:{}/back", free.local_addr().unwrap().port());
    drop(free);
    let listener = LoopbackListener::bind_first(&[&uri]).unwrap();
    assert_eq!(listener.redirect_uri(), uri);
    let host = uri.trim_start_matches("http://").trim_end_matches("/back").to_owned();
    let deadline = Instant::now() + Duration::from_secs(30);
    let outcome = tokio::spawn(async move { listener.wait(deadline, &CancellationToken::new(), settle).await });
    let wait = Waiting { host, outcome };
    assert_eq!(status(&wait.get("/back?state=right&code=good").await), "200");
    assert_eq!(wait.outcome.await.unwrap(), Ok("good".to_owned()));
}
