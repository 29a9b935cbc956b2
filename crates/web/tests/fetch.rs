//! Fetching over real sockets: each cap, each redirect, each answer that is no page.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gantry_domain::{GoogleBase, NetworkFault};
use gantry_web::{AddressError, Fault, FetchError, Fetched, LARGEST_PAGE, WebClient};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// A server below a loopback base that answers by path, and keeps the heads of the requests.
struct Stage {
    base: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (told, own) = (Arc::clone(&heads), base.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&told), own.clone()));
            }
        });
        Self { base, heads }
    }

    fn client(&self) -> WebClient {
        WebClient::new(&GoogleBase::loopback(&self.base).unwrap()).unwrap()
    }

    async fn look_at(&self, path: &str) -> Result<Fetched, FetchError> {
        let site = Url::parse(&format!("https://hafen.example/{path}")).unwrap();
        self.client().look_at(&site).await
    }

    async fn fault(&self, path: &str) -> Fault {
        self.look_at(path).await.unwrap_err().fault
    }
}

async fn serve(mut stream: TcpStream, heads: Arc<Mutex<Vec<String>>>, base: String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    heads.lock().unwrap().push(head);
    let page = "<html lang=en><title>Hafen</title>";
    let redirect = |to: &str| format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n").into_bytes();
    let whole = |kind: &str, body: &[u8]| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    };
    let answer = match path.strip_prefix("/hafen.example/").unwrap_or(&path) {
        "" => whole("text/html; charset=utf-8", page.as_bytes()),
        "/www.hafen.example/de/" => whole("text/html", page.as_bytes()),
        "latin" => whole("text/html; charset=iso-8859-1", b"<title>B\xe4ckerei</title>"),
        "zipped" => {
            let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            let blank = vec![b' '; 64 << 20];
            std::io::Write::write_all(&mut zip, b"<title>Bomb</title>").unwrap();
            std::io::Write::write_all(&mut zip, &blank).unwrap();
            let body = zip.finish().unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            [head.as_bytes(), &body].concat()
        }
        "endless" => {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Endless</title>")
                .await;
            while stream.write_all(&[b' '; 4096]).await.is_ok() {}
            return;
        }
        "silent" => std::future::pending().await,
        "trickle" => {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>")
                .await;
            std::future::pending().await
        }
        "moved" => redirect("https://www.hafen.example/de/#top"),
        "moved-below" => redirect(&format!("{base}/www.hafen.example/de/")),
        "loop" => redirect("/loop"),
        "to-loopback" => redirect("http://127.0.0.1:1/"),
        "to-base" => redirect(&format!("{base}/_control/log")),
        "to-google" => redirect(&format!("{base}/accounts.google.com/o")),
        "to-router" => redirect("http://192.168.1.1/admin"),
        "to-metadata" => redirect("http://169.254.169.254/latest"),
        "to-v6" => redirect("http://[::1]/"),
        "to-local" => redirect("http://nas.local/"),
        "to-file" => redirect("file:///etc/passwd"),
        "to-credentials" => redirect("https://user:word@hafen.example/"),
        "nowhere" => b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
        "picture" => whole("image/png", b"\x89PNG"),
        "gone" => b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n".to_vec(),
        "baked" => b"HTTP/1.1 302 Found\r\nLocation: /\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n".to_vec(),
        "torn" => b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 999\r\n\r\n<title>".to_vec(),
        other => panic!("{other}"),
    };
    let _ = stream.write_all(&answer).await;
    let _ = stream.shutdown().await;
}

#[tokio::test]
async fn a_practice_site_is_dialled_below_the_base_with_nothing_of_ours() {
    let stage = Stage::new().await;
    let page = stage.look_at("").await.unwrap();
    assert_eq!(page.address.as_str(), "https://hafen.example/");
    assert_eq!((page.facts.title.as_deref(), page.cut_off), (Some("Hafen"), false));
    stage.look_at("baked").await.unwrap();
    let heads = stage.heads.lock().unwrap().join("").to_ascii_lowercase();
    assert!(heads.contains("user-agent: gantry/"), "{heads}");
    for secret in ["authorization", "cookie", "referer"] {
        assert!(!heads.contains(secret), "{heads}");
    }
}

#[tokio::test]
async fn the_charset_is_honoured() {
    let page = Stage::new().await.look_at("latin").await.unwrap();
    assert_eq!(page.facts.title.as_deref(), Some("B\u{e4}ckerei"));
}

#[tokio::test]
async fn an_oversized_page_is_cut_off_and_its_beginning_read() {
    let stage = Stage::new().await;
    for (path, title) in [("endless", "Endless"), ("zipped", "Bomb")] {
        let page = stage.look_at(path).await.unwrap();
        assert_eq!(
            (page.facts.title.as_deref(), page.cut_off),
            (Some(title), true),
            "{path}"
        );
    }
    assert_eq!(LARGEST_PAGE, 1_048_576);
}

#[tokio::test]
async fn redirects_are_followed_to_the_sites_own_address() {
    let stage = Stage::new().await;
    for path in ["moved", "moved-below"] {
        let page = stage.look_at(path).await.unwrap();
        assert_eq!(page.address.as_str(), "https://www.hafen.example/de/", "{path}");
    }
    assert_eq!(stage.fault("loop").await, Fault::TooManyRedirects);
    assert_eq!(stage.fault("nowhere").await, Fault::RedirectToNowhere);
}

#[tokio::test]
async fn a_redirect_to_this_computer_or_its_network_is_refused() {
    let stage = Stage::new().await;
    for (path, error) in [
        ("to-loopback", AddressError::NotPublic),
        ("to-base", AddressError::NotPublic),
        ("to-google", AddressError::NotPublic),
        ("to-router", AddressError::NotPublic),
        ("to-metadata", AddressError::NotPublic),
        ("to-v6", AddressError::NotPublic),
        ("to-local", AddressError::NotPublic),
        ("to-file", AddressError::NotWeb),
        ("to-credentials", AddressError::Credentials),
    ] {
        let refused = stage.look_at(path).await.unwrap_err();
        assert_eq!(
            (refused.fault, refused.redirected),
            (Fault::Address(error), true),
            "{path}"
        );
    }
    let heads = stage.heads.lock().unwrap().join("");
    assert!(
        !heads.contains("_control") && !heads.contains("accounts.google.com"),
        "{heads}"
    );
}

#[tokio::test]
async fn time_has_a_cap() {
    let stage = Stage::new().await;
    let client = stage.client().within(Duration::from_millis(100));
    for path in ["silent", "trickle"] {
        let site = Url::parse(&format!("https://hafen.example/{path}")).unwrap();
        let late = client.look_at(&site).await.unwrap_err();
        assert_eq!(late.fault, Fault::TimedOut, "{path}");
        assert!(late.https_is_missing());
    }
}

#[tokio::test]
async fn what_is_no_page_says_so() {
    let stage = Stage::new().await;
    assert_eq!(stage.fault("picture").await, Fault::NotAPage("image/png".to_owned()));
    assert_eq!(stage.fault("gone").await, Fault::Status(404));
    assert!(matches!(
        stage.fault("torn").await,
        Fault::Network(NetworkFault::BrokenOff, _)
    ));
}

#[tokio::test]
async fn nobody_listens() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = WebClient::new(&GoogleBase::loopback(&format!("http://{closed}")).unwrap()).unwrap();
    let refused = client
        .look_at(&Url::parse("https://hafen.example/").unwrap())
        .await
        .unwrap_err();
    assert!(matches!(refused.fault, Fault::Network(NetworkFault::Refused, _)) && refused.https_is_missing());
}
