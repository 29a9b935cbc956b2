//! Browser links that the engine issued. A page names one by id; it never names a URL to open.
//!
//! What may be issued is decided here and nowhere else: Google's pages over https, the same below the active loopback
//! base, and the site of the set-up at hand.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use gantry_domain::GoogleBase;
use url::{Host, Url};

use crate::dto::LinkView;
use crate::error::{Error, ErrorCode, Result};

/// Old links are forgotten; a person opens one within minutes of its issue.
const KEPT: usize = 64;

/// The hosts of Google's that Gantry talks to or sends people to.
const GOOGLE_HOSTS: [&str; 13] = [
    "accounts.google.com",
    "analytics.google.com",
    "analytics.googleapis.com",
    "analyticsadmin.googleapis.com",
    "analyticsdata.googleapis.com",
    "console.cloud.google.com",
    "console.developers.google.com",
    "myaccount.google.com",
    "oauth2.googleapis.com",
    "openidconnect.googleapis.com",
    "tagmanager.google.com",
    "tagmanager.googleapis.com",
    "www.googleapis.com",
];

#[derive(Debug)]
pub struct Links {
    /// Pages of Google's are dialled below it, as everything is.
    base: GoogleBase,
    issued: Mutex<VecDeque<(String, Url)>>,
}

impl Links {
    pub fn new(base: GoogleBase) -> Self {
        Self {
            base,
            issued: Mutex::default(),
        }
    }

    /// Issues a link to a page of Google's, `https://HOST/PATH` or the address that it is dialled at.
    pub fn issue(&self, url: Url) -> Result<LinkView> {
        if is_googles(&url) || self.is_below_the_base(&url) {
            Ok(self.keep(url))
        } else {
            Err(refused("It is not a page of Google's.", &url))
        }
    }

    /// Issues a link to the site that a set-up is for, or to the address below the base at which a practice site is dialled.
    /// The caller vouches that the person entered this address.
    pub fn issue_site(&self, url: Url) -> Result<LinkView> {
        let is_site = matches!(url.scheme(), "http" | "https")
            && matches!(url.host(), Some(Host::Domain(name)) if name.contains('.'))
            && has_no_credentials(&url);
        if is_site || self.base.practice_site_at(&url).is_some() {
            Ok(self.keep(url))
        } else {
            Err(refused("It is not the address of a website.", &url))
        }
    }

    pub fn get(&self, id: &str) -> Option<Url> {
        let links = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        links.iter().find(|(known, _)| known == id).map(|(_, url)| url.clone())
    }

    /// One that is issued again keeps its id, so that a page which asks often pushes no other link out.
    fn keep(&self, url: Url) -> LinkView {
        let mut links = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let known = links.iter().position(|(_, known)| *known == url);
        let id = known
            .and_then(|at| links.remove(at))
            .map_or_else(|| uuid::Uuid::new_v4().to_string(), |(id, _)| id);
        if links.len() == KEPT {
            links.pop_front();
        }
        let view = LinkView {
            id: id.clone(),
            url: url.to_string(),
        };
        links.push_back((id, url));
        view
    }

    /// `BASE/HOST/PATH`, with a host of Google's.
    fn is_below_the_base(&self, url: &Url) -> bool {
        let Some(base) = self.base.loopback_base().and_then(|base| Url::parse(base).ok()) else {
            return false;
        };
        let below = url.scheme() == base.scheme() && url.host() == base.host() && url.port() == base.port();
        let host = url.path_segments().and_then(|mut parts| parts.next());
        below && has_no_credentials(url) && host.is_some_and(|host| GOOGLE_HOSTS.contains(&host))
    }
}

fn is_googles(url: &Url) -> bool {
    url.scheme() == "https"
        && url.port().is_none()
        && has_no_credentials(url)
        && url.host_str().is_some_and(|host| GOOGLE_HOSTS.contains(&host))
}

fn has_no_credentials(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

fn refused(why: &str, url: &Url) -> Error {
    Error::new(
        ErrorCode::Internal,
        format!("Gantry does not open this address in your browser. {why}"),
        "This is a defect of Gantry's; report it.",
    )
    // What follows the host may be a secret.
    .with_details(format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn links(base: Option<&str>) -> Links {
        Links::new(base.map_or(GoogleBase::google(), |base| GoogleBase::loopback(base).unwrap()))
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn u3_googles_pages_are_issued_and_found_by_id_alone() {
        let links = links(None);
        for page in [
            "https://accounts.google.com/o/oauth2/v2/auth?client_id=1",
            "https://analytics.google.com/analytics/web/?authuser=a%40b.example#/termsofservice/T1",
            "https://console.cloud.google.com/apis/library",
            "https://myaccount.google.com/connections",
        ] {
            let view = links.issue(url(page)).unwrap();
            assert_eq!(links.get(&view.id), Some(url(page)));
            assert_eq!(links.get(page), None, "an address is no id");
        }
    }

    #[test]
    fn u3_everything_else_is_refused() {
        let links = links(Some("http://127.0.0.1:8080"));
        for foreign in [
            "file:///etc/passwd",
            "file://server/share/run.exe",
            "smb://server/share",
            r"file:\\server\share\run.exe",
            "javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:msgbox(1)",
            "ms-settings:privacy",
            "mailto:a@b.example",
            "ftp://accounts.google.com/",
            "http://accounts.google.com/",
            "https://accounts.google.com:8443/",
            "https://user@accounts.google.com/",
            "https://user:password@accounts.google.com/",
            "https://accounts.google.com@evil.example/",
            "https://accounts.google.com.evil.example/",
            "https://accounts.google.com./",
            "https://evil-accounts.google.com/",
            "https://google.com/",
            "https://xn--ggle-0nda.com/",
            "http://evil.example/accounts.google.com/",
            "http://127.0.0.1:8081/accounts.google.com/",
            "http://127.0.0.1/accounts.google.com/",
            "http://localhost:8080/accounts.google.com/",
            "https://127.0.0.1:8080/accounts.google.com/",
            "http://user@127.0.0.1:8080/accounts.google.com/",
            "http://127.0.0.1:8080/evil.example/",
            "http://127.0.0.1:8080/_control/log",
            "http://127.0.0.1:8080/",
        ] {
            let error = links.issue(url(foreign)).expect_err(foreign);
            assert_eq!(error.code, ErrorCode::Internal, "{foreign}");
        }
    }

    #[test]
    fn u3_the_loopback_base_is_issued_while_it_is_the_active_one() {
        let page = "http://127.0.0.1:8080/accounts.google.com/o/oauth2/v2/auth?state=x";
        assert!(links(Some("http://127.0.0.1:8080")).issue(url(page)).is_ok());
        assert!(links(Some("http://127.0.0.1:9090")).issue(url(page)).is_err());
        assert!(links(None).issue(url(page)).is_err());
    }

    #[test]
    fn u3_a_site_is_a_website() {
        let links = links(None);
        for site in ["https://www.hafen.example/", "http://hafen.example/start?x=1"] {
            assert!(links.issue_site(url(site)).is_ok(), "{site}");
        }
        for other in [
            "file:///etc/passwd",
            "smb://server/share",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://127.0.0.1/",
            "http://[::1]/",
            "http://router/",
            "https://user:password@hafen.example/",
        ] {
            assert!(links.issue_site(url(other)).is_err(), "{other}");
        }
    }

    #[test]
    fn u3_a_practice_site_is_issued_where_it_is_dialled() {
        let issuer = links(Some("http://127.0.0.1:8080"));
        for site in [
            "http://127.0.0.1:8080/www.hafen.example/",
            "http://127.0.0.1:8080/hafen.test/about?x=1",
        ] {
            assert!(issuer.issue_site(url(site)).is_ok(), "{site}");
        }
        for other in [
            "http://127.0.0.1:8081/hafen.example/",
            "http://127.0.0.1:8080/hafen.de/",
            "http://127.0.0.1:8080/accounts.google.com/",
            "http://127.0.0.1:8080/_control/log",
            "http://127.0.0.1:8080/",
            "http://user@127.0.0.1:8080/hafen.example/",
        ] {
            assert!(issuer.issue_site(url(other)).is_err(), "{other}");
        }
        let page = "http://127.0.0.1:8080/hafen.example/";
        assert!(issuer.issue(url(page)).is_err(), "it is no page of Google's");
        assert!(links(None).issue_site(url(page)).is_err());
    }

    #[test]
    fn a_link_issued_again_keeps_its_id_and_pushes_none_out() {
        let links = links(None);
        let url = |n: usize| url(&format!("https://console.cloud.google.com/{n}"));
        let first = links.issue(url(0)).unwrap();
        for _ in 0..2 * KEPT {
            links.issue(url(1)).unwrap();
        }
        assert_eq!(links.get(&first.id), Some(url(0)));
        assert_eq!(links.issue(url(0)).unwrap(), first);
        for n in 2..2 * KEPT {
            links.issue(url(n)).unwrap();
        }
        assert_eq!(links.get(&first.id), None);
    }

    #[test]
    fn a_refusal_does_not_repeat_what_may_be_secret() {
        let error = links(None).issue(url("https://evil.example/?code=canary")).unwrap_err();
        assert!(!format!("{error:?}").contains("canary"));
    }

    proptest! {
        /// Whatever is issued leads to Google over https or to the base, as a browser reads it: judged on the text.
        #[test]
        fn u3_what_is_issued_leads_to_google(
            scheme in "(https?|file|smb|javascript|data|ftp|ms-settings|tauri)",
            slashes in "(|/|//|///|\\\\\\\\)",
            user in "(|accounts\\.google\\.com@|u:p@|@|%40)",
            host in "(accounts\\.google\\.com|analytics\\.google\\.com|127\\.0\\.0\\.1|localhost|evil\\.example|[a-z.:@/\\\\-]{0,24})",
            tail in "(|\\.evil\\.example|\\.|:8080|:443|:80|@evil\\.example)(|/accounts\\.google\\.com/x|/[ -~]{0,20})",
        ) {
            let text = format!("{scheme}:{slashes}{user}{host}{tail}");
            let Ok(url) = Url::parse(&text) else { return Ok(()) };
            let shown = url.to_string();
            if links(Some("http://127.0.0.1:8080")).issue(url).is_ok() {
                let google = GOOGLE_HOSTS.iter().any(|host| shown.starts_with(&format!("https://{host}/")));
                let base = GOOGLE_HOSTS.iter().any(|host| {
                    shown.strip_prefix("http://127.0.0.1:8080/").is_some_and(|rest| rest.split(['/', '?', '#']).next() == Some(host))
                });
                prop_assert!(google || base, "{} became {}", text, shown);
            }
        }
    }
}
