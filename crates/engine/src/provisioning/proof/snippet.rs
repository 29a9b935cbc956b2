//! The snippet of a set-up, with instructions for the builder that the site is made with, and for somebody else by e-mail.

use std::sync::Arc;
use std::time::Duration;

use super::{Made, guides};
use crate::Engine;
use crate::dto::ById;
use crate::dto::provisioning::SnippetView;
use crate::error::{Error, Result};
use crate::sites;

/// How long a page of instructions waits to learn what the site is made with.
const LOOK: Duration = Duration::from_secs(4);

/// The snippet of a finished set-up. Where nothing is known of the site, it is looked at, shortly.
pub async fn snippet(engine: &Arc<Engine>, request: ById) -> Result<SnippetView> {
    let made = Made::read(engine, &request.id).await?;
    if made.result.snippet.is_empty() {
        return Err(Error::invalid(
            "This set-up measures no website, so there is no snippet.",
            "Build the measurement ID of the app's stream into the app.",
        ));
    }
    let builder = match &made.site {
        Some(site) => match sites::known_builder(engine, site) {
            Some(known) => Some(known),
            None => {
                let page = tokio::time::timeout(LOOK, sites::look_at(engine, site)).await;
                let facts = page.ok().and_then(Result::ok).and_then(std::result::Result::ok);
                facts
                    .and_then(|page| page.facts.builder)
                    .map(|builder| builder.slug().to_owned())
            }
        },
        None => None,
    };
    let (email_subject, email_text) = email(&made);
    Ok(SnippetView {
        tag_id: made.tag_id().to_owned(),
        guides: guides::all(builder.as_deref(), made.result.noscript.is_some()),
        email_subject,
        email_text,
        site: made.link(engine),
        head: made.result.snippet,
        noscript: made.result.noscript,
    })
}

/// Subject and text for whoever looks after the site: everything that they need, and nothing to sign in to.
fn email(made: &Made) -> (String, String) {
    let site = made
        .site
        .as_ref()
        .and_then(|site| site.host_str())
        .unwrap_or("our website");
    let id = made.tag_id();
    let (what, ads) = match &made.result.container {
        Some(_) => ("Google Tag Manager", " (a Google Tag Manager container)"),
        None => ("the Google tag", " (a Google tag)"),
    };
    let subject = format!("Please add {what} to {site}: {id}");
    let head = made.result.snippet.trim();
    let after_body = match &made.result.noscript {
        Some(noscript) => format!(
            "2. Paste this code directly after the opening <body> tag of every page:\n\n{}\n\n3. Publish",
            noscript.trim()
        ),
        None => "2. Publish".to_owned(),
    };
    let text = format!(
        "Hello,\n\nplease add the code below to {site}{ads}, so that visits are counted in Google Analytics.\n\n\
         1. Paste this code as high in the <head> of every page as possible:\n\n{head}\n\n\
         {after_body} the change, and empty the site's cache if it has one.\n\n\
         Please add it once only. If {id} is on the pages already, nothing is left to do: write back that it is there. \
         If the site has a Content Security Policy, it has to allow www.googletagmanager.com and \
         *.google-analytics.com.\n\nThank you!\n"
    );
    (subject, text)
}
