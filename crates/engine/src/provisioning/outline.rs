//! Which steps a set-up has, what each makes and which calls it costs: the one place that knows, for the plan that is
//! shown and for the run that follows it.

use std::collections::BTreeSet;

use gantry_domain::Permission;

use super::{wanted, website};
use crate::dto::provisioning::{
    AnalyticsChoice, ClientChoice, ContainerChoice, Dialect, PlannedStep, ProvisionRequest, ProvisionStep,
};
use crate::dto::templates::Template;
use crate::templates;

/// One step of a set-up, before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_field_names)] // `step.step` is what a set-up's step is called elsewhere, too
pub(super) struct Step {
    pub step: ProvisionStep,
    /// What it makes, in plain words.
    pub detail: String,
    pub analytics_calls: u32,
    /// Of these, the reads that only make sure.
    pub safety_reads: u32,
    pub tag_manager_calls: u32,
    /// A person may leave it out.
    pub optional: bool,
    pub skipped: bool,
}

impl Step {
    fn new(step: ProvisionStep, detail: impl Into<String>) -> Self {
        Self {
            step,
            detail: detail.into(),
            analytics_calls: 0,
            safety_reads: 0,
            tag_manager_calls: 0,
            optional: false,
            skipped: false,
        }
    }

    fn analytics(mut self, calls: usize) -> Self {
        self.analytics_calls = u32::try_from(calls).unwrap_or(u32::MAX);
        self
    }

    fn reading(mut self, safety_reads: u32) -> Self {
        self.safety_reads = safety_reads;
        self.analytics_calls += safety_reads;
        self
    }

    fn tag_manager(mut self, calls: u32) -> Self {
        self.tag_manager_calls = calls;
        self
    }

    /// The same at Tag Manager.
    fn looking(mut self, safety_reads: u32) -> Self {
        self.safety_reads += safety_reads;
        self.tag_manager_calls += safety_reads;
        self
    }

    fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// As it is shown. A step that is left out costs nothing.
    pub fn planned(&self) -> PlannedStep {
        let calls = |calls| if self.skipped { 0 } else { calls };
        PlannedStep {
            step: self.step,
            detail: self.detail.clone(),
            analytics_calls: calls(self.analytics_calls),
            tag_manager_calls: calls(self.tag_manager_calls),
            optional: self.optional,
            skipped: self.skipped,
        }
    }
}

/// The steps of this form, which is tidied, in the order in which they run.
pub(super) fn steps(form: &ProvisionRequest, template: &Template) -> Vec<Step> {
    let mut steps = place(form, template);
    steps.extend(measured(form, template));
    steps.extend(shared(form, template));
    steps.extend(container(form, template));
    if let Some(snippet) = snippet(form) {
        steps.push(snippet);
    }
    if let Some(client) = client(form) {
        steps.push(client);
    }
    // Without tags there is nothing to open a workspace for.
    let empty = |step| step == ProvisionStep::Workspace && form.skip.contains(&ProvisionStep::Tags);
    for step in &mut steps {
        step.skipped = empty(step.step) || (step.optional && form.skip.contains(&step.step));
    }
    steps
}

/// What one sign-in asks for: the union of all steps.
pub(super) fn permissions(form: &ProvisionRequest, template: &Template) -> BTreeSet<Permission> {
    let steps = steps(form, template);
    let has = |wanted: ProvisionStep| steps.iter().any(|step| step.step == wanted && !step.skipped);
    let mut permissions = BTreeSet::from([Permission::View, Permission::Configure]);
    if has(ProvisionStep::Container) {
        permissions.insert(Permission::Edit);
    }
    // A version that was not made cannot be published.
    if [ProvisionStep::Tags, ProvisionStep::Version, ProvisionStep::Publish]
        .into_iter()
        .all(has)
    {
        permissions.insert(Permission::Publish);
    }
    if has(ProvisionStep::People) {
        permissions.insert(Permission::Manage);
    }
    permissions
}

/// Whether a person has to accept Google's Terms of Service, which a service account cannot.
pub(super) fn needs_terms(form: &ProvisionRequest) -> bool {
    matches!(form.analytics, AnalyticsChoice::NewAccount) && form.dialect != Dialect::V3Tree
}

/// The account and the property.
fn place(form: &ProvisionRequest, template: &Template) -> Vec<Step> {
    let property = || {
        let mut detail = format!("Property \"{}\", {}", form.property_name, form.time_zone);
        for more in [Some(&form.currency), template.property.industry.as_ref()]
            .into_iter()
            .flatten()
            .filter(|more| !more.is_empty())
        {
            detail.push_str(", ");
            detail.push_str(more);
        }
        Step::new(ProvisionStep::Property, detail).analytics(1)
    };
    match &form.analytics {
        AnalyticsChoice::NewAccount => {
            let asked = match form.dialect {
                Dialect::V3Tree => format!("Account \"{}\" by the old Provisioning API", form.account_name),
                Dialect::V3Ticket => format!("Ticket for \"{}\" by the old Provisioning API", form.account_name),
                Dialect::Ga4 => format!("Ticket for the account \"{}\"", form.account_name),
            };
            // The accounts from before tell a new one from an old one where the answer is lost.
            let mut steps = vec![Step::new(ProvisionStep::Ticket, asked).analytics(1).reading(1)];
            if needs_terms(form) {
                steps.push(Step::new(
                    ProvisionStep::Terms,
                    "You accept Google's Terms of Service in the browser",
                ));
            }
            // Google's answer names it: it is looked for only where Google does not know it yet.
            steps.push(Step::new(
                ProvisionStep::Account,
                format!("Account \"{}\"", form.account_name),
            ));
            steps.push(property());
            steps
        }
        AnalyticsChoice::Account { account_id } => {
            vec![
                Step::new(ProvisionStep::Account, format!("Account {account_id}, which is there")),
                property(),
            ]
        }
        AnalyticsChoice::Property { property_id } => {
            vec![
                Step::new(
                    ProvisionStep::Property,
                    format!("Property {property_id}, which is there"),
                )
                .analytics(1),
            ]
        }
    }
}

/// What the property measures, and how. In a property that is there it is looked first what is missing.
fn measured(form: &ProvisionRequest, template: &Template) -> Vec<Step> {
    let look = usize::from(wanted::is_there(form));
    let mut steps = Vec::new();
    if !form.website.is_empty() {
        steps.push(
            Step::new(
                ProvisionStep::DataStream,
                format!("Web data stream for {}", form.website),
            )
            .analytics(look + 1),
        );
    }
    let apps = wanted::app_streams(form);
    if !apps.is_empty() {
        let names: Vec<&str> = apps.iter().map(|app| app.address.as_str()).collect();
        steps.push(
            Step::new(ProvisionStep::AppStreams, names.join(", "))
                .analytics(look + apps.len())
                .optional(),
        );
    }
    if let Some(measurement) = wanted::enhanced_measurement(form, template) {
        let detail = if measurement.settings.stream_enabled {
            "Scrolls, clicks, searches and downloads are counted by themselves"
        } else {
            "Nothing but page views is counted by itself"
        };
        steps.push(
            Step::new(ProvisionStep::EnhancedMeasurement, detail)
                .analytics(1)
                .optional(),
        );
    }
    if let Some(retention) = wanted::retention(template) {
        steps.push(
            Step::new(ProvisionStep::DataRetention, retention.detail)
                .analytics(look + 1)
                .optional(),
        );
    }
    let (events, dimensions) = (template.key_events.len(), template.custom_dimensions.len());
    if events > 0 {
        steps.push(
            Step::new(ProvisionStep::KeyEvents, wanted::count(events, "key event"))
                .analytics(look + events)
                .optional(),
        );
    }
    if dimensions > 0 {
        steps.push(
            Step::new(
                ProvisionStep::CustomDimensions,
                wanted::count(dimensions, "custom dimension"),
            )
            .analytics(look + dimensions)
            .optional(),
        );
    }
    steps
}

/// Whom the property is shared with. In one that is there it is looked first who has a role.
fn shared(form: &ProvisionRequest, template: &Template) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(customer) = &form.google_ads_customer {
        steps.push(
            Step::new(ProvisionStep::GoogleAdsLink, format!("Google Ads account {customer}"))
                .analytics(1)
                .optional(),
        );
    }
    let people = wanted::people(form, template);
    if !people.is_empty() {
        let names: Vec<&str> = people.iter().map(|person| person.email.as_str()).collect();
        let look = usize::from(wanted::is_there(form));
        steps.push(
            Step::new(ProvisionStep::People, names.join(", "))
                .analytics(look + 1)
                .optional(),
        );
    }
    steps
}

/// What stands between the container and the site. In a container that is there other people may be at work: what is live
/// is looked at before anything is added, and again before it is published.
fn container(form: &ProvisionRequest, template: &Template) -> Vec<Step> {
    let existing = matches!(form.container, ContainerChoice::Existing { .. });
    let (account, container) = match &form.container {
        ContainerChoice::None => return Vec::new(),
        ContainerChoice::New { account_id: None } => (
            Step::new(ProvisionStep::TagManagerAccount, "Your Tag Manager account").tag_manager(1),
            format!("Container \"{}\"", website::host(&form.website).unwrap_or_default()),
        ),
        ContainerChoice::New { account_id: Some(id) } => (
            Step::new(ProvisionStep::TagManagerAccount, format!("Tag Manager account {id}")),
            format!("Container \"{}\"", website::host(&form.website).unwrap_or_default()),
        ),
        ContainerChoice::Existing { container } => (
            Step::new(ProvisionStep::TagManagerAccount, "The account that the container is in"),
            format!("{container}, which is there"),
        ),
    };
    let adjusted = templates::adjusted(template.clone(), form.enhanced_measurement, form.wait_for_consent);
    let entities = templates::tag_manager_entities(&adjusted, "G-").len();
    let (workspace, looks, looks_again) = if existing {
        ("A workspace of its own, after a look at what is live", 2, 1)
    } else {
        ("The container's workspace", 0, 0)
    };
    vec![
        account,
        Step::new(ProvisionStep::Container, container).tag_manager(1),
        Step::new(ProvisionStep::Workspace, workspace)
            .tag_manager(1)
            .looking(looks),
        Step::new(ProvisionStep::Tags, wanted::count(entities, "tag, trigger or variable"))
            .tag_manager(1)
            .optional(),
        Step::new(ProvisionStep::Version, "A version of it")
            .tag_manager(1)
            .looking(looks_again)
            .optional(),
        Step::new(ProvisionStep::Publish, "The version goes live")
            .tag_manager(1)
            .looking(looks_again)
            .optional(),
    ]
}

/// The snippet of the container, else Google's own tag of the web data stream; an app has none.
fn snippet(form: &ProvisionRequest) -> Option<Step> {
    if form.website.is_empty() {
        return None;
    }
    let step = Step::new(ProvisionStep::Snippet, "What to paste into the website");
    Some(match form.container {
        ContainerChoice::None => step.analytics(1),
        _ => step.tag_manager(1),
    })
}

fn client(form: &ProvisionRequest) -> Option<Step> {
    let detail = match &form.client {
        ClientChoice::ByName => format!("Client \"{}\"", wanted::business(form)),
        ClientChoice::Existing { .. } => "The client that you chose".to_owned(),
        ClientChoice::None => return None,
    };
    Some(Step::new(ProvisionStep::Client, detail).optional())
}

/// A step's name in sentences.
pub(super) fn word(step: ProvisionStep) -> &'static str {
    match step {
        ProvisionStep::Ticket => "account ticket",
        ProvisionStep::Terms => "Terms of Service",
        ProvisionStep::Account => "account",
        ProvisionStep::Property => "property",
        ProvisionStep::DataStream => "data stream",
        ProvisionStep::AppStreams => "app data streams",
        ProvisionStep::EnhancedMeasurement => "enhanced measurement",
        ProvisionStep::DataRetention => "data retention",
        ProvisionStep::KeyEvents => "key events",
        ProvisionStep::CustomDimensions => "custom dimensions",
        ProvisionStep::GoogleAdsLink => "Google Ads link",
        ProvisionStep::People => "people",
        ProvisionStep::TagManagerAccount => "Tag Manager account",
        ProvisionStep::Container => "container",
        ProvisionStep::Workspace => "workspace",
        ProvisionStep::Tags => "tags",
        ProvisionStep::Version => "version",
        ProvisionStep::Publish => "publish",
        ProvisionStep::Snippet => "snippet",
        ProvisionStep::Client => "client",
    }
}
