//! What a set-up has made, as Google has it.

use serde_json::Value;

use crate::child::Ended;
use crate::lane::{ADMIN, Lane, TAG_MANAGER};
use crate::shape::Shape;

/// Everything that is there of one set-up, without what differs from one to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    accounts: usize,
    properties: usize,
    streams: usize,
    containers: usize,
    versions: usize,
    live_is_the_newest: bool,
    /// Kind and name of everything else, each as often as it is there.
    names: Vec<String>,
    /// Clients of the agency that hold it.
    clients: usize,
    /// The run's result names what is there, and the snippet is the container's or the data stream's.
    told: bool,
}

impl Made {
    /// `name` tells the set-up's assets; `ended` is what its process says.
    pub async fn of(lane: &Lane, name: &str, ended: &Ended) -> Self {
        let summaries = lane
            .google(&format!("{ADMIN}/v1beta/accountSummaries?pageSize=200"))
            .await;
        let summaries = list(&summaries, "accountSummaries");
        let mut accounts = summaries.clone();
        accounts.retain(|account| account["displayName"] == format!("Bakery {name}"));
        // In an account of its own all are the set-up's; in another's it is known by its name.
        let mut properties: Vec<Value> = accounts.iter().flat_map(|one| list(one, "propertySummaries")).collect();
        if accounts.is_empty() {
            properties = summaries
                .iter()
                .flat_map(|one| list(one, "propertySummaries"))
                .collect();
            properties.retain(|property| property["displayName"] == format!("Website {name}"));
        }
        let property = properties
            .first()
            .map_or("", |property| property["property"].as_str().unwrap());
        let (streams, mut names) = of_property(lane, property).await;
        let containers = containers(lane, &format!("{name}.example")).await;
        let container = containers.first().cloned().unwrap_or_default();
        let (versions, live) = match container["path"].as_str() {
            Some(path) => {
                names.extend(drafts(lane, path).await);
                of_container(lane, path).await
            }
            None => (Vec::new(), Value::Null),
        };
        for kind in ["tag", "trigger", "variable", "folder"] {
            let entities = texts(&list(&live, kind), "name");
            names.extend(entities.into_iter().map(|name| format!("{kind} {name}")));
        }
        names.sort();

        let result = &ended.result;
        let web = streams.iter().find(|stream| stream["webStreamData"].is_object());
        let measurement_id = web.map(|stream| &stream["webStreamData"]["measurementId"]);
        let apps = list(result, "app_streams");
        let snippet_is_of = if containers.is_empty() {
            measurement_id.cloned().unwrap_or_default()
        } else {
            container["publicId"].clone()
        };
        let container_told = containers.is_empty()
            || (result["container"]["public_id"] == container["publicId"]
                && result["container"]["version_id"] == live["containerVersionId"]
                && result["container"]["published"] == true);
        let is_there = |app: &Value| {
            streams.iter().any(|stream| {
                let id = stream["name"].as_str().unwrap().rsplit('/').next().unwrap();
                app["data_stream_id"] == id && stream["webStreamData"].is_null()
            })
        };
        let told = Some(&result["measurement_id"]) == measurement_id
            && property.ends_with(result["property_id"].as_str().unwrap())
            && apps.len() + 1 == streams.len()
            && apps.iter().all(is_there)
            && container_told
            && result["snippet"]
                .as_str()
                .unwrap()
                .contains(snippet_is_of.as_str().unwrap_or("?"));
        Self {
            accounts: accounts.len(),
            properties: properties.len(),
            streams: streams.len(),
            containers: containers.len(),
            live_is_the_newest: versions
                .last()
                .map_or(&Value::Null, |newest| &newest["containerVersionId"])
                == &live["containerVersionId"],
            versions: versions.len(),
            names,
            clients: ended
                .clients
                .iter()
                .filter(|client| **client == result["client_id"])
                .count(),
            told,
        }
    }

    /// What every set-up of this shape has to end with.
    pub fn is_one_of_each(&self, shape: Shape) {
        let counts = [
            self.accounts,
            self.properties,
            self.streams,
            self.containers,
            self.versions,
        ];
        assert_eq!(counts, shape.counts(), "{self:#?}");
        assert!(self.live_is_the_newest && self.told, "{self:#?}");
        assert_eq!(self.clients, 1, "{self:#?}");
        let mut once = self.names.clone();
        once.dedup();
        assert_eq!(once, self.names);
        for name in shape.names() {
            assert!(self.names.iter().any(|known| known == name), "{name}: {self:#?}");
        }
    }
}

/// Its data streams, and the names of all else.
async fn of_property(lane: &Lane, property: &str) -> (Vec<Value>, Vec<String>) {
    let all = async |version: &str, what: &str| {
        let all = lane
            .google(&format!("{ADMIN}/{version}/{property}/{what}?pageSize=200"))
            .await;
        list(&all, what)
    };
    let mut names = Vec::new();
    for (what, field, kind) in [
        ("keyEvents", "eventName", "key event"),
        ("customDimensions", "parameterName", "custom dimension"),
        ("googleAdsLinks", "customerId", "link"),
    ] {
        let found = texts(&all("v1beta", what).await, field);
        names.extend(found.into_iter().map(|name| format!("{kind} {name}")));
    }
    for binding in all("v1alpha", "accessBindings").await {
        let role = binding["roles"][0]
            .as_str()
            .unwrap()
            .trim_start_matches("predefinedRoles/");
        names.push(format!("person {} {role}", binding["user"].as_str().unwrap()));
    }
    (all("v1beta", "dataStreams").await, names)
}

/// The containers that are called so, or so and something more.
pub async fn containers(lane: &Lane, name: &str) -> Vec<Value> {
    let mut containers = Vec::new();
    for account in list(&lane.google(&format!("{TAG_MANAGER}/accounts")).await, "account") {
        let path = format!("{TAG_MANAGER}/{}/containers", account["path"].as_str().unwrap());
        let mut page = lane.google(&path).await;
        containers.extend(list(&page, "container"));
        while let Some(token) = page["nextPageToken"].as_str() {
            page = lane.google(&format!("{path}?pageToken={token}")).await;
            containers.extend(list(&page, "container"));
        }
    }
    containers.retain(|container| container["name"].as_str().unwrap().starts_with(name));
    containers
}

/// All versions, and the one that is live.
async fn of_container(lane: &Lane, container: &str) -> (Vec<Value>, Value) {
    let path = format!("{TAG_MANAGER}/{container}");
    let versions = lane.google(&format!("{path}/version_headers")).await;
    let live = lane.google(&format!("{path}/versions:live")).await;
    (list(&versions, "containerVersionHeader"), live)
}

/// What lies in workspaces and is in no version.
async fn drafts(lane: &Lane, container: &str) -> Vec<String> {
    let workspaces = lane.google(&format!("{TAG_MANAGER}/{container}/workspaces")).await;
    let mut drafts = Vec::new();
    for workspace in list(&workspaces, "workspace") {
        // Tag Manager opens another for each that became a version; ours goes with its version.
        if workspace["name"].as_str().unwrap().starts_with("Gantry") {
            drafts.push(format!("workspace {}", workspace["name"]));
        }
        let path = format!("{TAG_MANAGER}/{}/status", workspace["path"].as_str().unwrap());
        for change in list(&lane.google(&path).await, "workspaceChange") {
            let tag = change["tag"]["name"].as_str().unwrap_or("of another kind");
            drafts.push(format!("draft {tag}"));
        }
    }
    drafts
}

fn list(answer: &Value, key: &str) -> Vec<Value> {
    answer[key].as_array().cloned().unwrap_or_default()
}

fn texts(list: &[Value], key: &str) -> Vec<String> {
    list.iter().map(|one| one[key].as_str().unwrap().to_owned()).collect()
}
