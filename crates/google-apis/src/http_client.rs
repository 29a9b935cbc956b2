//! The one HTTP client behind all transports: its connections are shared, its redirects refused.

use std::time::Duration;

use gantry_domain::GoogleBase;

/// Google's APIs never redirect; a bearer token must not follow anything that does.
#[derive(Clone, Debug)]
pub struct HttpClient {
    pub(crate) client: reqwest::Client,
}

/// The client could not be built (no TLS roots, no resolver).
#[derive(Debug, thiserror::Error)]
#[error("cannot set up HTTPS on this computer: {0}")]
pub struct HttpClientError(#[from] reqwest::Error);

/// A connection that is not there after this is not coming.
const CONNECT: Duration = Duration::from_secs(10);
/// No answer, or no further byte of one, for this long ends the attempt. Reports of a big property take a while.
const SILENCE: Duration = Duration::from_mins(1);

/// Google compresses for clients that say gzip in both headers.
pub(crate) const USER_AGENT: &str = concat!("Gantry/", env!("CARGO_PKG_VERSION"), " (gzip)");

impl HttpClient {
    /// A loopback `base` is dialled directly, whatever proxy the system names.
    pub fn new(base: &GoogleBase) -> Result<Self, HttpClientError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .tcp_nodelay(true)
            // Gunzipped by `body`, which counts what came over the wire and streams.
            .no_gzip();
        if base.is_google() {
            builder = builder.https_only(true);
        } else {
            builder = builder.no_proxy();
        }
        Ok(Self {
            client: builder.build()?,
        })
    }
}
