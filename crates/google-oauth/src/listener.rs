//! The loopback redirect listener (RFC 8252 section 7.3): waits for the one request that settles, and for nothing else.
//!
//! Browsers pre-connect and ask for favicons, other programs scan ports: each connection is served on its own, with caps
//! on size and time, and everything but GET + exact path + Host + a query that settles is answered 4xx while the wait goes on.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::answer_page::AnswerPage;
use crate::answer_texts::Language;
use crate::loopback_address::{self, Bind, ListenError};
use crate::request_head::{RedirectQuery, RequestHead, head_end};

/// The longest head that is read, in bytes.
const LARGEST_HEAD: usize = 16 * 1024;
/// How long one connection may take to send its head, and to take its answer.
const HEAD_TIME: Duration = Duration::from_secs(10);
const ANSWER_TIME: Duration = Duration::from_secs(2);
/// Connections of one socket that may be silent at once; one more ends the oldest, so that they cannot keep the answer out.
const MOST_SILENT: usize = 64;
/// Connections of one socket at once, those that are being answered included: they end within seconds.
const MOST_CONNECTIONS: usize = 256;

/// A bound address, waiting for its redirect. It closes when dropped.
pub struct LoopbackListener {
    sockets: Vec<TcpListener>,
    redirect_uri: String,
    path: String,
    /// What `Host` may say, in lower case.
    host: String,
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
    /// It has come before and counted then: 410 with this page, the wait goes on.
    Repeated(AnswerPage),
}

/// A bound address at which several wait: each answer is for one of them, and none ends it. It closes when dropped.
pub struct RedirectDesk<T> {
    redirect_uri: String,
    answered: mpsc::UnboundedReceiver<Event<T>>,
    loops: JoinSet<()>,
}

impl<T> RedirectDesk<T> {
    /// The redirect URI to send to Google, to the letter.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The next answer that settled, once its page is written.
    pub async fn next(&mut self) -> Option<T> {
        loop {
            if let Event::Settled(answer) = self.answered.recv().await? {
                return Some(answer);
            }
        }
    }

    /// Frees the address; done when it is free.
    pub async fn close(mut self) {
        self.loops.shutdown().await;
    }
}

impl LoopbackListener {
    /// Any free port of 127.0.0.1, else of [::1], at `path` (with its leading slash). For OAuth clients of kind `installed`.
    /// Within a Tokio runtime, as `bind_first`.
    pub fn bind_any(path: &str) -> Result<Self, ListenError> {
        Self::any_by(path, &loopback_address::system)
    }

    pub(crate) fn any_by(path: &str, bind: Bind<'_>) -> Result<Self, ListenError> {
        let socket = loopback_address::any(bind)?;
        let host = socket.local_addr().map_err(ListenError::Bind)?.to_string();
        Ok(Self {
            redirect_uri: format!("http://{host}{path}"),
            path: path.to_owned(),
            host,
            sockets: serving(vec![socket])?,
        })
    }

    /// The first of these redirect URIs whose port is free; the URI is kept to the letter.
    pub fn bind_first(uris: &[&str]) -> Result<Self, ListenError> {
        let (uri, url, sockets) = loopback_address::first(uris, &loopback_address::system)?;
        Ok(Self {
            sockets: serving(sockets)?,
            redirect_uri: uri.to_owned(),
            path: url.path().to_owned(),
            host: url[url::Position::BeforeHost..url::Position::AfterPort].to_ascii_lowercase(),
        })
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
        let mut desk = self.begin(true, settle);
        let mut strays = 0;
        loop {
            tokio::select! {
                biased;
                Some(event) = desk.answered.recv() => match event {
                    Event::Settled(answer) => return Ok(answer),
                    Event::Stray => strays += 1,
                },
                () = cancel.cancelled() => return Err(WaitError::Cancelled),
                () = tokio::time::sleep_until(deadline) => return Err(WaitError::TimedOut { strays }),
            }
        }
    }

    /// Serves any number of answers. `settle` says whose each one is, and that one has come before: it counts once.
    pub fn serve<T, F>(self, settle: F) -> RedirectDesk<T>
    where
        T: Send + 'static,
        F: Fn(&RedirectQuery) -> Settlement<T> + Send + Sync + 'static,
    {
        self.begin(false, settle)
    }

    fn begin<T, F>(self, once: bool, settle: F) -> RedirectDesk<T>
    where
        T: Send + 'static,
        F: Fn(&RedirectQuery) -> Settlement<T> + Send + Sync + 'static,
    {
        let (answers, answered) = mpsc::unbounded_channel();
        let serving = Arc::new(Serving {
            path: self.path,
            host: self.host,
            once,
            settled: AtomicBool::new(false),
            settle,
            answers,
        });
        // Dropping the set ends every connection and every accept loop.
        let mut loops = JoinSet::new();
        for socket in self.sockets {
            loops.spawn(accept(socket, Arc::clone(&serving)));
        }
        RedirectDesk {
            redirect_uri: self.redirect_uri,
            answered,
            loops,
        }
    }
}

fn serving(sockets: Vec<std::net::TcpListener>) -> Result<Vec<TcpListener>, ListenError> {
    let serve = |socket: std::net::TcpListener| {
        socket.set_nonblocking(true)?;
        TcpListener::from_std(socket)
    };
    sockets
        .into_iter()
        .map(|socket| serve(socket).map_err(ListenError::Bind))
        .collect()
}

enum Event<T> {
    Settled(T),
    Stray,
}

struct Serving<T, F> {
    path: String,
    host: String,
    /// The first answer is the only one.
    once: bool,
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
    let mut oldest_first: VecDeque<Connection> = VecDeque::new();
    loop {
        let Ok((stream, _)) = socket.accept().await else {
            // Out of descriptors or the like: wait a moment rather than spin.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        oldest_first.retain(|connection| !connection.task.is_finished());
        let silent = |connection: &Connection| !connection.spoke.load(Ordering::Relaxed);
        if oldest_first.iter().filter(|one| silent(one)).count() >= MOST_SILENT {
            let oldest = oldest_first.iter().position(silent);
            if let Some(oldest) = oldest.and_then(|at| oldest_first.remove(at)) {
                oldest.task.abort();
            }
        }
        if oldest_first.len() >= MOST_CONNECTIONS
            && let Some(oldest) = oldest_first.pop_front()
        {
            oldest.task.abort();
        }
        let (serving, spoke) = (Arc::clone(&serving), Arc::new(AtomicBool::new(false)));
        oldest_first.push_back(Connection {
            spoke: Arc::clone(&spoke),
            task: connections.spawn(async move { serving.connection(stream, &spoke).await }),
        });
    }
}

struct Connection {
    /// It has sent a whole head, and is being answered.
    spoke: Arc<AtomicBool>,
    task: AbortHandle,
}

impl<T: Send + 'static, F: Fn(&RedirectQuery) -> Settlement<T> + Send + Sync> Serving<T, F> {
    async fn connection(&self, mut stream: TcpStream, spoke: &AtomicBool) {
        let Ok(Some(head)) = timeout(HEAD_TIME, read_head(&mut stream)).await else {
            return; // A pre-connect, a port scan, or too slow: nothing to answer.
        };
        spoke.store(true, Ordering::Relaxed);
        let (response, event) = match head {
            Head::TooLarge => (nothing_here("431 Request Header Fields Too Large", None), None),
            Head::Read(bytes) => match RequestHead::parse(&bytes) {
                Ok(head) => self.answer(&head),
                Err(_) => (nothing_here("400 Bad Request", None), None),
            },
        };
        let _ = timeout(ANSWER_TIME, async {
            stream.write_all(&response).await?;
            stream.shutdown().await
        })
        .await;
        match event {
            // The answer counts even where the browser did not stay to read the page. The wait ends with it, and all
            // connections with the wait: this one is let go, so that the page can be read.
            Some(event @ Event::Settled(_)) => {
                tokio::spawn(linger(stream));
                let _ = self.answers.send(event);
            }
            Some(event @ Event::Stray) => {
                let _ = self.answers.send(event);
                linger(stream).await;
            }
            None => linger(stream).await,
        }
    }

    fn answer(&self, head: &RequestHead) -> (Vec<u8>, Option<Event<T>>) {
        let refused = |status| (nothing_here(status, Some(head)), None);
        if head.host.as_deref() != Some(self.host.as_str()) {
            return refused("421 Misdirected Request");
        }
        if head.path != self.path {
            return refused("404 Not Found");
        }
        if head.method != "GET" {
            return refused("405 Method Not Allowed\r\nAllow: GET");
        }
        let Some(query) = RedirectQuery::parse(head.query.as_deref().unwrap_or_default()) else {
            return refused("400 Bad Request");
        };
        let language = Language::wanted(head.accept_language.as_deref());
        match (self.settle)(&query) {
            Settlement::Stray(page) => (page.response("400 Bad Request", language, false), Some(Event::Stray)),
            Settlement::Repeated(page) => (page.response("410 Gone", language, false), None),
            Settlement::Settled(answer, page) => {
                // Only the first: a reload, or the same redirect once more, must not be exchanged twice.
                if self.settled.swap(true, Ordering::SeqCst) && self.once {
                    return refused("410 Gone");
                }
                (page.response("200 OK", language, false), Some(Event::Settled(answer)))
            }
        }
    }
}

/// Reads what is left, so that closing does not reset the connection before the page is read.
async fn linger(mut stream: TcpStream) {
    let _ = timeout(ANSWER_TIME, async {
        let mut rest = [0; 1024];
        let mut left = 64;
        while left > 0 && stream.read(&mut rest).await.is_ok_and(|read| read > 0) {
            left -= 1;
        }
    })
    .await;
}

fn nothing_here(status: &str, head: Option<&RequestHead>) -> Vec<u8> {
    let language = Language::wanted(head.and_then(|head| head.accept_language.as_deref()));
    let head_only = head.is_some_and(|head| head.method == "HEAD");
    AnswerPage::NothingHere.response(status, language, head_only)
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
