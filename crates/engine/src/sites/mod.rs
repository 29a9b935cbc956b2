//! What a website says of itself, to prefill a set-up from it.

mod name;
mod region;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use gantry_domain::NetworkFault;
use gantry_web::{AddressError, Fault, FetchError, Fetched, TypedAddress, WebClient};
use url::Url;

use crate::Engine;
use crate::dto::sites::{SiteRequest, SiteView};
use crate::error::{Error, ErrorCode, Result};

/// Sites that were looked at lately; a set-up asks again for what its form was filled from.
const KEPT: usize = 16;

/// The way to websites, made when the first is looked at.
#[derive(Default)]
pub(crate) struct Sites {
    web: OnceLock<WebClient>,
    seen: Mutex<VecDeque<(Url, SiteView)>>,
}

/// A site as a person named it. One that cannot be reached is no error: the view says why.
pub async fn inspect(engine: &Arc<Engine>, request: SiteRequest) -> Result<SiteView> {
    let typed = TypedAddress::read(&request.address).map_err(|error| wrong_address(&request.address, error))?;
    let begun = Instant::now();
    let mut found = look_at(engine, &typed.url).await?;
    if let (Err(error), Some(http)) = (&found, typed.over_http())
        && error.https_is_missing()
        && let Ok(page) = look_at(engine, &http).await?
    {
        found = Ok(page);
    }
    let milliseconds = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
    let view = match found {
        Ok(page) => described(page, milliseconds),
        Err(error) => unreached(&typed.url, &error, milliseconds),
    };
    engine.sites.keep(typed.url, &view);
    Ok(view)
}

/// The page at `site`, as it is now.
pub(crate) async fn look_at(engine: &Engine, site: &Url) -> Result<std::result::Result<Fetched, FetchError>> {
    let web = match engine.sites.web.get() {
        Some(web) => web,
        None => {
            let made = WebClient::new(engine.profile().base()).map_err(no_https)?;
            engine.sites.web.get_or_init(|| made)
        }
    };
    Ok(web.look_at(site).await)
}

/// What the site is made with, as far as an earlier look told: `wordpress`, `shopify` ...
pub(crate) fn known_builder(engine: &Engine, site: &Url) -> Option<String> {
    let seen = engine.sites.seen.lock().unwrap_or_else(PoisonError::into_inner);
    let same = |known: &&(Url, SiteView)| known.0.host() == site.host();
    seen.iter().rev().find(same)?.1.builder.clone()
}

impl Sites {
    fn keep(&self, site: Url, view: &SiteView) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|(known, _)| *known != site);
        if seen.len() == KEPT {
            seen.pop_front();
        }
        seen.push_back((site, view.clone()));
    }
}

fn described(page: Fetched, milliseconds: u32) -> SiteView {
    let host = page.address.host_str().unwrap_or_default().to_owned();
    let facts = page.facts;
    let country = region::of_site(&host, facts.language.as_deref());
    let named = facts.site_name.as_deref().map(str::to_owned);
    let from_title = || facts.title.as_deref().and_then(|title| name::of_title(title, &host));
    SiteView {
        address: page.address.to_string(),
        reached: true,
        problem: None,
        milliseconds,
        name: named.or_else(from_title),
        currency: country.and_then(region::currency).map(str::to_owned),
        country: country.map(str::to_owned),
        tags: facts.tags.iter().map(|tag| tag.id.clone()).collect(),
        builder: facts.builder.map(|builder| builder.slug().to_owned()),
        title: facts.title,
        language: facts.language,
    }
}

/// What a name alone tells: a site that does not answer still has a top-level domain.
fn unreached(site: &Url, error: &FetchError, milliseconds: u32) -> SiteView {
    let country = region::of_site(site.host_str().unwrap_or_default(), None);
    SiteView {
        address: site.to_string(),
        reached: false,
        problem: Some(problem(error)),
        milliseconds,
        name: None,
        title: None,
        language: None,
        country: country.map(str::to_owned),
        currency: country.and_then(region::currency).map(str::to_owned),
        tags: Vec::new(),
        builder: None,
    }
}

/// Why there is no page, in plain words.
pub(crate) fn problem(error: &FetchError) -> String {
    let host = error.address.host_str().unwrap_or("the site");
    match &error.fault {
        Fault::Address(_) if error.redirected => {
            format!("The site sends visitors on to {host}, which is no public website. Gantry does not go there.")
        }
        Fault::Address(AddressError::NotPublic) => {
            format!("The name {host} leads into this computer's own network. Gantry looks at public websites only.")
        }
        Fault::Address(_) => format!("{host} is not the address of a website."),
        Fault::TooManyRedirects => "The site sends visitors from one address to the next without end.".to_owned(),
        Fault::RedirectToNowhere => "The site sends visitors on, and does not say where to.".to_owned(),
        Fault::TimedOut | Fault::Network(NetworkFault::TimedOut, _) => {
            format!("{host} did not answer within 10 seconds.")
        }
        Fault::Network(NetworkFault::Offline, _) => {
            format!("{host} was not found. Check the spelling, and that this computer is online.")
        }
        Fault::Network(NetworkFault::Refused, _) => format!("{host} refused the connection."),
        Fault::Network(NetworkFault::CertificateOutOfDate, _) => {
            format!("The certificate of {host} is out of date, so browsers warn its visitors.")
        }
        Fault::Network(NetworkFault::CertificateNotTrusted, _) => {
            format!("The certificate of {host} is not trusted by this computer.")
        }
        Fault::Network(NetworkFault::ProxyRefused, _) => {
            format!("The proxy of this computer's network did not let Gantry through to {host}.")
        }
        Fault::Network(..) => format!("The connection to {host} broke off."),
        Fault::Status(401 | 403) => {
            format!("{host} does not let Gantry see the page: it wants a password, or keeps programs out.")
        }
        Fault::Status(404 | 410) => format!("{host} has no page at this address."),
        Fault::Status(status) => format!("{host} answered with an error ({status})."),
        Fault::NotAPage(kind) => format!("The address leads to a file ({kind}), not to a web page."),
    }
}

fn wrong_address(typed: &str, error: AddressError) -> Error {
    let typed = typed.trim();
    let (message, remedy) = match error {
        AddressError::Credentials => (
            "The address carries a user name or a password.".to_owned(),
            "Leave out what stands before the @.",
        ),
        AddressError::NotPublic => (
            format!("{typed} leads to this computer or its network, not to a public website."),
            "Enter the address under which visitors find the site, like www.example.com.",
        ),
        _ if typed.is_empty() => (
            "No address was entered.".to_owned(),
            "Enter your website's address, like www.example.com.",
        ),
        _ => (
            format!("{typed:?} is not the address of a website."),
            "Write it like www.example.com.",
        ),
    };
    Error::invalid(message, remedy)
}

fn no_https(error: gantry_web::WebClientError) -> Error {
    Error::new(
        ErrorCode::Internal,
        "Gantry cannot set up HTTPS on this computer.",
        "Check that the system's root certificates are installed, and start Gantry again.",
    )
    .with_details(error)
}
