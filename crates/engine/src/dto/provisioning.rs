//! Setting up a site.

use std::collections::BTreeSet;

use gantry_domain::Permission;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::LinkView;
use super::connections::PermissionName;

/// Everything that a set-up asks a person for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProvisionRequest {
    /// The connection that acts; may be left out when there is only one.
    pub connection: Option<String>,
    /// Sign in first, with the permissions of the plan, where no connection is named and none is there.
    #[serde(default)]
    pub sign_in_first: bool,
    /// Where the property goes.
    #[serde(default)]
    pub analytics: AnalyticsChoice,
    /// Of the new account; at most 100 UTF-16 units. Not read where an account or a property is chosen.
    pub account_name: String,
    pub property_name: String,
    /// `https://...` of the site; empty where only apps are measured.
    pub website: String,
    /// Package name of an Android app to measure.
    #[serde(default)]
    pub android_package: Option<String>,
    /// Bundle id of an iOS app to measure.
    #[serde(default)]
    pub ios_bundle: Option<String>,
    /// IANA name, for instance `Europe/London`.
    pub time_zone: String,
    /// ISO 4217, for instance `GBP`.
    pub currency: String,
    /// CLDR region code of the business, for instance `GB`.
    pub country: String,
    /// Name of a template (`templates.list`); the plain website where absent.
    #[serde(default)]
    pub template: Option<String>,
    /// Overrides the template: scrolls, outbound clicks, searches and downloads are counted by themselves.
    #[serde(default)]
    pub enhanced_measurement: Option<bool>,
    /// Overrides the template: the Google tag waits for the visitor's consent before it stores cookies.
    #[serde(default)]
    pub wait_for_consent: Option<bool>,
    /// Customer id of a Google Ads account to link, digits with or without hyphens.
    #[serde(default)]
    pub google_ads_customer: Option<String>,
    /// People and service accounts that get a role on the property, besides the template's.
    #[serde(default)]
    pub people: Vec<PersonAccess>,
    #[serde(default)]
    pub container: ContainerChoice,
    #[serde(default)]
    pub client: ClientChoice,
    /// Steps that are left out.
    #[serde(default)]
    pub skip: BTreeSet<ProvisionStep>,
    #[serde(default)]
    pub dialect: Dialect,
}

/// Where the property goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AnalyticsChoice {
    /// A new account, through the Terms of Service.
    #[default]
    NewAccount,
    /// A new property in an account that is there; digits.
    Account { account_id: String },
    /// A property that is there: what is missing is added to it; digits.
    Property { property_id: String },
}

/// Which Tag Manager container measures the site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ContainerChoice {
    /// None: the snippet is Google's own tag.
    #[default]
    None,
    /// A new one in a Tag Manager account; the only one there is where absent. Where there is none, the set-up waits for
    /// the person to make one: Google's API cannot.
    New { account_id: Option<String> },
    /// One that is there: `GTM-...` or `accounts/1/containers/2`.
    Existing { container: String },
}

/// The agency's client that gets what is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ClientChoice {
    /// A new client with the business's name, or the one that is called so.
    #[default]
    ByName,
    Existing {
        id: String,
    },
    None,
}

/// Who gets which role on the property.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct PersonAccess {
    /// E-mail address of a person or a service account.
    pub email: String,
    pub role: PropertyRole,
}

/// Predefined roles of the Admin API (`predefinedRoles/...`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PropertyRole {
    Viewer,
    Analyst,
    Editor,
    Admin,
}

/// Which of Google's APIs makes the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Admin API: `accounts:provisionAccountTicket`.
    #[default]
    Ga4,
    /// The Provisioning API of Universal Analytics, v3: deprecated, and by invitation only.
    V3Ticket,
    /// `createAccountTree` of the same: for approved partners, without Terms of Service.
    V3Tree,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct ResumeProvision {
    pub run_id: String,
    /// Steps to leave out from now on, besides those that were left out already; one that is done stays done.
    #[serde(default)]
    pub leave_out: BTreeSet<ProvisionStep>,
    /// The form with what was wrong put right. What belongs to steps that are done stays as it was.
    #[serde(default)]
    pub corrected: Option<ProvisionRequest>,
}

/// What a set-up will do, before it does it. Made without a call.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProvisionPlan {
    pub steps: Vec<PlannedStep>,
    /// What one sign-in asks for: the union of all steps.
    #[ts(as = "Vec<PermissionName>")]
    pub permissions: BTreeSet<Permission>,
    /// Of these, what the connection has not.
    #[ts(as = "Vec<PermissionName>")]
    pub missing: BTreeSet<Permission>,
    pub analytics_calls: u32,
    pub tag_manager_calls: u32,
    /// Of these, the reads that only make sure (the accounts from before the ticket, the new account's arrival).
    pub safety_reads: u32,
    /// How long it takes without what waits for a person, under the quotas as they stand.
    pub seconds: u32,
    /// Each wrong field; a set-up starts where this is empty.
    pub problems: Vec<FieldProblem>,
    /// An unfinished run of the same form, which `start` goes on with.
    pub resumes: Option<String>,
    /// What a person should know before: that the same website was set up already, for instance. They stop nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlannedStep {
    pub step: ProvisionStep,
    /// What it makes, in plain words: "8 custom dimensions".
    pub detail: String,
    pub analytics_calls: u32,
    pub tag_manager_calls: u32,
    /// A person may leave it out.
    pub optional: bool,
    pub skipped: bool,
}

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldProblem {
    /// Name of the field in `ProvisionRequest`, for instance `time_zone`.
    pub field: String,
    pub message: String,
    pub remedy: String,
}

/// What the connection can set a site up in, read from Google.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChoicesRequest {
    pub connection: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Choices {
    pub analytics_accounts: Vec<AnalyticsAccountChoice>,
    pub tag_manager_accounts: Vec<TagManagerAccountChoice>,
    /// Why Tag Manager's could not be read, where they could not.
    pub tag_manager_problem: Option<String>,
    /// Where a person makes a Tag Manager account.
    pub make_tag_manager_account: LinkView,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AnalyticsAccountChoice {
    pub account_id: String,
    pub name: String,
    pub properties: Vec<PropertyChoice>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PropertyChoice {
    pub property_id: String,
    pub name: String,
    pub can_edit: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TagManagerAccountChoice {
    pub account_id: String,
    pub name: String,
    /// From the mirror; empty before the first sync.
    pub containers: Vec<ContainerOption>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ContainerOption {
    pub container_id: String,
    /// `GTM-...`
    pub public_id: String,
    pub name: String,
}

/// Which redirect URIs the connection's OAuth client must have registered for the Terms of Service.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RedirectsView {
    pub oauth_client: String,
    /// Of kind `web`: to the letter. Empty for kind `installed`, which registers none.
    pub registered: Vec<RedirectUri>,
    /// What to register where none of this computer is.
    pub suggested: Vec<String>,
    /// Whether a set-up can begin: an address is registered, or none is needed, and one of them is free.
    pub usable: bool,
    pub message: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RedirectUri {
    pub uri: String,
    /// No other program listens on its port.
    pub free: bool,
}

/// One set-up, finished or not, as the journal has it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProvisionRunView {
    pub id: String,
    pub request: ProvisionRequest,
    pub state: ProvisionState,
    pub steps: Vec<ProvisionStepView>,
    pub started_at: Timestamp,
    pub updated_at: Timestamp,
    pub result: Option<ProvisionResult>,
    /// Why it stopped, in plain words.
    pub problem: Option<String>,
    /// Whether "Resume set-up" can go on from where it stopped.
    pub resumable: bool,
    /// What was seen of the site and of its first visitor, last time somebody looked.
    pub proof: Option<ProofView>,
    /// What it made and is in the trash; such a run cannot go on. Absent where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub in_trash: Option<Vec<TrashAsset>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProvisionState {
    Running,
    WaitingForTerms,
    /// The person makes a Tag Manager account, which Google's API cannot.
    WaitingForTagManager,
    Done,
    Failed,
    Cancelled,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProvisionStepView {
    pub step: ProvisionStep,
    pub state: StepState,
    /// What was made: an account id, a property id, a measurement ID.
    pub outcome: Option<String>,
    /// When it came to this state.
    pub at: Timestamp,
}

/// The steps in their order. A run has those that its plan names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProvisionStep {
    Ticket,
    Terms,
    Account,
    Property,
    DataStream,
    AppStreams,
    EnhancedMeasurement,
    DataRetention,
    KeyEvents,
    CustomDimensions,
    GoogleAdsLink,
    People,
    /// A Tag Manager account is found, chosen or waited for.
    TagManagerAccount,
    Container,
    Workspace,
    /// Google tag, consent, events, in one call.
    Tags,
    Version,
    Publish,
    Snippet,
    /// The agency's client gets what was made; no call.
    Client,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Planned,
    Running,
    Done,
    Failed,
    Skipped,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ProvisionResult {
    pub account_id: String,
    pub property_id: String,
    /// Empty where no website is measured.
    pub data_stream_id: String,
    /// `G-...`; empty where no website is measured.
    pub measurement_id: String,
    pub app_streams: Vec<AppStreamMade>,
    pub container: Option<ContainerMade>,
    /// HTML for the site's `<head>`.
    pub snippet: String,
    /// HTML for right after `<body>`; only a container has it.
    pub noscript: Option<String>,
    /// The agency's client that got it.
    pub client_id: Option<String>,
    pub analytics_calls: u32,
    pub tag_manager_calls: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AppStreamMade {
    /// `android` or `ios`
    pub platform: String,
    pub data_stream_id: String,
    pub firebase_app_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContainerMade {
    pub account_id: String,
    pub container_id: String,
    /// `GTM-...`
    pub public_id: String,
    pub name: String,
    /// `None` where the step was left out.
    pub version_id: Option<String>,
    pub published: bool,
    /// It was there before.
    pub existing: bool,
}

/// The snippet and where to paste it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SnippetView {
    /// HTML for the site's `<head>`.
    pub head: String,
    /// HTML for right after `<body>`.
    pub noscript: Option<String>,
    /// `GTM-...` or `G-...`, whichever the snippet loads.
    pub tag_id: String,
    pub guides: Vec<BuilderGuide>,
    /// Text of an e-mail to whoever looks after the site.
    pub email_subject: String,
    pub email_text: String,
    pub site: Option<LinkView>,
}

/// How to paste the snippet into what the site is made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BuilderGuide {
    /// `wordpress`, `shopify`, `wix`, `squarespace`, `html` ...
    pub builder: String,
    pub title: String,
    pub steps: Vec<String>,
    /// The site looks as if it were made with it.
    pub likely: bool,
}

/// Look at the site, and watch realtime until the first active user.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProofRequest {
    pub run_id: String,
    /// Goes on looking until somebody is seen, or for 15 minutes; `false` looks once.
    pub watch: bool,
}

/// What was seen of the site and of its visitors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProofView {
    pub checked_at: Timestamp,
    /// `None` where the site could not be looked at: the reason is among the checks.
    pub page_title: Option<String>,
    pub checks: Vec<ProofCheck>,
    /// In the last 30 minutes.
    pub active_users: u32,
    pub first_seen_at: Option<Timestamp>,
    /// From the beginning of the watch to the first active user.
    pub seconds_to_first: Option<u32>,
    pub events: Vec<ProofEvent>,
    /// What to look at where nobody comes.
    pub hints: Vec<String>,
    /// "Open my site".
    pub site: Option<LinkView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProofCheck {
    pub outcome: ProofOutcome,
    /// "The page contains GTM-N6ZD2RKP".
    pub what: String,
    /// "found once"
    pub detail: Option<String>,
    pub remedy: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProofOutcome {
    Good,
    Warning,
    Bad,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProofEvent {
    pub event: String,
    pub page_title: String,
    pub count: u32,
}

/// Something that a set-up made and that can be moved to the trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MadeAsset {
    /// `accounts/1` (Analytics), `properties/2`, `accounts/1/containers/2` (Tag Manager).
    pub asset: String,
    pub kind: MadeKind,
    pub name: String,
    /// Name of the account that it is in; its own for an account.
    pub account_name: String,
    /// E-mail of the connection that would act.
    pub connection: String,
    /// Why it cannot be removed, where it cannot: a permission that is missing, or that it was there before.
    pub why_not: Option<String>,
    /// It is in the trash already.
    pub trashed: bool,
    /// What is lost with it, in plain words.
    pub consequence: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MadeKind {
    AnalyticsAccount,
    Property,
    Container,
}

/// Moves what a set-up made to the trash.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TrashRequest {
    pub run_id: String,
    pub assets: Vec<TrashAsset>,
}

/// One asset, with its name as the person was shown it: one that is called otherwise by now is left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TrashAsset {
    pub asset: String,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TrashResult {
    pub trashed: Vec<MadeAsset>,
    pub failures: Vec<TrashFailure>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TrashFailure {
    pub asset: String,
    pub name: String,
    pub code: String,
    pub message: String,
    pub remedy: String,
}
