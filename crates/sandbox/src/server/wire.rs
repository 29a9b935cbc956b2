//! Between hyper's messages and ours: read the request, find the host in the path, apply faults, compress.

use std::{convert::Infallible, io::Write as _, sync::Arc, time::Duration};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full, Limited, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Frame, Incoming};

use crate::{
    faults::Transport,
    google::Google,
    http::{ApiReply, ApiRequest, ReplyBody},
    rpc_error,
};

/// Bodies above this are refused; Google's own limits are lower for every method served here.
const MAX_BODY: usize = 32 * 1024 * 1024;
/// Smaller answers are not worth compressing.
const MIN_GZIP: usize = 512;

type Body = UnsyncBoxBody<Bytes, Dropped>;

/// The connection ends here on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox was asked to drop this connection")]
pub(super) struct Dropped;

pub(super) async fn answer(request: Request<Incoming>, google: Arc<Google>) -> Result<Response<Body>, Dropped> {
    let (parts, body) = request.into_parts();
    if !loopback_host(&parts.headers) {
        let page = "<!DOCTYPE html><title>Forbidden</title><p>The sandbox answers on loopback names only.".to_owned();
        return Ok(finish(ApiReply::html(403, page), false));
    }
    let clock = Arc::clone(&google);
    let Ok(collected) = Limited::new(body, MAX_BODY).collect().await else {
        return Ok(finish(
            rpc_error::status(413, "INVALID_ARGUMENT", "Request payload is too large.", vec![]),
            false,
        ));
    };
    let gzip = parts.headers.get_all(header::ACCEPT_ENCODING).iter().any(accepts_gzip);
    let head = parts.method == http::Method::HEAD;
    let (host, path) = split_target(parts.uri.path());
    let request = ApiRequest {
        method: if head { http::Method::GET } else { parts.method },
        host,
        path,
        query: url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect(),
        headers: parts.headers,
        body: collected.to_bytes(),
    };
    let fault = google.take_fault(&request);
    let delay = fault.as_ref().map(|fault| fault.delay).unwrap_or_default() + google.latency(&request);
    if !delay.is_zero() {
        tokio::time::sleep(delay.min(Duration::from_mins(10))).await;
    }
    let transport = fault.as_ref().map(|fault| fault.transport.clone()).unwrap_or_default();
    let before = fault.as_ref().is_some_and(|fault| fault.drop_before);
    let headers = fault.as_ref().map(|fault| fault.headers.clone()).unwrap_or_default();
    let reply = if before {
        google.log_dropped(&request);
        None
    } else if let Some(reply) = fault.and_then(|fault| fault.reply) {
        google.log_faulted(&request, reply.status);
        Some(reply)
    } else {
        // Reports take CPU and the parts take locks: neither belongs on the socket's thread.
        tokio::task::spawn_blocking(move || google.answer(&request)).await.ok()
    };
    let reply = reply.map(|mut reply| {
        reply.headers.extend(headers);
        reply
    });
    match (transport, reply) {
        (Transport::Drop, _) | (_, None) => Err(Dropped),
        (Transport::Truncate(kept), Some(reply)) => Ok(truncated(dated(reply, &clock), kept, gzip)),
        (Transport::Whole, Some(reply)) => Ok(finish(dated(reply, &clock), gzip)),
    }
}

/// With Google's time, unless a fault says another (RFC 9110 section 6.6.1).
fn dated(reply: ApiReply, google: &Google) -> ApiReply {
    if reply.header("date").is_some() {
        return reply;
    }
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    match printer.timestamp_to_rfc9110_string(&google.now()) {
        Ok(date) => reply.with_header("date", &date),
        Err(_) => reply,
    }
}

/// `/HOST/PATH` into host and decoded path. A path without a host is the sandbox's own: host is empty.
fn split_target(target: &str) -> (String, String) {
    let rest = target.trim_start_matches('/');
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host.contains('.') || host.starts_with('_') {
        (host.to_ascii_lowercase(), percent_decode(&format!("/{path}")))
    } else {
        (String::new(), percent_decode(&format!("/{rest}")))
    }
}

fn percent_decode(path: &str) -> String {
    if !path.contains('%') {
        return path.to_owned();
    }
    // A form parser would read `+` as a space: protect it.
    let pair = format!("={}", path.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map_or_else(|| path.to_owned(), |(_, value)| value.into_owned())
}

/// Pages from elsewhere must not reach the sandbox by a name that resolves to loopback.
fn loopback_host(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|value| value.to_str().ok()) else {
        return true;
    };
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

fn accepts_gzip(value: &HeaderValue) -> bool {
    value.to_str().is_ok_and(|list| {
        list.split(',').any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts.next() == Some("gzip") && !parts.any(|weight| weight == "q=0")
        })
    })
}

fn encode(reply: ApiReply, gzip: bool) -> (http::response::Builder, Bytes) {
    let encoded = reply.header("content-encoding").is_some();
    let (content_type, bytes) = match reply.body {
        ReplyBody::Json(value) => ("application/json; charset=UTF-8", Bytes::from(value.to_string())),
        ReplyBody::Bytes { content_type, bytes } => (content_type, bytes),
    };
    let mut builder = Response::builder()
        .status(reply.status)
        .header(header::CONTENT_TYPE, content_type)
        .header(header::VARY, "Origin, X-Origin, Referer")
        .header("x-content-type-options", "nosniff")
        .header(header::SERVER, "gantry-sandbox");
    for (name, value) in &reply.headers {
        builder = builder.header(name.as_str(), value.as_str());
    }
    let bytes = match (gzip && !encoded && bytes.len() >= MIN_GZIP)
        .then(|| compress(&bytes))
        .flatten()
    {
        Some(smaller) => {
            builder = builder.header(header::CONTENT_ENCODING, "gzip");
            smaller
        }
        None => bytes,
    };
    (builder, bytes)
}

fn compress(bytes: &Bytes) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 6), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

fn finish(reply: ApiReply, gzip: bool) -> Response<Body> {
    let (builder, bytes) = encode(reply, gzip);
    let body = Full::new(bytes)
        .map_err(|never: Infallible| match never {})
        .boxed_unsync();
    builder.body(body).unwrap_or_else(|_| Response::new(empty()))
}

/// Announces the whole length, sends `kept` bytes, and closes.
fn truncated(reply: ApiReply, kept: usize, gzip: bool) -> Response<Body> {
    let (builder, bytes) = encode(reply, gzip);
    let sent = bytes.slice(..kept.min(bytes.len()));
    // hyper drops what it has not flushed when a body fails: let the first bytes leave before the failure.
    let frames = futures_util::stream::unfold(Some(sent), |state| async move {
        if let Some(bytes) = state {
            return Some((Ok(Frame::data(bytes)), None));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Err(Dropped), None))
    });
    let body = BodyExt::boxed_unsync(StreamBody::new(frames));
    builder
        .header(header::CONTENT_LENGTH, bytes.len())
        .body(body)
        .unwrap_or_else(|_| Response::new(empty()))
}

fn empty() -> Body {
    Full::new(Bytes::new())
        .map_err(|never: Infallible| match never {})
        .boxed_unsync()
}
