//! The address that a browser is sent back to (RFC 8252 section 7.3): a port of this computer's own, bound before anything
//! is asked of Google.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use url::{Host, Url};

/// Why no address could be bound. Each cause has another remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// Another program, or another Gantry that waits, has all the ports that are allowed.
    #[error("{} in use by another program", in_words(.addresses))]
    InUse { addresses: Vec<String> },
    /// The operating system reserves the port, or forbids this program to listen.
    #[error("this computer does not let Gantry listen on {}: {source}", .addresses.join(", "))]
    NotPermitted { addresses: Vec<String>, source: io::Error },
    /// Neither 127.0.0.1 nor [::1] exists here.
    #[error("this computer has no loopback address: 127.0.0.1 ({four}), [::1] ({six})")]
    NoLoopback { four: io::Error, six: io::Error },
    #[error("no port of this computer could be opened for the answer: {0}")]
    Bind(io::Error),
    /// The OAuth client has no redirect URI that leads to this computer over plain http.
    #[error("the OAuth client has no registered http://127.0.0.1:PORT redirect address")]
    NoneRegistered,
}

fn in_words(addresses: &[String]) -> String {
    match addresses {
        [one] => format!("{one} is"),
        all => format!("{} are", all.join(", ")),
    }
}

/// Opens a socket: the operating system's own `bind`, or a test's.
pub(crate) type Bind<'a> = &'a (dyn Fn(SocketAddr) -> io::Result<TcpListener> + Send + Sync);

/// The operating system's `bind`.
pub(crate) fn system(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
}

/// Any free port of 127.0.0.1, else of [::1].
pub(crate) fn any(bind: Bind<'_>) -> Result<TcpListener, ListenError> {
    let four = match bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))) {
        Ok(socket) => return Ok(socket),
        Err(error) => error,
    };
    let six = match bind(SocketAddr::from((Ipv6Addr::LOCALHOST, 0))) {
        Ok(socket) => return Ok(socket),
        Err(error) => error,
    };
    // The first family is the one that should have worked; the second is absent on many computers.
    Err(match (four.kind(), six.kind()) {
        (ErrorKind::PermissionDenied, _) => not_permitted(vec!["127.0.0.1".to_owned()], four),
        (ErrorKind::AddrInUse, _) => ListenError::InUse {
            addresses: vec!["every port of 127.0.0.1".to_owned()],
        },
        (ErrorKind::AddrNotAvailable | ErrorKind::Unsupported, ErrorKind::PermissionDenied) => {
            not_permitted(vec!["[::1]".to_owned()], six)
        }
        (ErrorKind::AddrNotAvailable | ErrorKind::Unsupported, _) => ListenError::NoLoopback { four, six },
        _ => ListenError::Bind(four),
    })
}

/// The first of these redirect URIs whose port can be had, with its sockets.
pub(crate) fn first<'a>(uris: &[&'a str], bind: Bind<'_>) -> Result<(&'a str, Url, Vec<TcpListener>), ListenError> {
    let mut last = None;
    let mut tried = Vec::new();
    for uri in uris {
        let Some(url) = loopback_url(uri) else { continue };
        match of(&url, bind) {
            Ok(sockets) => return Ok((uri, url, sockets)),
            Err(error) => last = Some(error),
        }
        tried.push((*uri).to_owned());
    }
    Err(match last {
        None => ListenError::NoneRegistered,
        Some(error) if error.kind() == ErrorKind::AddrInUse => ListenError::InUse { addresses: tried },
        Some(error) if error.kind() == ErrorKind::PermissionDenied => not_permitted(tried, error),
        Some(error) => ListenError::Bind(error),
    })
}

fn not_permitted(addresses: Vec<String>, source: io::Error) -> ListenError {
    ListenError::NotPermitted { addresses, source }
}

/// `localhost` may mean either family to a browser: both are bound where both exist.
fn of(url: &Url, bind: Bind<'_>) -> io::Result<Vec<TcpListener>> {
    let port = url.port_or_known_default().unwrap_or(80);
    match url.host() {
        Some(Host::Ipv6(ip)) => Ok(vec![bind(SocketAddr::from((ip, port)))?]),
        Some(Host::Domain(_)) => {
            let four = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
            let six = bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port)));
            Ok(std::iter::once(four).chain(six).collect())
        }
        _ => Ok(vec![bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?]),
    }
}

/// The registered redirect URIs that a listener can serve: plain http on a loopback host, no query, no fragment, no user.
pub fn loopback_redirects(registered: &[String]) -> Vec<&str> {
    registered
        .iter()
        .filter(|uri| loopback_url(uri).is_some())
        .map(String::as_str)
        .collect()
}

fn loopback_url(uri: &str) -> Option<Url> {
    let url = Url::parse(uri).ok()?;
    let local = match url.host()? {
        Host::Ipv4(ip) => ip == Ipv4Addr::LOCALHOST,
        Host::Ipv6(ip) => ip == Ipv6Addr::LOCALHOST,
        Host::Domain(name) => name == "localhost",
    };
    let plain =
        url.scheme() == "http" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (local && plain).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An operating system that refuses each address for its own reason.
    fn refusing(four: ErrorKind, six: ErrorKind) -> impl Fn(SocketAddr) -> io::Result<TcpListener> + Send + Sync {
        move |address: SocketAddr| Err(io::Error::from(if address.is_ipv4() { four } else { six }))
    }

    #[test]
    fn c13_without_ipv4_the_other_loopback_address_serves() {
        let no_four = |address: SocketAddr| match address {
            SocketAddr::V4(_) => Err(io::Error::from(ErrorKind::AddrNotAvailable)),
            SocketAddr::V6(_) => TcpListener::bind(address),
        };
        let socket = any(&no_four).unwrap();
        assert_eq!(socket.local_addr().unwrap().ip(), Ipv6Addr::LOCALHOST);
    }

    #[test]
    fn a2_each_reason_why_no_port_can_be_had_has_its_name() {
        use ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied, Unsupported};
        assert!(matches!(
            any(&refusing(AddrNotAvailable, Unsupported)),
            Err(ListenError::NoLoopback { .. })
        ));
        assert!(matches!(
            any(&refusing(PermissionDenied, AddrNotAvailable)),
            Err(ListenError::NotPermitted { .. })
        ));
        assert!(matches!(
            any(&refusing(AddrInUse, AddrInUse)),
            Err(ListenError::InUse { .. })
        ));
        let uris = ["http://127.0.0.1:27495/terms", "http://localhost:27496/sign-in"];
        let named = first(&uris, &refusing(AddrInUse, AddrInUse)).unwrap_err();
        assert_eq!(
            named.to_string(),
            format!("{} are in use by another program", uris.join(", "))
        );
        assert!(matches!(
            first(&uris, &refusing(PermissionDenied, PermissionDenied)),
            Err(ListenError::NotPermitted { .. })
        ));
        assert!(matches!(
            first(&["https://127.0.0.1:1/x"], &refusing(AddrInUse, AddrInUse)),
            Err(ListenError::NoneRegistered)
        ));
    }

    #[test]
    fn a2_a_port_that_is_refused_gives_way_to_the_next() {
        let first_refused = |address: SocketAddr| {
            if address.port() == 27495 {
                return Err(io::Error::from(ErrorKind::PermissionDenied));
            }
            TcpListener::bind((address.ip(), 0))
        };
        let uris = ["http://127.0.0.1:27495/terms", "http://127.0.0.1:27496/sign-in"];
        let (uri, _, sockets) = first(&uris, &first_refused).unwrap();
        assert_eq!((uri, sockets.len()), (uris[1], 1));
    }
}
