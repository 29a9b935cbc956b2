//! The Tag Manager half of a set-up: what it makes, and each way in which it can stop and go on.

mod consent;
mod existing;
mod faults;
mod new;
mod races;
pub mod stage;
mod waiting;
