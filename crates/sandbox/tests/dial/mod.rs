//! A bare HTTP/1.1 client: it shows bytes and broken connections as they are, which a real client hides.

use std::io::Read as _;

use gantry_sandbox::RunningSandbox;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

#[derive(Clone, Debug)]
pub struct Dial {
    address: std::net::SocketAddr,
    headers: Vec<(String, String)>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn unpacked(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(self.body.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        plain
    }
}

impl Dial {
    pub fn new(sandbox: &RunningSandbox) -> Self {
        Self {
            address: sandbox.address,
            headers: Vec::new(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// `None` when the connection closes without a whole head.
    pub async fn get(&self, https: &str) -> Option<Answer> {
        self.send("GET", https, "", "").await
    }

    pub async fn post_json(&self, https: &str, body: &Value) -> Option<Answer> {
        self.send("POST", https, "application/json", &body.to_string()).await
    }

    pub async fn post_form(&self, https: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.send("POST", https, "application/x-www-form-urlencoded", &body)
            .await
    }

    pub async fn control(&self, path: &str, body: &Value) -> Value {
        let answer = self.post_json(&format!("https://_control{path}"), body).await.unwrap();
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// Any method; the body is JSON.
    pub async fn call(&self, method: &str, https: &str, body: &Value) -> Answer {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.send(method, https, "application/json", &text).await.unwrap()
    }

    async fn send(&self, method: &str, https: &str, content_type: &str, body: &str) -> Option<Answer> {
        let target = https.strip_prefix("https://").unwrap();
        let length = body.len();
        let mut head = format!("{method} /{target} HTTP/1.1\r\nconnection: close\r\ncontent-length: {length}\r\n");
        if !self.headers.iter().any(|(name, _)| name == "host") {
            head = format!("{head}host: {}\r\n", self.address);
        }
        if !content_type.is_empty() {
            head = format!("{head}content-type: {content_type}\r\n");
        }
        for (name, value) in &self.headers {
            head = format!("{head}{name}: {value}\r\n");
        }
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // A reset is an end too.
        let _ = stream.read_to_end(&mut bytes).await;
        parse(&bytes)
    }
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(k, v)| (k.to_owned(), v.trim().to_owned()))
        .collect();
    Some(Answer {
        status,
        headers,
        body: bytes[end + 4..].to_vec(),
    })
}
