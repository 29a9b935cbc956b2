//! Fetches one page: plain, capped, and checked anew at every redirect.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use gantry_domain::{GoogleBase, NetworkFault};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Client, Response};
use url::Url;

use crate::address::{AddressError, check};
use crate::charset;
use crate::page::PageFacts;
use crate::public_addresses::{NotPublic, PublicAddresses};

/// Redirects that are followed; `hafen.de` to `https://www.hafen.de/de/` takes three.
pub const MOST_REDIRECTS: u32 = 5;
/// Bytes of a page that are read, unpacked; the rest is left where it is.
pub const LARGEST_PAGE: usize = 1 << 20;
/// Everything together: names, connections, redirects, the page.
const TIME: Duration = Duration::from_secs(10);

const USER_AGENT: &str = concat!("Gantry/", env!("CARGO_PKG_VERSION"));

/// Fetches pages. Cheap to clone.
#[derive(Clone)]
pub struct WebClient {
    base: GoogleBase,
    /// For websites: through the system's proxy, trusting the system's root certificates.
    real: Client,
    /// For practice sites below a loopback base: dialled directly.
    practice: Option<Client>,
    time: Duration,
    /// Names whose addresses must be the Internet's.
    guarded: Arc<RwLock<BTreeSet<String>>>,
}

/// The client could not be built (no TLS roots, no resolver).
#[derive(Debug, thiserror::Error)]
#[error("cannot set up HTTPS on this computer: {0}")]
pub struct WebClientError(#[from] reqwest::Error);

/// A page, and where it was in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// After redirects; a practice site's own, not the one that is dialled.
    pub address: Url,
    pub facts: PageFacts,
    /// The page was longer than [`LARGEST_PAGE`]: its end was not read.
    pub cut_off: bool,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
#[error("{fault}")]
pub struct FetchError {
    /// Where it went wrong: the address asked for, or one that the site redirected to.
    pub address: Url,
    pub redirected: bool,
    pub fault: Fault,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("{0}")]
    Address(#[from] AddressError),
    #[error("the site redirects without end")]
    TooManyRedirects,
    #[error("the site redirects, and does not say where to")]
    RedirectToNowhere,
    /// The reason in the network's words, without the address.
    #[error("{0} ({1})")]
    Network(NetworkFault, String),
    /// Not within ten seconds.
    #[error("the site did not answer in time")]
    TimedOut,
    #[error("the site answered with the error {0}")]
    Status(u16),
    /// Something else than HTML; its media type.
    #[error("the address is no web page ({0})")]
    NotAPage(String),
}

impl FetchError {
    /// Whether the site may answer over http all the same: its port for https is closed, silent or misconfigured.
    pub fn https_is_missing(&self) -> bool {
        let no_https = match &self.fault {
            Fault::Network(fault, _) => !matches!(fault, NetworkFault::Offline | NetworkFault::ProxyRefused),
            Fault::TimedOut => true,
            _ => false,
        };
        no_https && !self.redirected
    }
}

impl WebClient {
    /// `base` tells where practice sites are dialled; every other site is fetched for real.
    pub fn new(base: &GoogleBase) -> Result<Self, WebClientError> {
        let guarded: Arc<RwLock<BTreeSet<String>>> = Arc::default();
        let plain = || {
            Client::builder()
                .user_agent(USER_AGENT)
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                // A site is looked at once in a while: no connection is kept.
                .pool_max_idle_per_host(0)
        };
        let resolver = PublicAddresses {
            sites: Arc::clone(&guarded),
        };
        let practice = match base.loopback_base() {
            Some(_) => Some(plain().no_proxy().build()?),
            None => None,
        };
        Ok(Self {
            base: base.clone(),
            real: plain().dns_resolver(Arc::new(resolver)).build()?,
            practice,
            time: TIME,
            guarded,
        })
    }

    /// The same with another cap on the time that a page may take.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// Fetches and reads a page.
    pub async fn look_at(&self, site: &Url) -> Result<Fetched, FetchError> {
        let mut at = site.clone();
        let mut hops = 0;
        let found = tokio::time::timeout(self.time, self.follow(&mut at, &mut hops)).await;
        let fault = match found {
            Ok(Ok((facts, cut_off))) => {
                return Ok(Fetched {
                    address: at,
                    facts,
                    cut_off,
                });
            }
            Ok(Err(fault)) => fault,
            Err(_) => Fault::TimedOut,
        };
        Err(FetchError {
            address: at,
            redirected: hops > 0,
            fault,
        })
    }

    async fn follow(&self, at: &mut Url, hops: &mut u32) -> Result<(PageFacts, bool), Fault> {
        loop {
            // Where a practice site's own pages lead, too.
            if let Some(practice) = self.base.practice_site_at(at) {
                *at = practice;
            }
            at.set_fragment(None);
            check(at)?;
            let answer = self.get(at).await?;
            let status = answer.status().as_u16();
            match status {
                301 | 302 | 303 | 307 | 308 => {
                    if *hops == MOST_REDIRECTS {
                        return Err(Fault::TooManyRedirects);
                    }
                    *hops += 1;
                    *at = target(at, answer.headers()).ok_or(Fault::RedirectToNowhere)?;
                }
                200..=299 => return read(answer).await,
                _ => return Err(Fault::Status(status)),
            }
        }
    }

    async fn get(&self, site: &Url) -> Result<Response, Fault> {
        let dialled = self.base.dial_site(site);
        let client = match &self.practice {
            Some(practice) if dialled != *site => practice,
            _ => {
                let name = site.host_str().unwrap_or_default().to_ascii_lowercase();
                self.guarded
                    .write()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(name);
                &self.real
            }
        };
        let request = client.get(dialled).header(ACCEPT, "text/html,application/xhtml+xml");
        request.send().await.map_err(named)
    }
}

/// Where a redirect leads, by the site's own address.
fn target(at: &Url, headers: &HeaderMap) -> Option<Url> {
    let location = headers.get(LOCATION)?.as_bytes();
    at.join(&String::from_utf8_lossy(location)).ok()
}

async fn read(mut answer: Response) -> Result<(PageFacts, bool), Fault> {
    let content_type = answer.headers().get(CONTENT_TYPE);
    let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    if let Some(kind) = &content_type {
        let media = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !matches!(media.as_str(), "" | "text/html" | "application/xhtml+xml") {
            return Err(Fault::NotAPage(media.chars().take(100).collect()));
        }
    }
    let mut bytes = Vec::new();
    let mut cut_off = false;
    while let Some(piece) = answer.chunk().await.map_err(named)? {
        let room = LARGEST_PAGE - bytes.len();
        bytes.extend_from_slice(piece.get(..room).unwrap_or(&piece));
        if piece.len() > room {
            cut_off = true;
            break;
        }
    }
    // A megabyte of markup takes a moment: not on the sockets' threads.
    let facts = tokio::task::spawn_blocking(move || {
        let text = charset::decode(&bytes, content_type.as_deref());
        PageFacts::read(&text)
    });
    let facts = facts
        .await
        .map_err(|_| Fault::NotAPage("it could not be read".to_owned()))?;
    Ok((facts, cut_off))
}

/// The fault behind the HTTP client's error.
fn named(error: reqwest::Error) -> Fault {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(inner) = cause {
        if inner.is::<NotPublic>() {
            return Fault::Address(AddressError::NotPublic);
        }
        cause = inner.source();
    }
    let (fault, words) = NetworkFault::of(error.source(), error.is_timeout(), error.is_connect());
    Fault::Network(fault, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `localhost` stands for every name that a stranger's name server answers with an address of this network: its own text
    /// would be refused before it is dialled.
    #[tokio::test]
    async fn a_name_that_leads_into_this_network_is_not_dialled() {
        let client = WebClient::new(&GoogleBase::google()).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let site = Url::parse(&format!("http://localhost:{port}/")).unwrap();
        let refused = client.get(&site).await.unwrap_err();
        assert_eq!(refused, Fault::Address(AddressError::NotPublic));
    }
}
