//! Whether the container's published version sends to the measurement ID, and whether it waits for the visitor's consent.

use google_apis::tag_manager::ContainerVersion;
use google_apis::{ErrorKind, TagManager};
use serde_json::Value;

use super::{Made, check};
use crate::Engine;
use crate::connections::Session;
use crate::dto::provisioning::{ContainerMade, ProofCheck, ProofOutcome};
use crate::dto::templates::Template;

/// The trigger of Google's own that fires before all others: Consent Initialization - All Pages.
const CONSENT_INITIALIZATION: &str = "2147479572";

/// What was seen of the published version.
#[derive(Default)]
pub(super) struct Live {
    pub checks: Vec<ProofCheck>,
    pub calls: u32,
    /// There is no container, or its live version sends to the measurement ID.
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
    let targets: Vec<String> = working_tags(version).filter_map(|tag| target(version, tag)).collect();
    let sending = targets.iter().filter(|target| *target == id).count();
    let mut checks = vec![match sending {
        0 => check(
            ProofOutcome::Bad,
            format!("Version {number} is live, and does not send to {id}"),
            Some(match targets.first() {
                Some(other) => format!("its Google tag sends to {other}"),
                None => "it has no Google tag".to_owned(),
            }),
            Some("Publish the version of this set-up, or add a Google tag with this measurement ID.".to_owned()),
        ),
        1 => check(
            ProofOutcome::Good,
            format!("Version {number} is live and sends to {id}"),
            Some("1 Google tag".to_owned()),
            None,
        ),
        many => check(
            ProofOutcome::Warning,
            format!("Version {number} is live and sends to {id}"),
            Some(format!("{many} Google tags")),
            Some("Keep one of them: visits may be counted more than once.".to_owned()),
        ),
    }];
    if let Some(own) = container
        .version_id
        .as_deref()
        .filter(|own| *own != number && sending == 0)
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
        sends: sending > 0,
        waits_for_consent: waits,
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
    version.tag.iter().filter(|tag| tag["paused"] != Value::Bool(true))
}

/// Where a Google tag (or a GA4 configuration of the days before it) sends.
fn target(version: &ContainerVersion, tag: &Value) -> Option<String> {
    let key = match tag["type"].as_str()? {
        "googtag" => "tagId",
        "gaawc" => "measurementId",
        _ => return None,
    };
    let text = parameter(tag, key)?;
    let name = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let constant = name.and_then(|name| {
        let mut variables = version.variable.iter();
        let found = variables.find(|variable| variable["name"] == name && variable["type"] == "c")?;
        parameter(found, "value")
    });
    Some(constant.unwrap_or(text).to_owned())
}

/// A tag that denies analytics before the visitor is asked: `gtag('consent', 'default', ...)`, or a consent platform's own.
pub(in crate::provisioning) fn decides_on_consent(tag: &Value) -> bool {
    if tag["type"] == "html" {
        let script = parameter(tag, "html").unwrap_or_default().replace('"', "'");
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

fn parameter<'a>(entity: &'a Value, key: &str) -> Option<&'a str> {
    let parameters = entity["parameter"].as_array()?;
    parameters.iter().find(|one| one["key"] == key)?["value"].as_str()
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
    fn a_google_tag_may_name_its_target_by_a_constant() {
        let version = ContainerVersion {
            variable: vec![json!({ "name": "ID", "type": "c", "parameter": [{ "key": "value", "value": "G-1" }] })],
            ..ContainerVersion::default()
        };
        let tag = |id: &str| json!({ "type": "googtag", "parameter": [{ "key": "tagId", "value": id }] });
        assert_eq!(target(&version, &tag("{{ID}}")).as_deref(), Some("G-1"));
        assert_eq!(target(&version, &tag("G-2")).as_deref(), Some("G-2"));
        assert_eq!(target(&version, &json!({ "type": "gaawe" })), None);
    }
}
