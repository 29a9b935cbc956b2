//! Whether the container's published version sends to the measurement ID, and whether it waits for the visitor's consent.

use google_apis::tag_manager::ContainerVersion;
use google_apis::{ErrorKind, TagManager};
use serde_json::Value;

use super::{Made, check};
use crate::Engine;
use crate::connections::Session;
use crate::container_reading::{Reading, Sends, What, is_paused, parameter_text};
use crate::dto::provisioning::{ContainerMade, ProofCheck, ProofOutcome};
use crate::dto::templates::Template;

/// The trigger of Google's own that fires before all others: Consent Initialization - All Pages.
const CONSENT_INITIALIZATION: &str = "2147479572";

/// What was seen of the published version.
#[derive(Default)]
pub(super) struct Live {
    pub checks: Vec<ProofCheck>,
    pub calls: u32,
    /// There is no container, or its live version sends to the measurement ID, as far as can be told.
    pub sends: bool,
    pub waits_for_consent: bool,
}

/// One call; none without a container.
pub(super) async fn look(engine: &Engine, session: &Session, made: &Made) -> Live {
    let (Some(container), false) = (&made.result.container, made.result.measurement_id.is_empty()) else {
        return Live {
            sends: true,
            waits_for_consent: must_wait(made),
            ..Live::default()
        };
    };
    let path = format!(
        "accounts/{}/containers/{}",
        container.account_id, container.container_id
    );
    let answer = TagManager::new(&session.transport).live_version(&path).await;
    let checks = match answer {
        Ok(version) => return judged(made, container, &version),
        Err(error) if error.kind == ErrorKind::NotFound => vec![check(
            ProofOutcome::Bad,
            format!("{} has no published version", container.public_id),
            Some("so it does nothing on your pages".to_owned()),
            Some("Open the container in Google Tag Manager and press Submit, then Publish.".to_owned()),
        )],
        Err(error) => {
            let error = session.explain(engine, &path, error).await;
            vec![check(
                ProofOutcome::Warning,
                format!("What is published of {} could not be read", container.public_id),
                Some(error.message),
                Some(error.remedy),
            )]
        }
    };
    Live {
        checks,
        calls: 1,
        ..Live::default()
    }
}

fn judged(made: &Made, container: &ContainerMade, version: &ContainerVersion) -> Live {
    let id = made.result.measurement_id.as_str();
    let number = version.container_version_id.as_str();
    let sending = Sending::of(version, id);
    let mut checks = vec![sending.told(number, id)];
    if let Some(own) = container
        .version_id
        .as_deref()
        .filter(|own| *own != number && !sending.there())
    {
        checks.push(check(
            ProofOutcome::Warning,
            format!("Version {own} of this set-up is not the live one"),
            Some(format!("version {number} is")),
            Some("Somebody published another version since, or this one was not published.".to_owned()),
        ));
    }
    let waits = working_tags(version).any(decides_on_consent);
    if waits {
        checks.push(check(
            ProofOutcome::Good,
            "The Google tag waits for the visitor\u{2019}s consent",
            Some(format!("set in version {number}")),
            None,
        ));
    } else if must_wait(made) {
        checks.push(check(
            ProofOutcome::Warning,
            "The Google tag does not wait for the visitor\u{2019}s consent",
            Some(format!("version {number} sets no consent")),
            Some("Publish the version of this set-up, or set consent in the site's consent banner.".to_owned()),
        ));
    }
    Live {
        checks,
        calls: 1,
        sends: sending.there() || sending.other.is_some_and(|(_, open)| open),
        waits_for_consent: waits,
    }
}

/// What the Google tags of a version have to do with a measurement ID.
struct Sending {
    /// How many send to it.
    always: usize,
    /// How many do where a table says so.
    may: usize,
    /// Where another one sends, and whether that is decided on the page.
    other: Option<(String, bool)>,
}

impl Sending {
    fn of(version: &ContainerVersion, id: &str) -> Self {
        let reading = Reading::of_version(version);
        let google_tags = reading.active_senders().filter(|(_, sends)| sends.what == What::Visits);
        // A Google tag's own configuration and its tag are one.
        let (tags, configurations): (Vec<_>, Vec<_>) = google_tags.partition(|(sender, _)| sender.kind == "tag");
        let reaches = |list: &[(_, Sends)]| list.iter().any(|(_, sends)| sends.reaches(id));
        let counted = if reaches(&configurations) && !reaches(&tags) {
            configurations
        } else {
            tags
        };
        let (ours, others): (Vec<_>, Vec<_>) = counted.into_iter().partition(|(_, sends)| sends.reaches(id));
        // One of which nobody can tell is told before one that certainly sends elsewhere.
        let other = others.iter().find(|(_, sends)| sends.is_open()).or(others.first());
        let may = ours.iter().filter(|(_, sends)| sends.varies()).count();
        Self {
            always: ours.len() - may,
            may,
            other: other.map(|(_, sends)| {
                let targets: Vec<&str> = sends.targets.iter().map(String::as_str).collect();
                (targets.join(" or "), sends.is_open())
            }),
        }
    }

    fn there(&self) -> bool {
        self.always + self.may > 0
    }

    fn told(&self, version: &str, id: &str) -> ProofCheck {
        match (self.always, self.may, &self.other) {
            (0, 0, Some((other, true))) => check(
                ProofOutcome::Warning,
                format!("Where version {version} sends cannot be told"),
                Some(format!("its Google tag sends to {other}, which is decided on the page")),
                Some(format!(
                    "Make sure that it is {id} on this website, or publish the version of this set-up."
                )),
            ),
            (0, 0, other) => check(
                ProofOutcome::Bad,
                format!("Version {version} is live, and does not send to {id}"),
                Some(match other {
                    Some((other, _)) => format!("its Google tag sends to {other}"),
                    None => "it has no Google tag".to_owned(),
                }),
                Some("Publish the version of this set-up, or add a Google tag with this measurement ID.".to_owned()),
            ),
            (0, 1, _) => check(
                ProofOutcome::Warning,
                format!("Version {version} is live and may send to {id}"),
                Some("1 Google tag, where a table of Tag Manager leads to it".to_owned()),
                Some("Make sure that the table leads to it on this website.".to_owned()),
            ),
            (1, 0, _) => check(
                ProofOutcome::Good,
                format!("Version {version} is live and sends to {id}"),
                Some("1 Google tag".to_owned()),
                None,
            ),
            (always, may, _) => check(
                ProofOutcome::Warning,
                format!("Version {version} is live and sends to {id}"),
                Some(format!("{} Google tags", always + may)),
                Some("Keep one of them: visits may be counted more than once.".to_owned()),
            ),
        }
    }
}

/// Whether the set-up was to ask for consent: the form's word, else the template's.
fn must_wait(made: &Made) -> bool {
    made.form.wait_for_consent.unwrap_or_else(|| {
        let template = made.run.template.clone();
        let template = template.and_then(|template| serde_json::from_value::<Template>(template).ok());
        let consent = template.and_then(|template| template.tag_manager.consent);
        consent.is_some_and(|consent| !consent.analytics_storage)
    })
}

pub(in crate::provisioning) fn working_tags(version: &ContainerVersion) -> impl Iterator<Item = &Value> {
    version.tag.iter().filter(|tag| !is_paused(tag))
}

/// A tag that denies analytics before the visitor is asked: `gtag('consent', 'default', ...)`, or a consent platform's own.
pub(in crate::provisioning) fn decides_on_consent(tag: &Value) -> bool {
    if tag["type"] == "html" {
        let script = parameter_text(tag, "html").unwrap_or_default().replace('"', "'");
        let denied = script
            .split_once("analytics_storage")
            .and_then(|(_, rest)| rest.split_once('\''))
            .is_some_and(|(_, rest)| rest.trim_start_matches([':', ' ', '\'']).starts_with("denied"));
        return script.contains("'consent'") && script.contains("'default'") && denied;
    }
    fires_first(tag)
}

/// Whether a tag fires where consent is decided on, before all others.
pub(in crate::provisioning) fn fires_first(tag: &Value) -> bool {
    let triggers = tag["firingTriggerId"].as_array();
    triggers.is_some_and(|triggers| triggers.iter().any(|trigger| trigger == CONSENT_INITIALIZATION))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn consent_is_read_from_the_tag_that_sets_it() {
        let html = |script: &str| json!({ "type": "html", "parameter": [{ "key": "html", "value": script }] });
        for (script, waits) in [
            (
                "gtag('consent', 'default', { ad_storage: 'granted', analytics_storage: 'denied' });",
                true,
            ),
            ("gtag(\"consent\",\"default\",{\"analytics_storage\":\"denied\"})", true),
            (
                "gtag('consent', 'default', { ad_storage: 'denied', analytics_storage: 'granted' });",
                false,
            ),
            ("gtag('consent', 'update', { analytics_storage: 'denied' });", false),
            ("gtag('event', 'x')", false),
        ] {
            assert_eq!(decides_on_consent(&html(script)), waits, "{script}");
        }
        assert!(decides_on_consent(
            &json!({ "type": "cvt_1_2", "firingTriggerId": ["2147479572"] })
        ));
    }

    #[test]
    fn what_is_told_of_the_live_version_says_how_sure_it_is() {
        let row =
            |value: &str| json!({ "map": [{ "key": "key", "value": "host" }, { "key": "value", "value": value }] });
        let variables = vec![
            json!({ "name": "ID", "type": "c", "parameter": [{ "key": "value", "value": "G-1" }] }),
            json!({ "name": "By host", "type": "smm",
                    "parameter": [{ "key": "map", "list": [row("G-1"), row("G-TEST")] }] }),
        ];
        let tag = |id: &str| json!({ "type": "googtag", "firingTriggerId": ["2147479573"], "parameter": [{ "key": "tagId", "value": id }] });
        let told = |tags: &[&str], configurations: &[&str]| {
            let version = ContainerVersion {
                tag: tags.iter().map(|id| tag(id)).collect(),
                gtag_config: configurations.iter().map(|id| tag(id)).collect(),
                variable: variables.clone(),
                ..ContainerVersion::default()
            };
            let sending = Sending::of(&version, "G-1");
            let told = sending.told("3", "G-1");
            (told.outcome, told.what, told.detail.unwrap(), sending.there())
        };
        for (tags, configurations, outcome, what, detail, there) in [
            (
                &["G-2"][..],
                &[][..],
                ProofOutcome::Bad,
                "does not send",
                "sends to G-2",
                false,
            ),
            (&[], &[], ProofOutcome::Bad, "does not send", "no Google tag", false),
            (
                &["{{ID}}"],
                &[],
                ProofOutcome::Good,
                "sends to G-1",
                "1 Google tag",
                true,
            ),
            (
                &["G-2", "g-1"],
                &[],
                ProofOutcome::Good,
                "sends to G-1",
                "1 Google tag",
                true,
            ),
            (&[], &["G-1"], ProofOutcome::Good, "sends to G-1", "1 Google tag", true),
            (
                &["G-1"],
                &["G-1"],
                ProofOutcome::Good,
                "sends to G-1",
                "1 Google tag",
                true,
            ),
            (
                &["{{By host}}"],
                &[],
                ProofOutcome::Warning,
                "may send to G-1",
                "a table",
                true,
            ),
            (
                &["G-1", "{{By host}}"],
                &[],
                ProofOutcome::Warning,
                "sends to G-1",
                "2 Google tags",
                true,
            ),
            (
                &["AW-9", "{{DLV - id}}"],
                &[],
                ProofOutcome::Warning,
                "cannot be told",
                "{{DLV - id}}",
                false,
            ),
        ] {
            let found = told(tags, configurations);
            assert_eq!((found.0, found.3), (outcome, there), "{tags:?} {found:?}");
            assert!(found.1.contains(what) && found.2.contains(detail), "{tags:?} {found:?}");
        }
    }
}
