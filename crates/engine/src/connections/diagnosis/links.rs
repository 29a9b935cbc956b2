//! The pages of the Google Cloud console that settle something.

use google_apis::ApiError;
use url::Url;

use crate::Engine;
use crate::dto::connections::Offer;

/// Where Google's own links to the console lead.
const CONSOLES: [&str; 2] = ["console.cloud.google.com", "console.developers.google.com"];

/// Google's name of the API that a method belongs to, and its service's name.
pub(super) fn api_of(method: &str) -> Option<(&'static str, &'static str)> {
    let service = method.split('.').next()?;
    crate::connections::oauth_client_guide::APIS
        .into_iter()
        .find(|(_, host)| host.strip_suffix(".googleapis.com") == Some(service))
}

/// The page that switches the API on: Google's own link where it leads to the console, else the API's page in the library.
pub(super) fn switch_on(engine: &Engine, error: &ApiError, project: Option<&str>) -> Option<Offer> {
    let (name, service) = api_of(error.api_method)?;
    let given = error.activation_url.as_deref().and_then(|url| Url::parse(url).ok());
    let given = given.filter(|url| {
        url.scheme() == "https" && url.host_str().is_some_and(|host| CONSOLES.contains(&host)) && url.port().is_none()
    });
    let url = given.or_else(|| {
        let mut url = Url::parse("https://console.cloud.google.com/apis/library/")
            .ok()?
            .join(service)
            .ok()?;
        if let Some(project) = project {
            url.query_pairs_mut().append_pair("project", project);
        }
        Some(url)
    })?;
    Some(Offer::OpenLink {
        label: format!("Enable the {name}"),
        link: engine.links.issue(url).ok()?,
    })
}
