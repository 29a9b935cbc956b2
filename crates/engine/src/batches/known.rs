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
    unfinished: HashMap<String, Unfinished>,
    /// Runs that were, the same way.
    done: HashMap<String, String>,
}

/// A set-up that goes on.
#[derive(Clone, Debug)]
pub(super) struct Unfinished {
    pub run_id: String,
    /// Its account is there: whatever else there is of the name, this is the one.
    pub has_account: bool,
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
    pub fn unfinished(&self, form: &ProvisionRequest) -> Option<&Unfinished> {
        self.unfinished.get(&identity(form)?)
    }

    /// The set-up of exactly this form that was finished elsewhere.
    pub fn done(&self, form: &ProvisionRequest) -> Option<&String> {
        self.done.get(&identity(form)?)
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
        let (mut own_names, mut own_ids) = (Vec::new(), HashSet::new());
        for run in engine.store().provisioning_runs(RUNS_LOOKED_AT).await? {
            let Ok(form) = serde_json::from_value::<ProvisionRequest>(run.form.clone()) else {
                continue;
            };
            let done = run.state == ProvisioningState::Done;
            let day = run.updated_at.strftime("%-d %B %Y").to_string();
            let is_own = own.is_some_and(|own| run.batch_id.as_ref() == Some(&own.id)) || own_runs.contains(&run.id);
            if is_own {
                own_ids.insert(run.id.clone());
                own_names.push(form.account_name.clone());
            } else if in_trash.contains_key(&run.id) {
                continue;
            } else if done {
                known.website(&form.website, format!("Its website was set up on {day}."));
                if form.analytics == AnalyticsChoice::NewAccount {
                    known.name(
                        &form.account_name,
                        format!("An account of this name was set up on {day}."),
                    );
                }
                if run.connection_id == connection_id
                    && let Some(form) = identity(&form)
                {
                    known.done.entry(form).or_insert_with(|| run.id.clone());
                }
                for container in containers_of(&form, run.outcome) {
                    known.container(&container, format!("Its container was used by a set-up on {day}."));
                }
                continue;
            } else if with_account.contains(&run.id) {
                let words = |what: &str| format!("{what} was begun on {day} and is not finished.");
                known.website(&form.website, words("A set-up of its website"));
                if form.analytics == AnalyticsChoice::NewAccount {
                    known.name(&form.account_name, words("A set-up of this name"));
                }
            }
            if !done
                && run.connection_id == connection_id
                && !undone.contains(&run.id)
                && let Some(form) = identity(&form)
            {
                let unfinished = Unfinished {
                    has_account: with_account.contains(&run.id),
                    run_id: run.id,
                };
                // The newest counts.
                known.unfinished.entry(form).or_insert(unfinished);
            }
        }
        known.measured(engine, &own_ids, &in_trash).await?;
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

    /// Websites that Google Analytics measures, as far as the copy of its data streams tells. What the runs of `own` have made
    /// does not count, and what is in the trash neither.
    async fn measured(
        &mut self,
        engine: &Engine,
        own: &HashSet<String>,
        in_trash: &HashMap<String, Vec<String>>,
    ) -> Result<()> {
        let made = engine.store().provisioning_responses("property").await?.into_iter();
        let own: HashSet<_> = made
            .filter(|(run_id, _)| own.contains(run_id))
            .filter_map(|(_, response)| Some(response["property_id"].as_str()?.to_owned()))
            .collect();
        let gone: HashSet<_> = in_trash.values().flatten().collect();
        for stream in engine.store().data_streams().await? {
            let counts =
                !own.contains(&stream.property_id) && !gone.contains(&format!("properties/{}", stream.property_id));
            if let Some(website) = stream.default_uri.filter(|_| counts) {
                self.website(&website, "Google Analytics measures this website already.".to_owned());
            }
        }
        Ok(())
    }
}

/// What makes a form, as a run of today would keep it.
fn identity(form: &ProvisionRequest) -> Option<String> {
    let form = serde_json::to_value(form).ok()?;
    Some(provisioning::identity(&form).to_string())
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
