//! What stood between this computer and Google: from an error of the HTTP client, or an answer that Google would not give,
//! to a name that a person can act on. None of these is a reason to sign in again.

use std::error::Error;
use std::fmt;
use std::io;

use http::StatusCode;

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

    /// Whether the request may have reached Google all the same, its answer lost.
    pub fn outcome_unknown(self) -> bool {
        matches!(self, Self::TimedOut | Self::BrokenOff)
    }

    /// The fault and its cause in the words of the part that failed, without the address that was dialled.
    pub(crate) fn of(error: &reqwest::Error) -> (Self, String) {
        let causes: Vec<&(dyn Error + 'static)> =
            std::iter::successors(error.source(), |&cause| cause.source()).collect();
        let kind = Self::among(&causes, error.is_timeout(), error.is_connect());
        let text = match causes.last() {
            Some(cause) => format!("{kind} ({cause})"),
            None => kind.to_string(),
        };
        (kind, text)
    }

    fn among(causes: &[&(dyn Error + 'static)], timed_out: bool, connecting: bool) -> Self {
        let said: Vec<String> = causes.iter().map(ToString::to_string).collect();
        let says = |words: &str| said.iter().any(|text| text.contains(words));
        let io = causes.iter().find_map(|cause| cause.downcast_ref::<io::Error>());
        if says("tunnel error") || says("proxy") || says("socks") {
            return Self::ProxyRefused;
        }
        if says("invalid peer certificate") {
            return if says("expired") || says("Expired") || says("not valid yet") || says("NotValidYet") {
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
        match io.map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => Self::Refused,
            Some(
                io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkDown
                | io::ErrorKind::AddrNotAvailable,
            ) => Self::Offline,
            Some(io::ErrorKind::TimedOut) => Self::TimedOut,
            // A firewall that rejects, rather than a line that breaks.
            Some(io::ErrorKind::PermissionDenied) if connecting => Self::Refused,
            _ => Self::BrokenOff,
        }
    }

    /// Whether an answer is one that Google does not give where JSON is due: of a proxy, or of a network's sign-in page.
    pub(crate) fn in_answer(status: StatusCode, content_type: Option<&str>) -> Option<Self> {
        let html = content_type.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"));
        match status.as_u16() {
            407 => Some(Self::ProxyRefused),
            200..=399 if html => Some(Self::CaptivePortal),
            // No token endpoint redirects.
            511 | 300..=399 => Some(Self::CaptivePortal),
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

    fn named(layers: Layer) -> NetworkFault {
        let first: &(dyn Error + 'static) = &layers;
        let causes: Vec<_> = std::iter::successors(Some(first), |&cause| cause.source()).collect();
        NetworkFault::among(&causes, false, true)
    }

    fn io(kind: io::ErrorKind, text: &'static str) -> Box<dyn Error> {
        Box::new(io::Error::new(kind, text))
    }

    /// The chains are those that the HTTP client makes; what it cannot be brought to make here is written down.
    #[test]
    fn r8_each_fault_of_the_network_has_its_name() {
        let uncategorised = || {
            io(
                io::ErrorKind::Other,
                "failed to lookup address information: Name or service not known",
            )
        };
        let certificate = |text| Layer("client error (Connect)", Some(io(io::ErrorKind::InvalidData, text)));
        for (layers, expected) in [
            (
                Layer(
                    "client error (Connect)",
                    Some(Box::new(Layer("dns error", Some(uncategorised())))),
                ),
                NetworkFault::Offline,
            ),
            (
                Layer(
                    "tcp connect error",
                    Some(io(io::ErrorKind::NetworkUnreachable, "unreachable")),
                ),
                NetworkFault::Offline,
            ),
            (
                Layer(
                    "tcp connect error",
                    Some(io(io::ErrorKind::ConnectionRefused, "refused")),
                ),
                NetworkFault::Refused,
            ),
            (
                Layer("tunnel error: proxy authorization required", None),
                NetworkFault::ProxyRefused,
            ),
            (
                Layer(
                    "tunnel error: failed to create underlying connection",
                    Some(io(io::ErrorKind::ConnectionRefused, "refused")),
                ),
                NetworkFault::ProxyRefused,
            ),
            (
                certificate("invalid peer certificate: UnknownIssuer"),
                NetworkFault::CertificateNotTrusted,
            ),
            (
                certificate("invalid peer certificate: certificate expired: verification time 9 (UNIX), but …"),
                NetworkFault::CertificateOutOfDate,
            ),
            (
                certificate("invalid peer certificate: certificate not valid yet: verification time 9 (UNIX), but …"),
                NetworkFault::CertificateOutOfDate,
            ),
            (
                Layer(
                    "connection error",
                    Some(io(io::ErrorKind::ConnectionReset, "reset by peer")),
                ),
                NetworkFault::BrokenOff,
            ),
        ] {
            let said = layers.to_string();
            assert_eq!(named(layers), expected, "{said}");
        }
        assert_eq!(NetworkFault::among(&[], true, false), NetworkFault::TimedOut);
    }

    #[test]
    fn r8_an_answer_that_google_would_not_give_is_named() {
        let of = |status: u16, kind| NetworkFault::in_answer(StatusCode::from_u16(status).unwrap(), kind);
        assert_eq!(
            of(200, Some("text/html; charset=utf-8")),
            Some(NetworkFault::CaptivePortal)
        );
        assert_eq!(of(302, None), Some(NetworkFault::CaptivePortal));
        assert_eq!(of(511, Some("text/html")), Some(NetworkFault::CaptivePortal));
        assert_eq!(of(407, None), Some(NetworkFault::ProxyRefused));
        assert_eq!(of(200, Some("application/json")), None);
        assert_eq!(of(502, Some("text/html")), None, "Google's own front end answers so");
    }
}
