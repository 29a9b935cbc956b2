//! What to look at where nobody comes, the likeliest first.

use super::Made;
use super::live::Live;
use super::page::{Finding, Page};

pub(super) fn all(made: &Made, page: &Page, live: &Live) -> Vec<String> {
    let id = made.tag_id();
    let Some(host) = made.site.as_ref().and_then(|site| site.host_str()) else {
        return vec![
            "Open the app on a device that is online. The app sends its first events after a minute or so.".to_owned(),
            "Google Analytics can take some minutes to show a first visit.".to_owned(),
        ];
    };
    let mut hints = Vec::new();
    match page.finding {
        Finding::Missing => hints.push(format!(
            "{id} is not on the page yet. Paste the snippet, publish the site, and empty its cache."
        )),
        Finding::Unreachable => hints.push(format!(
            "Gantry could not see {host}. Make sure that the site is online and that the snippet is on its pages."
        )),
        Finding::Found | Finding::NoSite => {}
    }
    if !live.sends {
        hints.push(format!(
            "What is published of {id} does not send to {}. Publish it in Google Tag Manager.",
            made.result.measurement_id
        ));
    }
    hints.push(if live.waits_for_consent {
        "The tag waits for consent: open the site and accept its cookie banner. Without a banner nobody is counted."
            .to_owned()
    } else {
        "If the site has a cookie banner, accept it: some banners hold back Google's tag until then.".to_owned()
    });
    hints.push(
        "Ad blockers and strict tracking protection keep visits from being counted. Try without, or on a phone over mobile data."
            .to_owned(),
    );
    hints.push(format!(
        "Make sure that you opened {host}, and not another site or a preview of it."
    ));
    hints
        .push("Google Analytics can take some minutes to show a first visit. Leave the page open and wait.".to_owned());
    hints
}
