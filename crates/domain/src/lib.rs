//! The words of Google's world and of Gantry's: identifiers and value types. No I/O, no async.

pub mod clock;
pub mod clock_skew;
pub mod google_base;
pub mod http_trace;
pub mod legacy_fields;
pub mod network_fault;
pub mod permissions;
pub mod practice_site;
pub mod redaction;
pub mod rows;

pub use clock::{Clock, SystemClock};
pub use clock_skew::ClockSkew;
pub use google_base::GoogleBase;
pub use http_trace::{HttpTrace, TracedBody};
pub use network_fault::NetworkFault;
pub use permissions::Permission;
pub use rows::{Row, RowBatch};
