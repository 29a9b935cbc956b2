//! A company's proxy: `CONNECT`, and TLS with certificates that its own root has signed, so that it reads along. What it
//! lets through goes to the sandbox: `https://HOST/PATH` to `BASE/HOST/PATH`.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// What the proxy does with a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Passes requests on.
    Forwards,
    /// Wants a user name and a password first.
    WantsPassword,
    /// Lets nobody through, as where a policy forbids the host.
    Forbids,
    /// Answers each request itself: status line, headers and body.
    AnswersItself(String),
}

/// A certificate authority of a test's own.
#[derive(Debug)]
pub struct Authority {
    /// Its certificate in PEM, as `SSL_CERT_FILE` takes it.
    pub file: PathBuf,
    signer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes one and writes its certificate into `folder`.
    pub fn new(folder: &Path, name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).expect("a root certificate");
        let file = folder.join(format!("{name}.pem"));
        std::fs::write(&file, certificate.pem()).expect("the root certificate's file");
        Self {
            file,
            signer: Issuer::new(params, key),
        }
    }

    /// What a server shows that pretends to be Google.
    fn in_googles_name(&self) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let names = ["*.googleapis.com", "accounts.google.com", "analytics.google.com"];
        let params = CertificateParams::new(names.map(str::to_owned)).expect("names");
        let certificate = params.signed_by(&key, &self.signer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("a server's certificate");
        Arc::new(config)
    }
}

#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    rules: Arc<Mutex<Rules>>,
}

#[derive(Debug)]
struct Rules {
    manner: Manner,
    /// The host that the manner is for; all others are passed on.
    host: Option<String>,
    /// Hosts that were asked for.
    asked: Vec<String>,
}

impl Proxy {
    /// Listens on a free port, with `authority`'s certificates, in front of the sandbox at `base_url`.
    pub fn start(authority: &Authority, base_url: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let rules = Arc::new(Mutex::new(Rules {
            manner: Manner::Forwards,
            host: None,
            asked: Vec::new(),
        }));
        let tls = authority.in_googles_name();
        let sandbox = base_url.trim_start_matches("http://").to_owned();
        let known = Arc::clone(&rules);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, sandbox, rules) = (Arc::clone(&tls), sandbox.clone(), Arc::clone(&known));
                // A client that goes away is no matter of the proxy's.
                std::thread::spawn(move || serve(stream, tls, &sandbox, &rules).ok());
            }
        });
        Self { address, rules }
    }

    /// As `HTTPS_PROXY` takes it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, for all hosts.
    pub fn set(&self, manner: Manner) {
        self.order(manner, None);
    }

    /// From now on, for this host; all others are passed on.
    pub fn set_for(&self, host: &str, manner: Manner) {
        self.order(manner, Some(host.to_owned()));
    }

    fn order(&self, manner: Manner, host: Option<String>) {
        let mut rules = self.rules.lock().expect("the rules");
        rules.manner = manner;
        rules.host = host;
    }

    /// The hosts that were asked for since this was asked last.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.rules.lock().expect("the rules").asked)
    }
}

fn serve(mut stream: TcpStream, tls: Arc<ServerConfig>, sandbox: &str, rules: &Mutex<Rules>) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    let head = head_of(&mut BufReader::new(stream.try_clone()?))?;
    let target = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let host = target.split(':').next().unwrap_or_default().to_owned();
    let manner = {
        let mut rules = rules.lock().map_err(|_| io::ErrorKind::Other)?;
        rules.asked.push(host.clone());
        if rules.host.as_ref().is_none_or(|only| *only == host) {
            rules.manner.clone()
        } else {
            Manner::Forwards
        }
    };
    match manner {
        Manner::WantsPassword => {
            return stream.write_all(
                b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"company\"\r\n\
                  content-length: 0\r\nconnection: close\r\n\r\n",
            );
        }
        Manner::Forbids => {
            return stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
        Manner::Forwards | Manner::AnswersItself(_) => stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?,
    }
    let connection = ServerConnection::new(tls).map_err(io::Error::other)?;
    let mut client = BufReader::new(StreamOwned::new(connection, stream));
    let request = head_of(&mut client)?;
    let length = request.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or_default()];
    client.read_exact(&mut body)?;
    let answer = match manner {
        Manner::AnswersItself(answer) => answer.into_bytes(),
        _ => pass_on(sandbox, &host, &request, &body)?,
    };
    let client = client.get_mut();
    client.write_all(&answer)?;
    client.conn.send_close_notify();
    client.flush()
}

/// One request to the sandbox, and its whole answer.
fn pass_on(sandbox: &str, host: &str, request: &[String], body: &[u8]) -> io::Result<Vec<u8>> {
    let mut to_sandbox = TcpStream::connect(sandbox)?;
    let first = request.first().map_or("", String::as_str);
    let mut words = first.splitn(3, ' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut head = format!("{method} /{host}{path} HTTP/1.1\r\nhost: {sandbox}\r\nconnection: close\r\n");
    for line in &request[1..] {
        let name = line.split(':').next().unwrap_or_default();
        if !["host", "connection"]
            .iter()
            .any(|ours| name.eq_ignore_ascii_case(ours))
        {
            head.push_str(line);
            head.push_str("\r\n");
        }
    }
    head.push_str("\r\n");
    to_sandbox.write_all(head.as_bytes())?;
    to_sandbox.write_all(body)?;
    let mut answer = Vec::new();
    to_sandbox.read_to_end(&mut answer)?;
    Ok(answer)
}

/// The lines of a request's head.
fn head_of(from: &mut impl BufRead) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end() {
            "" => return Ok(lines),
            text => lines.push(text.to_owned()),
        }
    }
}
