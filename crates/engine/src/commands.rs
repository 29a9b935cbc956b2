//! The one command table. Everything that a host can ask is a line here: the window's dispatch and the TypeScript
//! types derive from it, and the command line calls the same functions.
//!
//! `call` answers at once. `job` starts long work: the answer is a `JobStarted`, the result arrives as the event
//! `job_done`. A line whose function is missing or has another shape does not compile.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::dto::activity::{
    ActivityDetail, ActivityRequest, ActivitySummary, ActivityView, ExportActivity, ExportedActivity,
};
use crate::dto::app::{AppStatus, ChooseFile, ChosenFile, KeychainView, OverviewView, PropertyRow, SettingsView};
use crate::dto::batches::{BatchPlan, BatchRequest, BatchView, ExportBatch, ExportedBatch, ProveBatch};
use crate::dto::clients::{
    AcceptSuggestions, ClientList, ClientSuggestion, ClientView, MeasurementMap, MoveAssets, SaveClient,
};
use crate::dto::connections::{
    AddOAuthClient, AddServiceAccount, AdoptAccount, ByPath, ConnectRequest, ConnectionCheck, ConnectionView,
    GuideStep, OAuthClientFile, OAuthClientTest, OAuthClientView, RouteRequest, RouteView, ServiceAccountFile,
    SetRoute, UpdateOAuthClient, UsePermissions,
};
use crate::dto::containers::{
    ContainerRequest, ContainerTree, ContainerView, EntitiesRequest, EntityDetail, EntityRequest, EntityRow, SyncPlan,
    SyncRequest, SyncResult,
};
use crate::dto::events::{EngineEvent, JobStarted, JobView};
use crate::dto::exports::{ExportRequest, ExportRunView};
use crate::dto::provisioning::{
    Choices, ChoicesRequest, MadeAsset, ProofRequest, ProofView, ProvisionPlan, ProvisionRequest, ProvisionRunView,
    RedirectsView, ResumeProvision, SnippetView, TrashRequest, TrashResult,
};
use crate::dto::records::SaveRecord;
use crate::dto::reports::{
    FieldView, MetadataRequest, OverviewReport, OverviewReportRequest, RealtimeRequest, RealtimeView, ReportRequest,
    ReportTable,
};
use crate::dto::sites::{SiteRequest, SiteView};
use crate::dto::templates::{
    CaptureTemplate, ExportTemplate, PreviewTemplate, SaveTemplate, TemplateDocument, TemplatePreview, TemplateView,
};
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, ErrorView, Result};
use crate::jobs::Job;
use crate::typescript::Declarations;
use crate::{
    Engine, activity, app, batches, clients, connections, containers, estate, exports, keychain, overview,
    provisioning, reports, settings, sites, templates,
};

macro_rules! command_table {
    ($( $kind:ident $name:literal ($request:ty) -> $response:ty = $handler:path; )*) => {
        /// Every command's name, in the table's order.
        pub const NAMES: &[&str] = &[$($name),*];

        /// Runs one command for a host: JSON in, JSON out.
        pub async fn dispatch(engine: &Arc<Engine>, name: &str, request: Value) -> Result<Value> {
            match name {
                $( $name => command_table!(@run $kind, engine, $name, request, $request, $handler), )*
                unknown => Err(Error::invalid(format!("There is no command {unknown:?}."), "Use a command of the table.")),
            }
        }

        /// The TypeScript module that the window is compiled against.
        pub fn typescript() -> String {
            let mut types = Declarations::default();
            types.add::<EngineEvent>();
            types.add::<ErrorView>();
            $( types.add::<$request>(); types.add::<$response>(); )*
            let mut calls = String::new();
            let mut jobs = String::new();
            $( command_table!(@declare $kind, calls, jobs, types, $name, $request, $response); )*
            types.module(&calls, &jobs)
        }
    };
    (@run call, $engine:ident, $name:literal, $value:ident, $request:ty, $handler:path) => {{
        let request: $request = parse($name, $value)?;
        answer(&$handler($engine, request).await?)
    }};
    (@run job, $engine:ident, $name:literal, $value:ident, $request:ty, $handler:path) => {{
        let request: $request = parse($name, $value)?;
        answer(&start($engine, $name, move |engine, job| async move { $handler(&engine, request, &job).await }))
    }};
    (@declare call, $calls:ident, $jobs:ident, $types:ident, $name:literal, $request:ty, $response:ty) => {
        $types.line::<$request, $response>(&mut $calls, $name, "response");
    };
    (@declare job, $calls:ident, $jobs:ident, $types:ident, $name:literal, $request:ty, $response:ty) => {
        $types.line::<$request, $response>(&mut $jobs, $name, "result");
    };
}

command_table! {
    call "app.status" (Nothing) -> AppStatus = app::status;
    call "app.overview" (Nothing) -> OverviewView = overview::overview;
    call "app.open_link" (ById) -> Nothing = app::open_link;
    call "app.choose_file" (ChooseFile) -> ChosenFile = app::choose_file;
    call "jobs.list" (Nothing) -> Vec<JobView> = app::list_jobs;
    call "jobs.cancel" (ById) -> Nothing = app::cancel_job;
    call "settings.get" (Nothing) -> SettingsView = settings::get;
    call "settings.set" (SettingsView) -> SettingsView = settings::set;
    call "sandbox.enter" (Nothing) -> Nothing = app::enter_sandbox;
    call "sandbox.leave" (Nothing) -> Nothing = app::leave_sandbox;
    call "sandbox.reset" (Nothing) -> Nothing = app::reset_sandbox;

    call "keychain.retry" (Nothing) -> KeychainView = keychain::retry;

    call "oauth_clients.list" (Nothing) -> Vec<OAuthClientView> = connections::list_oauth_clients;
    call "oauth_clients.add" (AddOAuthClient) -> OAuthClientView = connections::add_oauth_client;
    call "oauth_clients.remove" (ById) -> Nothing = connections::remove_oauth_client;
    call "oauth_clients.set_default" (ById) -> Nothing = connections::set_default_oauth_client;
    call "oauth_clients.inspect" (ByPath) -> OAuthClientFile = connections::inspect_oauth_client;
    call "oauth_clients.update" (UpdateOAuthClient) -> OAuthClientView = connections::update_oauth_client;
    call "oauth_clients.guide" (Nothing) -> Vec<GuideStep> = connections::oauth_client_guide;
    job "oauth_clients.test" (ById) -> OAuthClientTest = connections::test_oauth_client;
    call "connections.list" (Nothing) -> Vec<ConnectionView> = connections::list;
    call "connections.check" (ById) -> ConnectionCheck = connections::check;
    call "connections.disconnect" (ById) -> Nothing = connections::disconnect;
    call "connections.use_permissions" (UsePermissions) -> ConnectionView = connections::use_permissions;
    call "connections.adopt" (AdoptAccount) -> ConnectionView = connections::adopt;
    call "connections.route" (RouteRequest) -> RouteView = connections::route;
    call "connections.set_route" (SetRoute) -> RouteView = connections::set_route;
    call "service_accounts.inspect" (ByPath) -> ServiceAccountFile = connections::inspect_service_account;
    call "service_accounts.add" (AddServiceAccount) -> ConnectionView = connections::add_service_account;
    job "connections.connect" (ConnectRequest) -> ConnectionView = connections::connect;

    job "provisioning.start" (ProvisionRequest) -> ProvisionRunView = provisioning::start;
    job "provisioning.resume" (ResumeProvision) -> ProvisionRunView = provisioning::resume;
    call "provisioning.runs" (Nothing) -> Vec<ProvisionRunView> = provisioning::runs;
    call "provisioning.show" (ById) -> ProvisionRunView = provisioning::show;
    call "provisioning.plan" (ProvisionRequest) -> ProvisionPlan = provisioning::plan;
    call "provisioning.choices" (ChoicesRequest) -> Choices = provisioning::choices;
    call "provisioning.redirects" (ChoicesRequest) -> RedirectsView = provisioning::redirects;
    call "provisioning.snippet" (ById) -> SnippetView = provisioning::snippet;
    call "provisioning.save_record" (SaveRecord) -> SaveRecord = provisioning::save_record;
    job "provisioning.prove" (ProofRequest) -> ProofView = provisioning::prove;
    call "provisioning.made" (ById) -> Vec<MadeAsset> = provisioning::made;
    call "provisioning.trash" (TrashRequest) -> TrashResult = provisioning::trash;
    call "sites.inspect" (SiteRequest) -> SiteView = sites::inspect;

    call "templates.list" (Nothing) -> Vec<TemplateView> = templates::list;
    call "templates.show" (ById) -> TemplateDocument = templates::show;
    call "templates.save" (SaveTemplate) -> TemplateView = templates::save;
    call "templates.remove" (ById) -> Nothing = templates::remove;
    call "templates.import" (ByPath) -> TemplateView = templates::import;
    call "templates.export" (ExportTemplate) -> ExportTemplate = templates::export;
    call "templates.capture" (CaptureTemplate) -> TemplateDocument = templates::capture;
    call "templates.preview" (PreviewTemplate) -> TemplatePreview = templates::preview;

    call "batches.plan" (BatchRequest) -> BatchPlan = batches::plan;
    job "batches.start" (BatchRequest) -> BatchView = batches::start;
    job "batches.resume" (ById) -> BatchView = batches::resume;
    call "batches.list" (Nothing) -> Vec<BatchView> = batches::list;
    call "batches.show" (ById) -> BatchView = batches::show;
    job "batches.prove" (ProveBatch) -> BatchView = batches::prove;
    call "batches.export" (ExportBatch) -> ExportedBatch = batches::export;

    call "clients.list" (Nothing) -> ClientList = clients::list;
    call "clients.save" (SaveClient) -> ClientView = clients::save;
    call "clients.remove" (ById) -> Nothing = clients::remove;
    call "clients.move" (MoveAssets) -> ClientList = clients::move_assets;
    call "clients.suggest" (Nothing) -> Vec<ClientSuggestion> = clients::suggest;
    call "clients.accept" (AcceptSuggestions) -> ClientList = clients::accept;
    call "clients.measurement_map" (Nothing) -> MeasurementMap = clients::measurement_map;

    call "estate.plan" (SyncRequest) -> SyncPlan = estate::plan;
    job "estate.sync" (SyncRequest) -> SyncResult = estate::sync;
    call "estate.properties" (Nothing) -> Vec<PropertyRow> = estate::properties;
    call "containers.tree" (Nothing) -> ContainerTree = containers::tree;
    call "containers.show" (ContainerRequest) -> ContainerView = containers::show;
    call "containers.entities" (EntitiesRequest) -> Vec<EntityRow> = containers::entities;
    call "containers.entity" (EntityRequest) -> EntityDetail = containers::entity;

    call "reports.overview" (OverviewReportRequest) -> OverviewReport = reports::overview;
    call "reports.run" (ReportRequest) -> ReportTable = reports::run;
    call "reports.metadata" (MetadataRequest) -> Vec<FieldView> = reports::metadata;
    call "reports.realtime" (RealtimeRequest) -> RealtimeView = reports::realtime;

    job "exports.run" (ExportRequest) -> ExportRunView = exports::run;
    call "exports.runs" (Nothing) -> Vec<ExportRunView> = exports::runs;

    call "activity.list" (ActivityRequest) -> Vec<ActivityView> = activity::list;
    call "activity.show" (ById) -> ActivityDetail = activity::show;
    call "activity.summary" (Nothing) -> ActivitySummary = activity::summary;
    call "activity.export" (ExportActivity) -> ExportedActivity = activity::export;
    call "activity.clear" (Nothing) -> Nothing = activity::clear;
}

fn parse<T: DeserializeOwned>(name: &str, request: Value) -> Result<T> {
    serde_json::from_value(request).map_err(|error| {
        Error::invalid(format!("The request to {name} is not understood."), "Check its fields.").with_details(error)
    })
}

fn answer<T: Serialize>(response: &T) -> Result<Value> {
    serde_json::to_value(response).map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            "Gantry could not write down its own answer.",
            "This is a defect of Gantry's; report it.",
        )
        .with_details(error)
    })
}

/// Starts a job in the background and answers with its id.
fn start<T, F, W>(engine: &Arc<Engine>, command: &'static str, work: W) -> JobStarted
where
    T: Serialize + Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
    W: FnOnce(Arc<Engine>, Job) -> F,
{
    let job = engine.jobs().begin(command);
    let started = JobStarted { job: job.id().clone() };
    let engine = Arc::clone(engine);
    let running = work(Arc::clone(&engine), job.clone());
    tokio::spawn(async move { engine.jobs().finish(&job, &running.await) });
    started
}

/// Runs a job to its end in the foreground, with the same events as in the background: for the command line.
pub async fn run_job<T, F, W>(engine: &Arc<Engine>, command: &'static str, work: W) -> Result<T>
where
    T: Serialize,
    F: Future<Output = Result<T>>,
    W: FnOnce(Arc<Engine>, Job) -> F,
{
    let job = engine.jobs().begin(command);
    let outcome = work(Arc::clone(engine), job.clone()).await;
    engine.jobs().finish(&job, &outcome);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_the_typescript_module() {
        let module = typescript();
        for name in NAMES {
            assert!(module.contains(&format!("\"{name}\"")), "{name}");
        }
        assert!(!module.contains("bigint"), "numbers cross as JSON numbers");
    }

    #[test]
    fn names_are_unique() {
        let unique: std::collections::BTreeSet<_> = NAMES.iter().collect();
        assert_eq!(unique.len(), NAMES.len());
    }
}
