//! The forms that are killed, and what is there before they begin.

use std::collections::BTreeSet;

use gantry_engine::dto::provisioning::{
    AnalyticsChoice, ContainerChoice, PersonAccess, PropertyRole, ProvisionRequest, ProvisionStep,
};
use serde_json::{Value, json};

use crate::lane::{ADMIN, Lane, TAG_MANAGER};

/// Had a role on the property before, and is to get another one.
const COLLEAGUE: &str = "ben.okafor@northlight.example";
const NEW_COLLEAGUE: &str = "ana.keller@northlight.example";

/// One kind of set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A new account, measured as a shop is, in a new container.
    NewAccount,
    /// A new property with apps in an account that is there, and a container with other people's tags and drafts.
    ExistingContainer,
    /// A property with a stream, key events and people of its own gets what it lacks, apps, a Google Ads link and more people.
    ExistingProperty,
}

impl Shape {
    /// For names.
    pub fn word(self) -> &'static str {
        match self {
            Self::NewAccount => "new",
            Self::ExistingContainer => "container",
            Self::ExistingProperty => "property",
        }
    }

    /// Makes what other people made before, and fills in the form. `name` tells its assets from those of other set-ups.
    pub async fn prepared(self, lane: &Lane, name: &str) -> ProvisionRequest {
        let plain = ProvisionRequest {
            account_name: format!("Bakery {name}"),
            property_name: format!("Website {name}"),
            website: format!("https://{name}.example"),
            time_zone: "Europe/Berlin".to_owned(),
            currency: "EUR".to_owned(),
            country: "DE".to_owned(),
            template: Some("shop".to_owned()),
            container: ContainerChoice::New { account_id: None },
            ..ProvisionRequest::default()
        };
        let app = Some(format!("example.{}.app", name.replace('-', "_")));
        let bundle = Some(format!("example.{name}.app"));
        match self {
            Self::NewAccount => plain,
            Self::ExistingContainer => ProvisionRequest {
                analytics: AnalyticsChoice::Account {
                    account_id: account(lane).await.trim_start_matches("accounts/").to_owned(),
                },
                container: ContainerChoice::Existing {
                    container: container(lane, &format!("{name}.example")).await,
                },
                android_package: app,
                ios_bundle: bundle,
                // The new account's set-up has them.
                skip: BTreeSet::from([
                    ProvisionStep::EnhancedMeasurement,
                    ProvisionStep::DataRetention,
                    ProvisionStep::KeyEvents,
                    ProvisionStep::CustomDimensions,
                ]),
                ..plain
            },
            Self::ExistingProperty => {
                let property = property(lane, &plain).await;
                let person = |email: &str| PersonAccess {
                    email: email.to_owned(),
                    role: PropertyRole::Editor,
                };
                ProvisionRequest {
                    analytics: AnalyticsChoice::Property {
                        property_id: property.trim_start_matches("properties/").to_owned(),
                    },
                    template: Some("app".to_owned()),
                    container: ContainerChoice::None,
                    android_package: app,
                    ios_bundle: bundle,
                    google_ads_customer: Some("123-456-7890".to_owned()),
                    people: vec![person(COLLEAGUE), person(NEW_COLLEAGUE)],
                    ..plain
                }
            }
        }
    }

    /// How many accounts, properties, data streams, containers and versions there are of one set-up of this shape.
    pub fn counts(self) -> [usize; 5] {
        match self {
            Self::NewAccount => [1, 1, 1, 1, 1],
            Self::ExistingContainer => [0, 1, 3, 1, 2],
            Self::ExistingProperty => [0, 1, 3, 0, 0],
        }
    }

    /// What is there of people, besides what the set-up makes.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::NewAccount => &["tag Google tag", "key event purchase"],
            Self::ExistingContainer => &["tag Google tag", "tag Theirs", "draft Draft of theirs"],
            Self::ExistingProperty => &[
                "key event their_own",
                "link 1234567890",
                "person ben.okafor@northlight.example viewer",
                "person ana.keller@northlight.example editor",
            ],
        }
    }
}

/// The bakery's account at Google Analytics.
async fn account(lane: &Lane) -> String {
    let all = lane.google(&format!("{ADMIN}/v1beta/accountSummaries")).await;
    let all = all["accountSummaries"].as_array().unwrap();
    let bakery = all.iter().find(|one| one["displayName"] == "Harbour Bakery").unwrap();
    bakery["account"].as_str().unwrap().to_owned()
}

/// A property that somebody set up before, with a stream for the form's website.
async fn property(lane: &Lane, form: &ProvisionRequest) -> String {
    let body = json!({ "parent": account(lane).await, "displayName": form.property_name, "timeZone": form.time_zone });
    let made = lane.post(&format!("{ADMIN}/v1beta/properties"), body).await;
    let property = made["name"].as_str().unwrap();
    let stream =
        json!({ "type": "WEB_DATA_STREAM", "displayName": "Theirs", "webStreamData": { "defaultUri": form.website } });
    lane.post(&format!("{ADMIN}/v1beta/{property}/dataStreams"), stream)
        .await;
    let event = json!({ "eventName": "their_own", "countingMethod": "ONCE_PER_EVENT" });
    lane.post(&format!("{ADMIN}/v1beta/{property}/keyEvents"), event).await;
    let person = json!({ "user": COLLEAGUE, "roles": ["predefinedRoles/viewer"] });
    lane.post(&format!("{ADMIN}/v1alpha/{property}/accessBindings"), person)
        .await;
    property.to_owned()
}

/// A container with a live version, in whose default workspace somebody has a change that is not published. Its public id.
async fn container(lane: &Lane, name: &str) -> String {
    let accounts = lane.google(&format!("{TAG_MANAGER}/accounts")).await;
    let account = accounts["account"][0]["path"].as_str().unwrap();
    let wanted = json!({ "name": name, "usageContext": ["web"] });
    let made = lane.post(&format!("{TAG_MANAGER}/{account}/containers"), wanted).await;
    let path = format!("{TAG_MANAGER}/{}", made["path"].as_str().unwrap());
    let tag = |name: &str| json!({ "name": name, "type": "html", "parameter": [{ "type": "template", "key": "html", "value": "<b>1</b>" }] });
    let workspace = lane
        .post(&format!("{path}/workspaces"), json!({ "name": "Theirs" }))
        .await;
    let workspace = format!("{TAG_MANAGER}/{}", workspace["path"].as_str().unwrap());
    lane.post(&format!("{workspace}/tags"), tag("Theirs")).await;
    let version = lane
        .post(&format!("{workspace}:create_version"), json!({ "name": "Theirs" }))
        .await;
    let version = version["containerVersion"]["path"].as_str().unwrap();
    lane.post(&format!("{TAG_MANAGER}/{version}:publish"), Value::Null)
        .await;
    lane.post(&format!("{path}/workspaces/1/tags"), tag("Draft of theirs"))
        .await;
    made["publicId"].as_str().unwrap().to_owned()
}
