//! What stood between this computer and Google: from an error of the HTTP client, or from an answer that Google would not
//! give, to a name that a person can act on. None of these is a reason to sign in again.
//!
//! Both transports name their faults so; the engine has the words for people.

use std::error::Error;
use std::fmt;
use std::io;

/// A fault of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkFault {
    /// No network, or no name server that knows Google.
    Offline,
    /// The connection was refused: by a firewall, or because nothing listens there.
    Refused,
    TimedOut,
    /// The certificate is none that this computer trusts: a proxy that reads along, whose root certificate is not installed.
    CertificateNotTrusted,
    /// The certificate has expired or is not valid yet, by this computer's clock: the clock is wrong, more often than not.
    CertificateOutOfDate,
    /// The proxy cannot be reached, wants a password, or does not let this through.
    ProxyRefused,
    /// A sign-in page of the network (hotel, airport) answered in Google's place.
    CaptivePortal,
    /// The connection broke off: Google may have carried the request out.
    BrokenOff,
}

impl NetworkFault {
    const ALL: [Self; 8] = [
        Self::Offline,
        Self::Refused,
        Self::TimedOut,
        Self::CertificateNotTrusted,
        Self::CertificateOutOfDate,
        Self::ProxyRefused,
        Self::CaptivePortal,
        Self::BrokenOff,
    ];

    /// The fault that has this [`code`](Self::code).
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.code() == code)
    }

    /// A name for machines, which does not change.
    pub fn code(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Refused => "connection_refused",
            Self::TimedOut => "timed_out",
            Self::CertificateNotTrusted => "certificate_not_trusted",
            Self::CertificateOutOfDate => "certificate_out_of_date",
            Self::ProxyRefused => "proxy_refused",
            Self::CaptivePortal => "captive_portal",
            Self::BrokenOff => "broken_off",
        }
    }

    /// Whether it may be over in a second or two. A certificate, a proxy and a sign-in page wait for a person.
    pub fn may_pass_soon(self) -> bool {
        matches!(self, Self::Offline | Self::Refused | Self::TimedOut | Self::BrokenOff)
    }

    /// Whether the request may have reached Google all the same, its answer lost.
    pub fn outcome_unknown(self) -> bool {
        matches!(self, Self::TimedOut | Self::BrokenOff)
    }

    /// The fault behind an HTTP client's error, by what caused it, and the innermost cause in the words of the part that
    /// failed: without the address that was dialled. `timed_out` and `connecting` are what the client itself says.
    pub fn of(cause: Option<&(dyn Error + 'static)>, timed_out: bool, connecting: bool) -> (Self, String) {
        let causes: Vec<&(dyn Error + 'static)> = std::iter::successors(cause, |&cause| cause.source()).collect();
        let innermost = causes.last().map(ToString::to_string).unwrap_or_default();
        (Self::among(&causes, timed_out, connecting), innermost)
    }

    fn among(causes: &[&(dyn Error + 'static)], timed_out: bool, connecting: bool) -> Self {
        let said: Vec<String> = causes.iter().map(ToString::to_string).collect();
        let says = |words: &str| said.iter().any(|text| text.contains(words));
        // The tunnel's, the proxy's and the TLS library's own types are not to be had through the client: their words are.
        if says("tunnel error") || says("proxy") || says("socks") {
            return Self::ProxyRefused;
        }
        if says("invalid peer certificate") {
            let out_of_date = ["expired", "Expired", "not valid yet", "NotValidYet"];
            return if out_of_date.iter().any(|words| says(words)) {
                Self::CertificateOutOfDate
            } else {
                Self::CertificateNotTrusted
            };
        }
        if timed_out {
            return Self::TimedOut;
        }
        if says("dns error") {
            return Self::Offline;
        }
        let io = causes.iter().find_map(|cause| cause.downcast_ref::<io::Error>());
        match io.map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => Self::Refused,
            // A firewall that rejects, rather than a line that breaks.
            Some(io::ErrorKind::PermissionDenied) if connecting => Self::Refused,
            Some(
                io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkDown
                | io::ErrorKind::AddrNotAvailable,
            ) => Self::Offline,
            Some(io::ErrorKind::TimedOut) => Self::TimedOut,
            _ => Self::BrokenOff,
        }
    }

    /// Whether an answer is one that Google's APIs do not give: a proxy's (RFC 9110 section 15.5.8), or that of a network's
    /// sign-in page (RFC 6585 section 6; a redirect; a web page that says all is well).
    pub fn in_answer(status: u16, content_type: Option<&str>) -> Option<Self> {
        let is_page = content_type.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"));
        match status {
            407 => Some(Self::ProxyRefused),
            300..=399 | 511 => Some(Self::CaptivePortal),
            200..=299 if is_page => Some(Self::CaptivePortal),
            _ => None,
        }
    }
}

impl fmt::Display for NetworkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Offline => "no network, or Google's address cannot be found",
            Self::Refused => "the connection was refused",
            Self::TimedOut => "no answer in time",
            Self::CertificateNotTrusted => "the certificate is not trusted by this computer",
            Self::CertificateOutOfDate => "the certificate is out of date by this computer's clock",
            Self::ProxyRefused => "the proxy did not let the request through",
            Self::CaptivePortal => "a sign-in page of the network answered",
            Self::BrokenOff => "the connection broke off",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error and what caused it, as the HTTP client nests them.
    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<dyn Error + 'static>>);

    impl fmt::Display for Layer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Layer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref()
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "what caused a layer is optional")]
    fn io(kind: io::ErrorKind, text: &'static str) -> Option<Box<dyn Error>> {
        Some(Box::new(io::Error::new(kind, text)))
    }

    /// What cannot be brought about here is written down: the chains are those that the HTTP client makes.
    #[test]
    fn r8_each_fault_of_the_network_has_its_name() {
        let looked_up = io(io::ErrorKind::Other, "failed to lookup address information");
        for (chain, fault) in [
            (
                Layer("client error (Connect)", Some(Box::new(Layer("dns error", looked_up)))),
                NetworkFault::Offline,
            ),
            (
                Layer(
                    "tcp connect error",
                    io(io::ErrorKind::NetworkUnreachable, "unreachable"),
                ),
                NetworkFault::Offline,
            ),
            (
                Layer("tcp connect error", io(io::ErrorKind::ConnectionRefused, "refused")),
                NetworkFault::Refused,
            ),
            (
                Layer("tcp connect error", io(io::ErrorKind::PermissionDenied, "by rule")),
                NetworkFault::Refused,
            ),
            (
                Layer(
                    "tunnel error: failed to create underlying connection",
                    io(io::ErrorKind::ConnectionRefused, ""),
                ),
                NetworkFault::ProxyRefused,
            ),
            (
                Layer("tunnel error: proxy authorization required", None),
                NetworkFault::ProxyRefused,
            ),
            (
                Layer(
                    "connect",
                    io(io::ErrorKind::InvalidData, "invalid peer certificate: UnknownIssuer"),
                ),
                NetworkFault::CertificateNotTrusted,
            ),
            (
                Layer(
                    "connect",
                    io(
                        io::ErrorKind::InvalidData,
                        "invalid peer certificate: certificate expired: verification time 9",
                    ),
                ),
                NetworkFault::CertificateOutOfDate,
            ),
            (
                Layer(
                    "connect",
                    io(
                        io::ErrorKind::InvalidData,
                        "invalid peer certificate: certificate not valid yet: time 9",
                    ),
                ),
                NetworkFault::CertificateOutOfDate,
            ),
            (
                Layer("connection error", io(io::ErrorKind::ConnectionReset, "reset by peer")),
                NetworkFault::BrokenOff,
            ),
        ] {
            let said = format!("{chain:?}");
            let first: &(dyn Error + 'static) = &chain;
            assert_eq!(NetworkFault::of(Some(first), false, true).0, fault, "{said}");
        }
        assert_eq!(
            NetworkFault::of(None, true, true),
            (NetworkFault::TimedOut, String::new())
        );
    }

    #[test]
    fn a_code_names_its_fault() {
        for fault in NetworkFault::ALL {
            assert_eq!(NetworkFault::from_code(fault.code()), Some(fault));
        }
        assert_eq!(NetworkFault::from_code("of a later version"), None);
    }

    #[test]
    fn r8_an_answer_that_google_would_not_give_is_named() {
        let of = NetworkFault::in_answer;
        assert_eq!(
            of(200, Some("text/html; charset=utf-8")),
            Some(NetworkFault::CaptivePortal)
        );
        assert_eq!(of(302, None), Some(NetworkFault::CaptivePortal));
        assert_eq!(of(511, Some("text/html")), Some(NetworkFault::CaptivePortal));
        assert_eq!(of(407, Some("text/html")), Some(NetworkFault::ProxyRefused));
        assert_eq!(of(200, Some("application/json")), None);
        assert_eq!(of(404, Some("text/html")), None, "Google's own front end answers so");
        assert_eq!(of(502, Some("text/html")), None, "Google's own front end answers so");
    }
}
