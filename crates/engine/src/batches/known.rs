//! What is there already, so that setting it up again would make it twice; and what was begun before, which goes on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gantry_store::{Batch, ProvisioningState};
use serde_json::Value;

use crate::Engine;
use crate::dto::provisioning::{AnalyticsChoice, ContainerChoice, ProvisionRequest, ProvisionResult};
use crate::error::Result;
use crate::provisioning;
use crate::provisioning::website::site_key;

/// Set-ups that are looked through for what was set up before.
const RUNS_LOOKED_AT: u32 = 10_000;

/// By website, account name and container, with the words for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    websites: HashMap<String, String>,
    names: HashMap<String, String>,
    containers: HashMap<String, String>,
    /// Runs that were not finished, by what makes a form.
    unfinished: HashMap<String, String>,
}

impl Known {
    pub fn website(&mut self, website: &str, words: String) {
        if let Some(key) = site_key(website) {
            self.websites.entry(key).or_insert(words);
        }
    }

    pub fn name(&mut self, name: &str, words: String) {
        self.names.entry(name_key(name)).or_insert(words);
    }

    /// `GTM-...` or `accounts/1/containers/2`
    pub fn container(&mut self, container: &str, words: String) {
        self.containers.entry(name_key(container)).or_insert(words);
    }

    /// Why the form would make something twice. `container` is the one that its own row names: one that is chosen for all
    /// rows is meant.
    pub fn find(&self, form: &ProvisionRequest, container: Option<&str>) -> Option<String> {
        let website = site_key(&form.website).and_then(|key| self.websites.get(&key));
        let makes_account = form.analytics == AnalyticsChoice::NewAccount && !form.account_name.is_empty();
        let name = || self.names.get(&name_key(&form.account_name)).filter(|_| makes_account);
        let container = || self.containers.get(&name_key(container?));
        website.or_else(name).or_else(container).cloned()
    }

    /// The set-up of exactly this form that was begun before and not finished.
    pub fn unfinished(&self, form: &ProvisionRequest) -> Option<String> {
        let form = serde_json::to_value(form).ok()?;
        self.unfinished.get(&provisioning::identity(&form).to_string()).cloned()
    }

    /// By Gantry or otherwise; what `own`, this batch itself, has made does not count.
    pub async fn before(engine: &Arc<Engine>, connection_id: &str, own: Option<&Batch>) -> Result<Self> {
        let mut known = Self::default();
        let in_trash = provisioning::in_trash(engine).await?;
        let undone = provisioning::undone(engine).await?;
        let with_account = with_account(engine).await?;
        let own_rows = match own {
            Some(own) => engine.store().batch_rows(&own.id).await?,
            None => Vec::new(),
        };
        let own_runs: HashSet<_> = own_rows.into_iter().filter_map(|row| row.run_id).collect();
        let mut own_names = Vec::new();
        for run in engine.store().provisioning_runs(RUNS_LOOKED_AT).await? {
            let Ok(form) = serde_json::from_value::<ProvisionRequest>(run.form.clone()) else {
                continue;
            };
            let done = run.state == ProvisioningState::Done;
            let day = run.updated_at.strftime("%-d %B %Y").to_string();
            let is_own = own.is_some_and(|own| run.batch_id.as_ref() == Some(&own.id)) || own_runs.contains(&run.id);
            if is_own {
                own_names.push(form.account_name);
            } else if in_trash.contains_key(&run.id) {
                continue;
            } else if done {
                known.website(&form.website, format!("Its website was set up on {day}."));
                known.name(
                    &form.account_name,
                    format!("An account of this name was set up on {day}."),
                );
                for container in containers_of(&form, run.outcome) {
                    known.container(&container, format!("Its container was used by a set-up on {day}."));
                }
                continue;
            } else if with_account.contains(&run.id) {
                let words = |what: &str| format!("{what} was begun on {day} and is not finished.");
                known.website(&form.website, words("A set-up of its website"));
                known.name(&form.account_name, words("A set-up of this name"));
            }
            if !done && run.connection_id == connection_id && !undone.contains(&run.id) {
                let form = provisioning::identity(&run.form).to_string();
                // The newest counts.
                known.unfinished.entry(form).or_insert(run.id);
            }
        }
        for account in engine.store().analytics_accounts().await? {
            // The copy of Google's list may be older than the trash.
            let name = format!("accounts/{}", account.account_id.trim_start_matches("accounts/"));
            let gone = in_trash.values().flatten().any(|asset| *asset == name);
            if !gone && !own_names.contains(&account.display_name) {
                known.name(
                    &account.display_name,
                    "Google Analytics has an account of this name.".to_owned(),
                );
            }
        }
        Ok(known)
    }
}

/// The runs whose account is there.
async fn with_account(engine: &Engine) -> Result<HashSet<String>> {
    let mut runs = HashSet::new();
    for step in ["terms", "account"] {
        let made = engine.store().provisioning_responses(step).await?;
        let made = made
            .into_iter()
            .filter(|(_, response)| response["account_id"].is_string());
        runs.extend(made.map(|(run_id, _)| run_id));
    }
    Ok(runs)
}

/// The container of a set-up, by each of its names.
fn containers_of(form: &ProvisionRequest, outcome: Option<Value>) -> Vec<String> {
    let mut names = Vec::new();
    if let ContainerChoice::Existing { container } = &form.container {
        names.push(container.clone());
    }
    let made = outcome.and_then(|made| serde_json::from_value::<ProvisionResult>(made).ok());
    if let Some(made) = made.and_then(|made| made.container) {
        names.push(format!("accounts/{}/containers/{}", made.account_id, made.container_id));
        names.push(made.public_id);
    }
    names
}

fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}
