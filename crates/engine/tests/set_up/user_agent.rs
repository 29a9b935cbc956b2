//! A browser without a screen: follows the sandbox's pages over real sockets, as a person with a mouse would.

use std::collections::HashMap;

use google_oauth::{Browser, BrowserError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use url::Url;

/// Hands the pages that the engine opens to the test.
pub struct AgentBrowser(pub mpsc::UnboundedSender<Url>);

impl Browser for AgentBrowser {
    fn open(&self, url: &Url) -> Result<(), BrowserError> {
        self.0
            .send(url.clone())
            .map_err(|_| BrowserError("the test has ended".to_owned()))
    }
}

pub struct Reply {
    pub status: u16,
    pub location: Option<Url>,
    pub body: String,
}

/// One request over a connection of its own.
pub async fn request(method: &str, url: &Url, content_type: &str, body: &str) -> Reply {
    let address = url.socket_addrs(|| None).unwrap()[0];
    let mut stream = TcpStream::connect(address).await.unwrap();
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: HashMap<String, &str> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect();
    let location = headers.get("location").map(|location| url.join(location).unwrap());
    Reply {
        status,
        location,
        body: body.to_owned(),
    }
}

pub async fn get(url: &Url) -> Reply {
    request("GET", url, "text/plain", "").await
}

async fn submit(url: &Url, fields: &[(String, String)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    request("POST", url, "application/x-www-form-urlencoded", &body).await
}

fn attribute<'a>(html: &'a str, before: &str) -> Vec<&'a str> {
    html.split(before)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// Plays the consent page: chooses `account`, leaves those scopes ticked that `tick` says, presses `decision`
/// (`allow` or `deny`), follows the redirect. The answer is the page at the end.
pub async fn consent(url: &Url, account: &str, decision: &str, tick: impl Fn(&str) -> bool) -> Reply {
    let page = get(url).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let action = attribute(&page.body, "action=\"")[0].replace("&amp;", "&");
    let mut fields = vec![
        ("decision".to_owned(), decision.to_owned()),
        ("account".to_owned(), account.to_owned()),
    ];
    for scope in attribute(&page.body, "name=\"scope\" value=\"")
        .into_iter()
        .filter(|scope| tick(scope))
    {
        fields.push(("scope".to_owned(), scope.to_owned()));
    }
    let answer = submit(&url.join(&action).unwrap(), &fields).await;
    get(&answer.location.expect("the consent page redirects")).await
}

/// Plays the Terms of Service page: presses `decision` (`accept` or `decline`). The answer is where Google redirects
/// to, unless it never does.
pub async fn decide_terms(link: &Url, account: &str, decision: &str) -> Option<Url> {
    let ticket = link.fragment().unwrap().rsplit(['/', '=']).next().unwrap();
    let page = link.join(&format!("/analytics.google.com/_terms/{ticket}")).unwrap();
    let fields = [
        ("decision".to_owned(), decision.to_owned()),
        ("account".to_owned(), account.to_owned()),
    ];
    submit(&page, &fields).await.location
}

/// Presses `decision` and follows the redirect.
pub async fn terms(link: &Url, account: &str, decision: &str) -> Reply {
    get(&decide_terms(link, account, decision)
        .await
        .expect("the terms page redirects"))
    .await
}
