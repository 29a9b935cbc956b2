//! What a whole-program test needs: a desktop of its own, the bundled sandbox, the real window, a real browser, and a
//! scripted user agent. The journeys themselves are in `journeys/`; the screenshots and the start-up benchmark use the
//! same parts (`bin/`).

#![expect(
    clippy::expect_used,
    reason = "this crate is tests through and through: what fails says so and stops"
)]

pub mod browser;
pub mod desktop;
pub mod hits;
pub mod process;
pub mod programs;
pub mod proxy;
pub mod sandbox;
pub mod screens;
pub mod user_agent;
pub mod webdriver;
pub mod window;
