//! Gantry's own SQLite: what is known about connections, Google's assets, runs and requests.
//!
//! One thread per process writes ([`database`]); every process of a profile may open the same file. A module per table
//! holds that table's SQL, its migration and its records. No token and no secret is ever stored here: those live in
//! the keychain.

pub mod activity;
pub mod analytics_mirror;
pub mod batches;
pub mod clients;
pub mod connections;
pub mod data_streams;
pub mod database;
pub mod export_runs;
pub mod forgotten;
pub mod oauth_clients;
pub mod provisioning_runs;
pub mod quota_ledger;
pub mod reports_cache;
pub mod routes;
pub mod settings;
pub mod sign_ins;
pub mod tag_manager_mirror;

mod columns;
mod migrations;

pub use activity::{ActivityCount, ActivityEntry, ActivityFilter, Attempt, FailureDetails};
pub use analytics_mirror::{AnalyticsAccount, AnalyticsProperty};
pub use batches::{Batch, BatchRow, BatchRowState, BatchState};
pub use clients::ClientRecord;
pub use connections::{ConnectionKind, ConnectionRecord, ConnectionState, PendingStep};
pub use data_streams::DataStreamRecord;
pub use database::{Store, StoreError};
pub use export_runs::{ExportProgress, ExportRun, RunState};
pub use oauth_clients::{OAuthClientKind, OAuthClientRecord, PublishingStatus};
pub use provisioning_runs::{ProvisioningRun, ProvisioningState, ProvisioningStep, StepState};
pub use quota_ledger::{QuotaKey, QuotaLimits, QuotaUse, Reservation, pacific_day};
pub use reports_cache::{CachedReport, report_key};
pub use tag_manager_mirror::{
    ContainerEntity, EntityKey, EntitySummary, LiveVersion, TagManagerAccount, TagManagerContainer,
};
