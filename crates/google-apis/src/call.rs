//! One call before it is sent: what, where to, and whether it may be sent twice.

use bytes::Bytes;
use http::Method;
use url::Url;

/// The APIs that Gantry calls; quotas differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Api {
    AnalyticsAdmin,
    AnalyticsData,
    TagManager,
    /// Universal Analytics' provisioning (analytics v3).
    ProvisioningV3,
}

impl Api {
    /// The API's name as in its host.
    pub fn name(self) -> &'static str {
        match self {
            Self::AnalyticsAdmin => "analyticsadmin",
            Self::AnalyticsData => "analyticsdata",
            Self::TagManager => "tagmanager",
            Self::ProvisioningV3 => "analytics",
        }
    }

    pub(crate) fn host(self) -> &'static str {
        match self {
            Self::AnalyticsAdmin => "analyticsadmin.googleapis.com",
            Self::AnalyticsData => "analyticsdata.googleapis.com",
            Self::TagManager => "tagmanager.googleapis.com",
            Self::ProvisioningV3 => "analytics.googleapis.com",
        }
    }
}

/// What a call does at Google's, and so whether it may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing: repeated on passing faults.
    Read,
    /// Sets what it says, so that twice is as good as once: repeated on passing faults.
    Idempotent,
    /// Makes something new each time (a ticket, a property): never repeated by the transport.
    Unsafe,
}

/// Whether a person waits for the answer or a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Priority {
    #[default]
    Interactive,
    Bulk,
}

/// A call ready to be sent, any number of times.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub api: Api,
    pub api_method: &'static str,
    pub http_method: Method,
    /// Google's address.
    pub url: Url,
    pub body: Option<Bytes>,
    pub effect: Effect,
    /// Digits of the Analytics property that pays.
    pub property: Option<String>,
}

impl Call {
    /// `path` after the host, without its first slash: segments of resource names and fixed words. Characters that
    /// would end a segment are encoded, so that a name can never reach another method.
    pub fn new(api: Api, api_method: &'static str, http_method: Method, path: &str) -> Self {
        let mut url = google_url(api.host());
        if let Ok(mut segments) = url.path_segments_mut() {
            // A dot segment would be resolved away and climb out of the resource it stands in.
            segments.clear().extend(path.split('/').map(|segment| match segment {
                "." | ".." | "" => "-",
                other => other,
            }));
        }
        url.query_pairs_mut().append_pair("prettyPrint", "false");
        let effect = if http_method == Method::GET {
            Effect::Read
        } else {
            Effect::Unsafe
        };
        Self {
            api,
            api_method,
            http_method,
            url,
            body: None,
            effect,
            property: None,
        }
    }

    pub fn get(api: Api, api_method: &'static str, path: &str) -> Self {
        Self::new(api, api_method, Method::GET, path)
    }

    /// A POST that makes something.
    pub fn create<B: serde::Serialize>(api: Api, api_method: &'static str, path: &str, body: &B) -> Self {
        Self::new(api, api_method, Method::POST, path).json(body)
    }

    /// A POST that only asks.
    pub fn ask<B: serde::Serialize>(api: Api, api_method: &'static str, path: &str, body: &B) -> Self {
        let mut call = Self::new(api, api_method, Method::POST, path).json(body);
        call.effect = Effect::Read;
        call
    }

    /// A PATCH of the fields in `update_mask` (snake case, comma-separated).
    pub fn patch<B: serde::Serialize>(
        api: Api,
        api_method: &'static str,
        path: &str,
        update_mask: &str,
        body: &B,
    ) -> Self {
        let mut call = Self::new(api, api_method, Method::PATCH, path)
            .json(body)
            .query("updateMask", update_mask);
        call.effect = Effect::Idempotent;
        call
    }

    fn json<B: serde::Serialize>(mut self, body: &B) -> Self {
        // Our request types hold strings, numbers and lists under string keys: those always serialise.
        self.body = Some(serde_json::to_vec(body).map_or_else(|_| Bytes::new(), Bytes::from));
        self
    }

    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Replaces the value of the query parameter `name`.
    pub fn set_query(&mut self, name: &str, value: &str) {
        let kept: Vec<(String, String)> = self
            .url
            .query_pairs()
            .filter(|(key, _)| key != name)
            .map(|(k, v)| (k.into_owned(), v.into_owned()))
            .collect();
        self.url
            .query_pairs_mut()
            .clear()
            .extend_pairs(kept)
            .append_pair(name, value);
    }

    pub fn of_property(mut self, property: &str) -> Self {
        self.property = Some(property.trim_start_matches("properties/").to_owned());
        self
    }
}

fn google_url(host: &str) -> Url {
    let mut url = Url::parse("https://googleapis.com/").unwrap_or_else(|_| unreachable!("a constant URL parses"));
    // Hosts are the constants of `Api::host`.
    let _ = url.set_host(Some(host));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_segment() {
        let call = Call::get(
            Api::TagManager,
            "tagmanager.accounts.get",
            "tagmanager/v2/accounts/1?x=1#y/..",
        );
        assert_eq!(call.url.path(), "/tagmanager/v2/accounts/1%3Fx=1%23y/-");
        assert_eq!(call.url.host_str(), Some("tagmanager.googleapis.com"));
        assert_eq!(call.url.query(), Some("prettyPrint=false"));
    }

    #[test]
    fn a_custom_verb_keeps_its_colon() {
        let call = Call::ask(
            Api::AnalyticsData,
            "x",
            "v1beta/properties/1:runReport",
            &serde_json::json!({}),
        );
        assert_eq!(call.url.path(), "/v1beta/properties/1:runReport");
        assert_eq!(call.effect, Effect::Read);
    }

    #[test]
    fn a_query_parameter_is_replaced_not_repeated() {
        let mut call = Call::get(Api::TagManager, "x", "tagmanager/v2/accounts").query("pageToken", "a");
        call.set_query("pageToken", "b&c");
        assert_eq!(call.url.query(), Some("prettyPrint=false&pageToken=b%26c"));
    }
}
