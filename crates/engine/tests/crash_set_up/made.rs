//! What a set-up has made, as Google has it.

use serde_json::Value;

use crate::lane::Lane;

/// Everything that is there of one set-up, without what differs from one to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    accounts: usize,
    properties: usize,
    streams: usize,
    key_events: Vec<String>,
    custom_dimensions: Vec<String>,
    containers: usize,
    versions: usize,
    live_is_the_newest: bool,
    /// Kind and name of what is live, each as often as it is there.
    entities: Vec<String>,
    /// The run's result names what is there, and the snippet is the container's.
    told: bool,
}

impl Made {
    /// `name` tells the set-up's assets; `result` is what its run says.
    pub async fn of(lane: &Lane, name: &str, result: &Value) -> Self {
        let admin = "analyticsadmin.googleapis.com/v1beta";
        let summaries = lane.google(&format!("{admin}/accountSummaries?pageSize=200")).await;
        let mut accounts = list(&summaries, "accountSummaries");
        accounts.retain(|account| account["displayName"] == format!("Bakery {name}"));
        let properties = accounts
            .first()
            .map_or(Vec::new(), |account| list(account, "propertySummaries"));
        let property = properties
            .first()
            .map_or("", |property| property["property"].as_str().unwrap());
        let of_property = |what: &'static str| async move {
            let all = lane.google(&format!("{admin}/{property}/{what}?pageSize=200")).await;
            list(&all, what)
        };
        let streams = of_property("dataStreams").await;
        let mut key_events = texts(&of_property("keyEvents").await, "eventName");
        let mut custom_dimensions = texts(&of_property("customDimensions").await, "parameterName");
        key_events.sort();
        custom_dimensions.sort();

        let tag_manager = "tagmanager.googleapis.com/tagmanager/v2";
        let mut containers = Vec::new();
        for account in list(&lane.google(&format!("{tag_manager}/accounts")).await, "account") {
            let path = format!("{tag_manager}/{}/containers", account["path"].as_str().unwrap());
            let mut page = lane.google(&path).await;
            containers.extend(list(&page, "container"));
            while let Some(token) = page["nextPageToken"].as_str() {
                page = lane.google(&format!("{path}?pageToken={token}")).await;
                containers.extend(list(&page, "container"));
            }
        }
        containers.retain(|container| container["name"] == format!("{name}.example"));
        let container = containers.first().cloned().unwrap_or_default();
        let path = format!("{tag_manager}/{}", container["path"].as_str().unwrap_or_default());
        let versions = list(
            &lane.google(&format!("{path}/version_headers")).await,
            "containerVersionHeader",
        );
        let live = lane.google(&format!("{path}/versions:live")).await;
        let mut entities = Vec::new();
        for kind in ["tag", "trigger", "variable", "folder"] {
            let names = texts(&list(&live, kind), "name");
            entities.extend(names.into_iter().map(|name| format!("{kind} {name}")));
        }
        entities.sort();
        let measurement_id = streams.first().map(|stream| &stream["webStreamData"]["measurementId"]);
        let told = Some(&result["measurement_id"]) == measurement_id
            && result["container"]["public_id"] == container["publicId"]
            && result["container"]["version_id"] == live["containerVersionId"]
            && result["container"]["published"] == true
            && result["snippet"]
                .as_str()
                .unwrap()
                .contains(container["publicId"].as_str().unwrap_or("?"));
        Self {
            accounts: accounts.len(),
            properties: properties.len(),
            streams: streams.len(),
            key_events,
            custom_dimensions,
            containers: containers.len(),
            live_is_the_newest: versions.last().map(|version| &version["containerVersionId"])
                == Some(&live["containerVersionId"]),
            versions: versions.len(),
            entities,
            told,
        }
    }

    /// What every set-up has to end with.
    pub fn is_one_of_each(&self) {
        let ones = [
            self.accounts,
            self.properties,
            self.streams,
            self.containers,
            self.versions,
        ];
        assert_eq!(ones, [1; 5], "{self:?}");
        assert!(self.live_is_the_newest && self.told, "{self:?}");
        for names in [&self.entities, &self.key_events, &self.custom_dimensions] {
            let mut once = names.clone();
            once.dedup();
            assert_eq!(&once, names);
        }
        assert!(self.entities.contains(&"tag Google tag".to_owned()), "{self:?}");
    }
}

fn list(answer: &Value, key: &str) -> Vec<Value> {
    answer[key].as_array().cloned().unwrap_or_default()
}

fn texts(list: &[Value], key: &str) -> Vec<String> {
    list.iter().map(|one| one[key].as_str().unwrap().to_owned()).collect()
}
