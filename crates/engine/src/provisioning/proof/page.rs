//! Whether the site's page holds the snippet: as it is served, without running anything of it.

use gantry_web::{Fetched, GoogleTag};

use super::{Made, check};
use crate::Engine;
use crate::dto::provisioning::{ProofCheck, ProofOutcome};
use crate::error::Result;
use crate::sites;

/// What was seen of the page.
#[derive(Default)]
pub(super) struct Page {
    pub title: Option<String>,
    pub checks: Vec<ProofCheck>,
    pub finding: Finding,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Finding {
    /// No website is measured.
    #[default]
    NoSite,
    Unreachable,
    Missing,
    Found,
}

pub(super) async fn look(engine: &Engine, made: &Made) -> Result<Page> {
    let Some(site) = made.site.as_ref().filter(|_| !made.tag_id().is_empty()) else {
        return Ok(Page::default());
    };
    let host = site.host_str().unwrap_or_default();
    Ok(match sites::look_at(engine, site).await? {
        Ok(page) => judged(made, page),
        Err(error) => Page {
            title: None,
            checks: vec![check(
                ProofOutcome::Bad,
                format!("{host} could not be looked at"),
                Some(sites::problem(&error)),
                Some("Open the site in your browser. If it opens there, go on: a visit proves it, too.".to_owned()),
            )],
            finding: Finding::Unreachable,
        },
    })
}

fn judged(made: &Made, page: Fetched) -> Page {
    let id = made.tag_id();
    let tag = page.facts.tag(id);
    let times = tag.map_or(0, GoogleTag::times);
    let mut checks = vec![match times {
        0 => missing(made, &page),
        1 => check(
            ProofOutcome::Good,
            format!("The page contains {id}"),
            Some("found once".to_owned()),
            None,
        ),
        _ => check(
            ProofOutcome::Warning,
            format!("The page contains {id} more than once"),
            Some(if times == 2 {
                "found twice".to_owned()
            } else {
                format!("found {times} times")
            }),
            Some("Remove all but one: visits may be counted more than once.".to_owned()),
        ),
    }];
    if times > 0 && made.result.container.is_some() {
        checks.extend(doubled(made, &page));
        checks.extend(noscript(made, tag.is_some_and(|tag| tag.noscript)));
    }
    Page {
        finding: if times > 0 { Finding::Found } else { Finding::Missing },
        checks,
        title: page.facts.title,
    }
}

fn missing(made: &Made, page: &Fetched) -> ProofCheck {
    let id = made.tag_id();
    let others: Vec<&str> = page
        .facts
        .tags
        .iter()
        .map(|tag| tag.id.as_str())
        .filter(|other| *other != id)
        .collect();
    let half = page.facts.tag(id).is_some();
    let detail = if half {
        "only the part for browsers without scripts was found".to_owned()
    } else if others.is_empty() {
        "no Google tag found".to_owned()
    } else {
        format!("found {} instead", others.join(", "))
    };
    let remedy = if page.cut_off {
        "The page is longer than Gantry reads (1 MB). Put the snippet at the beginning of the head."
    } else if half {
        "Paste the code for the head as well, and publish the site."
    } else if others.is_empty() {
        "Paste the snippet into the site's head, publish the site, and check again. A cache may serve the old page for a while."
    } else {
        "Paste the snippet as well, or instead where the other tag is no longer needed, and publish the site."
    };
    check(
        ProofOutcome::Bad,
        format!("The page does not contain {id}"),
        Some(detail),
        Some(remedy.to_owned()),
    )
}

/// The container sends to the measurement ID; a Google tag of its own in the page does so a second time.
fn doubled(made: &Made, page: &Fetched) -> Option<ProofCheck> {
    let id = made.result.measurement_id.as_str();
    let times = page.facts.tag(id).map_or(0, GoogleTag::times);
    (times > 0).then(|| {
        check(
            ProofOutcome::Warning,
            format!("The page also contains {id}"),
            Some("the container sends to it already".to_owned()),
            Some("Remove the Google tag from the page: visits may be counted twice.".to_owned()),
        )
    })
}

fn noscript(made: &Made, found: bool) -> Option<ProofCheck> {
    made.result.noscript.as_ref()?;
    Some(if found {
        check(
            ProofOutcome::Good,
            "The part for browsers without scripts is there",
            None,
            None,
        )
    } else {
        check(
            ProofOutcome::Warning,
            "The part for browsers without scripts is missing",
            Some("measuring works without it".to_owned()),
            Some(
                "Paste the code for the body directly after <body>, where the site's builder has a place for it."
                    .to_owned(),
            ),
        )
    })
}
