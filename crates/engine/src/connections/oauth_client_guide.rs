//! How a person gets an OAuth client of their own from the Google Cloud console, step by step. The one place of these
//! texts and links: the window's guided page and `gantry oauth-client guide` show the same.

use std::sync::Arc;

use url::Url;

use crate::Engine;
use crate::dto::Nothing;
use crate::dto::connections::GuideStep;
use crate::error::{Error, ErrorCode, Result};

/// Registered with an OAuth client of kind `web`, to the letter: where Google's terms page answers.
pub(crate) const WEB_TERMS_REDIRECT: &str = "http://127.0.0.1:27495/terms";
/// The same for signing in.
pub(crate) const WEB_SIGN_IN_REDIRECT: &str = "http://127.0.0.1:27496/sign-in";

/// Google's name of each API that Gantry uses, and its service's.
pub(crate) const APIS: [(&str, &str); 3] = [
    ("Google Analytics Admin API", "analyticsadmin.googleapis.com"),
    ("Google Analytics Data API", "analyticsdata.googleapis.com"),
    ("Tag Manager API", "tagmanager.googleapis.com"),
];

struct Step {
    id: &'static str,
    title: &'static str,
    text: &'static str,
    link: Option<&'static str>,
    copy: &'static [&'static str],
}

const STEPS: [Step; 8] = [
    Step {
        id: "project",
        title: "Make a Google Cloud project",
        text: "Create a project, or choose one that you have. It costs nothing, and Google counts your calls against it: \
               10,000 Tag Manager calls a day. Use one project for all your work; Google's terms forbid splitting it up \
               to get more.",
        link: Some("https://console.cloud.google.com/projectcreate"),
        copy: &[],
    },
    Step {
        id: "apis",
        title: "Enable three APIs",
        text: "Enable the Google Analytics Admin API, the Google Analytics Data API and the Tag Manager API in that \
               project. An API that is not enabled refuses every call, and Gantry tells you which one it was.",
        link: Some(
            "https://console.cloud.google.com/flows/enableapi?apiid=analyticsadmin.googleapis.com,\
             analyticsdata.googleapis.com,tagmanager.googleapis.com",
        ),
        copy: &[
            "Google Analytics Admin API",
            "Google Analytics Data API",
            "Tag Manager API",
        ],
    },
    Step {
        id: "consent",
        title: "Name the app on its consent screen",
        text: "Press Get started, then enter an app name that your colleagues will recognise, for instance \"Gantry at \
               Northlight\", and your e-mail address. People see this name when they sign in. A logo is not needed, and \
               would start a review at Google.",
        link: Some("https://console.cloud.google.com/auth/branding"),
        copy: &[],
    },
    Step {
        id: "audience",
        title: "Choose who may sign in",
        text: "Internal: only accounts of your own Google Workspace organisation, without warnings, and sign-ins last. \
               Choose it when everybody who uses Gantry has such an account. External: any Google account. Choose it \
               otherwise; it starts in testing.",
        link: Some("https://console.cloud.google.com/auth/audience"),
        copy: &[],
    },
    Step {
        id: "test_users",
        title: "Add test users, while it is in testing",
        text: "Under Audience, add every Google account that will sign in: up to 100. Anybody else is turned away on \
               Google's page, and Gantry does not hear of it. Internal apps and apps in production need no test users.",
        link: Some("https://console.cloud.google.com/auth/audience"),
        copy: &[],
    },
    Step {
        id: "publishing",
        title: "Decide how long sign-ins last",
        text: "Testing: every sign-in ends after 7 days. Good for trying Gantry out. In production: sign-ins last. \
               Press Publish app under Audience; you need not ask Google to verify it for your own use, but people then \
               see the warning \"Google hasn't verified this app\" and go on under Advanced, and 100 accounts can use it in \
               all. Internal: sign-ins last, without a warning. Tell Gantry which one you chose, so that it can say \
               beforehand when a sign-in ends.",
        link: Some("https://console.cloud.google.com/auth/audience"),
        copy: &[],
    },
    Step {
        id: "client",
        title: "Create the OAuth client",
        text: "Choose the application type Desktop app: it needs nothing else. Choose Web application only if Google's \
               terms page must come back to Gantry by itself when you create Analytics accounts; then add these two \
               addresses to its authorised redirect URIs, letter by letter.",
        link: Some("https://console.cloud.google.com/auth/clients/create"),
        copy: &[WEB_TERMS_REDIRECT, WEB_SIGN_IN_REDIRECT],
    },
    Step {
        id: "download",
        title: "Download its file and add it to Gantry",
        text: "Press Download JSON right after creating it: Google shows the secret only once. Add the file \
               client_secret_….json to Gantry, then make a test sign-in. The secret is kept in your keychain; delete the \
               downloaded file afterwards.",
        link: Some("https://console.cloud.google.com/auth/clients"),
        copy: &[],
    },
];

/// The steps, in order, with links that can be opened by their id.
pub async fn guide(engine: &Arc<Engine>, _: Nothing) -> Result<Vec<GuideStep>> {
    STEPS
        .iter()
        .map(|step| {
            let link = step.link.map(Url::parse).transpose().map_err(|error| {
                Error::new(
                    ErrorCode::Internal,
                    "The guide has a link that is none.",
                    "This is a defect of Gantry's; report it.",
                )
                .with_details(error)
            })?;
            Ok(GuideStep {
                id: step.id.to_owned(),
                title: step.title.to_owned(),
                text: step.text.to_owned(),
                link: link.map(|url| engine.links.issue(url)).transpose()?,
                copy: step.copy.iter().map(|text| (*text).to_owned()).collect(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_leads_to_googles_console_over_https() {
        for step in STEPS {
            let url = Url::parse(step.link.unwrap()).unwrap();
            assert_eq!(
                (url.scheme(), url.host_str()),
                ("https", Some("console.cloud.google.com")),
                "{}",
                step.id
            );
        }
    }

    #[test]
    fn the_guide_enables_every_api_that_gantry_uses() {
        let step = STEPS.iter().find(|step| step.id == "apis").unwrap();
        for (name, service) in APIS {
            assert!(step.copy.contains(&name) && step.text.contains(name), "{name}");
            assert!(step.link.unwrap().contains(service), "{service}");
        }
    }
}
