//! Setting up a site.

mod choices;
mod form;
mod plan;
mod proof;
mod run;
mod undo;

pub use choices::*;
pub use form::*;
pub use plan::*;
pub use proof::*;
pub use run::*;
pub use undo::*;
