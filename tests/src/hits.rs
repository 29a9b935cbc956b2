//! A loopback server that nobody should come to: it counts who does.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};

#[derive(Debug)]
pub struct Hits {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Hits {
    /// Listens on a free port; answers each request with an empty page.
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let notes = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                // A connection alone is a hit: even a name that was looked up is one too many.
                let mut head = [0; 1024];
                let read = stream.read(&mut head).unwrap_or_default();
                let first = String::from_utf8_lossy(&head[..read])
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                if let Ok(mut notes) = notes.lock() {
                    notes.push(first);
                }
                let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\naccess-control-allow-origin: *\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                let _ = stream.write_all(page.as_bytes());
            }
        });
        Self { port, seen }
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The first line of each request so far.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("the notes").clone()
    }
}
