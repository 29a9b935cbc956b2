//! What the person set, with its defaults and its bounds.

use std::sync::Arc;

use gantry_store::Store;

use crate::Engine;
use crate::dto::Nothing;
use crate::dto::app::{Density, SettingsView, Theme};
use crate::dto::events::Topic;
use crate::error::{Error, Result};

const THEME: &str = "appearance.theme";
const DENSITY: &str = "appearance.density";
const PER_WINDOW: &str = "quota.tag_manager.per_window";
const PER_DAY: &str = "quota.tag_manager.per_day";
/// Set by hand where Google has granted a project more; no page shows them.
const ADMIN_PER_MINUTE: &str = "quota.analytics_admin.per_minute";
const ADMIN_WRITES_PER_MINUTE: &str = "quota.analytics_admin.writes_per_minute";

/// "Limits and quotas" of the Admin API: requests a minute and user, and of these, requests that write.
const DEFAULT_ADMIN_PER_MINUTE: u32 = 600;
const DEFAULT_ADMIN_WRITES_PER_MINUTE: u32 = 180;
/// Google's default for a project: 0.25 queries a second, measured over 100 seconds.
const DEFAULT_PER_WINDOW: u32 = 25;
/// Google's default for a project.
const DEFAULT_PER_DAY: u32 = 10_000;
/// More than Google grants anybody; keeps a slip of the keyboard from lifting the limit.
const MOST: u32 = 1_000_000;

pub async fn get(engine: &Arc<Engine>, _: Nothing) -> Result<SettingsView> {
    read(&engine.store).await
}

/// Sets everything at once and answers with what is now set.
pub async fn set(engine: &Arc<Engine>, settings: SettingsView) -> Result<SettingsView> {
    for (name, value) in [
        (
            "Tag Manager calls per 100 seconds",
            settings.tag_manager_calls_per_window,
        ),
        ("Tag Manager calls per day", settings.tag_manager_calls_per_day),
    ] {
        if !(1..=MOST).contains(&value) {
            return Err(Error::invalid(
                format!("{name} cannot be {value}."),
                format!(
                    "Use a number from 1 to {MOST}. Google's defaults are {DEFAULT_PER_WINDOW} and {DEFAULT_PER_DAY}."
                ),
            ));
        }
    }
    write(&engine.store, &settings).await?;
    engine.jobs.changed(Topic::Settings);
    engine.jobs.changed(Topic::Quota);
    read(&engine.store).await
}

/// The settings, with the defaults of what was never set.
pub(crate) async fn read(store: &Store) -> Result<SettingsView> {
    Ok(SettingsView {
        theme: store.setting(THEME).await?.unwrap_or(Theme::System),
        density: store.setting(DENSITY).await?.unwrap_or(Density::Regular),
        tag_manager_calls_per_window: store.setting(PER_WINDOW).await?.unwrap_or(DEFAULT_PER_WINDOW),
        tag_manager_calls_per_day: store.setting(PER_DAY).await?.unwrap_or(DEFAULT_PER_DAY),
        admin_calls_per_minute: store
            .setting(ADMIN_PER_MINUTE)
            .await?
            .unwrap_or(DEFAULT_ADMIN_PER_MINUTE),
        admin_writes_per_minute: store
            .setting(ADMIN_WRITES_PER_MINUTE)
            .await?
            .unwrap_or(DEFAULT_ADMIN_WRITES_PER_MINUTE),
    })
}

pub(crate) async fn write(store: &Store, settings: &SettingsView) -> Result<()> {
    store.set_setting(THEME, &settings.theme).await?;
    store.set_setting(DENSITY, &settings.density).await?;
    store
        .set_setting(PER_WINDOW, &settings.tag_manager_calls_per_window)
        .await?;
    store.set_setting(PER_DAY, &settings.tag_manager_calls_per_day).await?;
    Ok(())
}
