//! The clients over real sockets, against the bundled sandbox.

mod analytics;
mod every_request;
mod faults;
mod reports;
mod stage;
mod tag_manager;
