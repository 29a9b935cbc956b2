//! The socket side: HTTP/1.1 on a loopback port, every `BASE/HOST/PATH`, gzip when asked for, and transport faults.

mod wire;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};
use url::Url;

use crate::{
    clock::{Clock, SystemClock},
    google::Google,
    quota::{AdminQuota, TagManagerQuota},
    seeds::Seed,
};

/// How to start a sandbox.
#[derive(Clone)]
pub struct SandboxConfig {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    pub seed: Seed,
    /// What Tag Manager allows a project; `None` counts nothing.
    pub quota: Option<TagManagerQuota>,
    /// What the Admin API allows a project and a user; `None` counts nothing.
    pub admin_quota: Option<AdminQuota>,
    /// How long every answer of Google's takes at least, the control endpoint's excepted.
    pub latency: Duration,
    pub clock: Arc<dyn Clock>,
}

impl Default for SandboxConfig {
    /// A free port, the owner's world, no quota, the machine's clock: what a test wants.
    fn default() -> Self {
        Self {
            port: 0,
            seed: Seed::Owner,
            quota: None,
            admin_quota: None,
            latency: Duration::ZERO,
            clock: Arc::new(SystemClock),
        }
    }
}

impl std::fmt::Debug for SandboxConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxConfig")
            .field("port", &self.port)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("port {port} on 127.0.0.1 cannot be used: {source}")]
    Bind { port: u16, source: io::Error },
    #[error("the sandbox's address is no URL: {0}")]
    Address(#[from] url::ParseError),
}

/// A fake Google on a loopback port.
#[derive(Debug)]
pub struct Sandbox;

impl Sandbox {
    /// Binds 127.0.0.1 and serves until the answer is dropped or stopped. Prints nothing.
    pub async fn start(config: SandboxConfig) -> Result<RunningSandbox, StartError> {
        let port = config.port;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(|source| StartError::Bind { port, source })?;
        let address = listener
            .local_addr()
            .map_err(|source| StartError::Bind { port, source })?;
        let base_url = Url::parse(&format!("http://{address}"))?;
        let google = Arc::new(Google::new(&config));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(accept(listener, Arc::clone(&google), stopped));
        Ok(RunningSandbox {
            base_url,
            address,
            google,
            stop: Some(stop),
            task: Some(task),
        })
    }
}

/// A sandbox that serves. Dropping it closes its port and its connections.
pub struct RunningSandbox {
    /// `http://127.0.0.1:PORT/`: what `GANTRY_GOOGLE_BASE_URL` is set to.
    pub base_url: Url,
    pub address: SocketAddr,
    google: Arc<Google>,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for RunningSandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningSandbox")
            .field("base_url", &self.base_url.as_str())
            .finish_non_exhaustive()
    }
}

impl RunningSandbox {
    /// The base URL without its trailing slash, as the contract writes it.
    pub fn base(&self) -> &str {
        self.base_url.as_str().trim_end_matches('/')
    }

    /// The address at which `https://HOST/PATH` of Google's is served here.
    pub fn dial(&self, https: &str) -> String {
        format!("{}/{}", self.base(), https.strip_prefix("https://").unwrap_or(https))
    }

    /// The world behind the socket, for a test that looks or sets up without HTTP.
    pub fn google(&self) -> &Google {
        &self.google
    }

    /// Closes the port and waits until that is done.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Some(task) = self.task.take() {
            let _ = task.await;
        }
    }

    /// Serves until the process ends.
    pub async fn serve_forever(mut self) {
        if let Some(task) = self.task.take() {
            let _ = task.await;
        }
    }
}

impl Drop for RunningSandbox {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

async fn accept(listener: TcpListener, google: Arc<Google>, mut stopped: oneshot::Receiver<()>) {
    // Dropping the set ends every connection with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(serve(stream, Arc::clone(&google))); }
                Err(error) => {
                    tracing::warn!(%error, "the sandbox could not accept a connection");
                    tokio::task::yield_now().await;
                }
            },
        }
    }
}

async fn serve(stream: TcpStream, google: Arc<Google>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| wire::answer(request, Arc::clone(&google)));
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a sandbox connection ended early");
    }
}
