//! The loopback redirect listener (RFC 8252 section 7.3): waits for the one request that settles, and for nothing else.
//!
//! Browsers pre-connect and ask for favicons, other programs scan ports: each connection is served on its own, with caps
//! on size and time, and everything but GET + exact path + Host + a query that settles is answered 4xx while the wait goes on.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use url::{Host, Url};

use crate::answer_page::AnswerPage;
use crate::request_head::{RedirectQuery, RequestHead, head_end};

/// The longest head that is read, in bytes.
const LARGEST_HEAD: usize = 16 * 1024;
/// How long one connection may take to send its head, and to take its answer.
const HEAD_TIME: Duration = Duration::from_secs(10);
const ANSWER_TIME: Duration = Duration::from_secs(2);
/// Connections served at once; one more ends the oldest, so that idle ones cannot keep the answer out.
const MOST_CONNECTIONS: usize = 64;

/// A bound address, waiting for its redirect. It closes when dropped.
pub struct LoopbackListener {
    sockets: Vec<TcpListener>,
    redirect_uri: String,
    path: String,
    /// What `Host` may say, in lower case.
    host: String,
}

/// Why no address could be bound.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("no port of this computer could be opened for the answer: {0}")]
    Bind(std::io::Error),
    /// All the addresses that were allowed, and why the last of them failed.
    #[error("none of {} could be opened: {source}", .addresses.join(", "))]
    AllBusy {
        addresses: Vec<String>,
        source: std::io::Error,
    },
    /// The OAuth client has no redirect URI that leads to this computer over plain http.
    #[error("the OAuth client has no registered http://127.0.0.1:PORT redirect address")]
    NoneRegistered,
}

/// How a wait ended without its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    #[error("the wait was cancelled")]
    Cancelled,
    /// Nothing settled in time; `strays` redirects had come to the right address that belonged to somebody else.
    #[error("no answer came in time")]
    TimedOut { strays: usize },
}

/// What a query means to the one who waits.
pub enum Settlement<T> {
    /// The answer: the page is shown, the wait ends.
    Settled(T, AnswerPage),
    /// Not ours: 400 with this page, the wait goes on.
    Stray(AnswerPage),
}

/// The registered redirect URIs that a listener can serve: plain http on a loopback host, no query, no fragment, no user.
pub fn loopback_redirects(registered: &[String]) -> Vec<&str> {
    registered
        .iter()
        .filter(|uri| loopback_url(uri).is_some())
        .map(String::as_str)
        .collect()
}

fn loopback_url(uri: &str) -> Option<Url> {
    let url = Url::parse(uri).ok()?;
    let local = match url.host()? {
        Host::Ipv4(ip) => ip == Ipv4Addr::LOCALHOST,
        Host::Ipv6(ip) => ip == Ipv6Addr::LOCALHOST,
        Host::Domain(name) => name == "localhost",
    };
    let plain =
        url.scheme() == "http" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (local && plain).then_some(url)
}

impl LoopbackListener {
    /// Any free port of 127.0.0.1, else of [::1], at `path` (with its leading slash). For OAuth clients of kind `installed`.
    pub async fn bind_any(path: &str) -> Result<Self, ListenError> {
        let socket = match TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await {
            Ok(socket) => socket,
            Err(_) => TcpListener::bind((Ipv6Addr::LOCALHOST, 0))
                .await
                .map_err(ListenError::Bind)?,
        };
        let host = socket.local_addr().map_err(ListenError::Bind)?.to_string();
        Ok(Self {
            redirect_uri: format!("http://{host}{path}"),
            path: path.to_owned(),
            host,
            sockets: vec![socket],
        })
    }

    /// The first of these redirect URIs whose port is free; the URI is kept to the letter.
    pub async fn bind_first(uris: &[&str]) -> Result<Self, ListenError> {
        let mut last = None;
        for uri in uris {
            let Some(url) = loopback_url(uri) else { continue };
            match bind(&url).await {
                Ok(sockets) => {
                    let host = url[url::Position::BeforeHost..url::Position::AfterPort].to_ascii_lowercase();
                    return Ok(Self {
                        sockets,
                        redirect_uri: (*uri).to_owned(),
                        path: url.path().to_owned(),
                        host,
                    });
                }
                Err(error) => last = Some(error),
            }
        }
        match last {
            Some(source) => Err(ListenError::AllBusy {
                addresses: uris.iter().map(|uri| (*uri).to_owned()).collect(),
                source,
            }),
            None => Err(ListenError::NoneRegistered),
        }
    }

    /// The redirect URI to send to Google, to the letter.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Serves until `settle` says that a query is the answer, `deadline` passes, or `cancel` fires. Then the address closes.
    pub async fn wait<T, F>(self, deadline: Instant, cancel: &CancellationToken, settle: F) -> Result<T, WaitError>
    where
        T: Send + 'static,
        F: Fn(&RedirectQuery) -> Settlement<T> + Send + Sync + 'static,
    {
        let (answers, mut answered) = mpsc::unbounded_channel();
        let serving = Arc::new(Serving {
            path: self.path,
            host: self.host,
            settled: AtomicBool::new(false),
            settle,
            answers,
        });
        // Dropping the set ends every connection and every accept loop.
        let mut loops = JoinSet::new();
        for socket in self.sockets {
            loops.spawn(accept(socket, Arc::clone(&serving)));
        }
        let mut strays = 0;
        loop {
            tokio::select! {
                biased;
                Some(event) = answered.recv() => match event {
                    Event::Settled(answer) => return Ok(answer),
                    Event::Stray => strays += 1,
                },
                () = cancel.cancelled() => return Err(WaitError::Cancelled),
                () = tokio::time::sleep_until(deadline) => return Err(WaitError::TimedOut { strays }),
            }
        }
    }
}

/// `localhost` may mean either family to a browser: both are bound where both exist.
async fn bind(url: &Url) -> std::io::Result<Vec<TcpListener>> {
    let port = url.port_or_known_default().unwrap_or(80);
    match url.host() {
        Some(Host::Ipv6(ip)) => Ok(vec![TcpListener::bind((ip, port)).await?]),
        Some(Host::Domain(_)) => {
            let four = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            let six = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await;
            Ok(std::iter::once(four).chain(six).collect())
        }
        _ => Ok(vec![TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?]),
    }
}

enum Event<T> {
    Settled(T),
    Stray,
}

struct Serving<T, F> {
    path: String,
    host: String,
    settled: AtomicBool,
    settle: F,
    answers: mpsc::UnboundedSender<Event<T>>,
}

async fn accept<T, F>(socket: TcpListener, serving: Arc<Serving<T, F>>)
where
    T: Send + 'static,
    F: Fn(&RedirectQuery) -> Settlement<T> + Send + Sync + 'static,
{
    let mut connections = JoinSet::new();
    let mut oldest_first: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        let Ok((stream, _)) = socket.accept().await else {
            // Out of descriptors or the like: wait a moment rather than spin.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        oldest_first.retain(|connection| !connection.is_finished());
        if oldest_first.len() >= MOST_CONNECTIONS
            && let Some(oldest) = oldest_first.pop_front()
        {
            oldest.abort();
        }
        let serving = Arc::clone(&serving);
        oldest_first.push_back(connections.spawn(async move { serving.connection(stream).await }));
    }
}

impl<T: Send + 'static, F: Fn(&RedirectQuery) -> Settlement<T> + Send + Sync> Serving<T, F> {
    async fn connection(&self, mut stream: TcpStream) {
        let Ok(Some(head)) = timeout(HEAD_TIME, read_head(&mut stream)).await else {
            return; // A pre-connect, a port scan, or too slow: nothing to answer.
        };
        let (response, event) = match head {
            Head::TooLarge => (refusal("431 Request Header Fields Too Large", false), None),
            Head::Read(bytes) => match RequestHead::parse(&bytes) {
                Ok(head) => self.answer(&head),
                Err(_) => (refusal("400 Bad Request", false), None),
            },
        };
        let _ = timeout(ANSWER_TIME, async {
            stream.write_all(&response).await?;
            stream.shutdown().await
        })
        .await;
        // The answer counts even where the browser did not stay to read the page.
        if let Some(event) = event {
            let _ = self.answers.send(event);
        }
        // Read what is left, so that closing does not reset the connection before the page is read.
        let _ = timeout(ANSWER_TIME, async {
            let mut rest = [0; 1024];
            let mut left = 64;
            while left > 0 && stream.read(&mut rest).await.is_ok_and(|read| read > 0) {
                left -= 1;
            }
        })
        .await;
    }

    fn answer(&self, head: &RequestHead) -> (Vec<u8>, Option<Event<T>>) {
        if head.host.as_deref() != Some(self.host.as_str()) {
            return (refusal("421 Misdirected Request", head.method == "HEAD"), None);
        }
        if head.path != self.path {
            return (refusal("404 Not Found", head.method == "HEAD"), None);
        }
        if head.method != "GET" {
            return (refusal("405 Method Not Allowed", head.method == "HEAD"), None);
        }
        let Some(query) = RedirectQuery::parse(head.query.as_deref().unwrap_or_default()) else {
            return (refusal("400 Bad Request", false), None);
        };
        match (self.settle)(&query) {
            Settlement::Stray(page) => (page.response("400 Bad Request", false), Some(Event::Stray)),
            Settlement::Settled(answer, page) => {
                if self.settled.swap(true, Ordering::SeqCst) {
                    return (refusal("410 Gone", false), None);
                }
                (page.response("200 OK", false), Some(Event::Settled(answer)))
            }
        }
    }
}

fn refusal(status: &str, head_only: bool) -> Vec<u8> {
    AnswerPage::new(
        "Nothing to see here",
        "Gantry waits at this address for an answer from Google, and this was not it.",
    )
    .response(status, head_only)
}

enum Head {
    Read(Vec<u8>),
    TooLarge,
}

/// The head of the request; `None` where the connection ended before it was complete.
async fn read_head(stream: &mut TcpStream) -> Option<Head> {
    let mut bytes = Vec::with_capacity(1024);
    let mut chunk = [0; 2048];
    loop {
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        if let Some(end) = head_end(&bytes) {
            bytes.truncate(end);
            return Some(Head::Read(bytes));
        }
        if bytes.len() > LARGEST_HEAD {
            return Some(Head::TooLarge);
        }
    }
}
