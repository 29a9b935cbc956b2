//! Google's Analytics and Tag Manager APIs, as Gantry calls them: one transport (dialling, tokens, quota, retries,
//! activity, errors), and a client per API that knows its paths, bodies and answers.
//!
//! Hosts give the transport its [`AccessTokenSource`], [`QuotaLedger`], [`ActivityRecorder`] and clock.

mod access_token;
mod activity;
pub mod analytics_admin;
pub mod analytics_data;
mod body;
mod call;
mod error;
mod http_client;
mod paging;
mod pause;
pub mod provisioning_v3;
mod quota;
mod retry;
mod status;
pub mod tag_manager;
mod transport;

pub use access_token::{AccessToken, AccessTokenSource, StaticToken, TokenUnavailable, TokenUnavailableKind};
pub use activity::{ActivityId, ActivityRecorder, NoActivity, RecordedAttempt, RecordedCall, RecordedError};
pub use analytics_admin::AnalyticsAdmin;
pub use analytics_data::AnalyticsData;
pub use call::{Api, Effect, Priority};
pub use error::{ApiError, ErrorKind, Failure, FieldViolation};
pub use gantry_domain::NetworkFault;
pub use http_client::{HttpClient, HttpClientError};
pub use pause::{Pause, SystemPause};
pub use provisioning_v3::ProvisioningV3;
pub use quota::{NoQuotaLedger, QuotaAsk, QuotaLedger, QuotaLedgerError, Refusal, Reservation};
pub use retry::RetryPolicy;
pub use tag_manager::TagManager;
pub use transport::{Transport, TransportConfig};
