//! The application as a whole: status, links, files, jobs, and the way into the sandbox.

use std::sync::Arc;

use crate::dto::app::{AppStatus, ChooseFile, ChosenFile};
use crate::dto::connections::ConnectionState;
use crate::dto::events::JobView;
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};
use crate::{Engine, connections, estate, quota};

/// What a host shows around every page.
pub async fn status(engine: &Arc<Engine>, _: Nothing) -> Result<AppStatus> {
    let list = connections::list(engine, Nothing {}).await?;
    let ready = list
        .iter()
        .filter(|connection| connection.state == ConnectionState::Ready)
        .count();
    let oauth_clients = connections::list_oauth_clients(engine, Nothing {}).await?;
    Ok(AppStatus {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        profile: engine.profile.view(engine.host.runs_sandbox()),
        keychain: engine.keychain.view(),
        connections_ready: u32::try_from(ready).unwrap_or(u32::MAX),
        connections_total: u32::try_from(list.len()).unwrap_or(u32::MAX),
        oauth_clients_total: u32::try_from(oauth_clients.len()).unwrap_or(u32::MAX),
        data_as_of: estate::data_as_of(engine).await?,
        system_time_zone: jiff::tz::TimeZone::system().iana_name().unwrap_or("Etc/UTC").to_owned(),
        quota: quota::status(engine).await?,
    })
}

/// Opens a link that the engine issued in the system's browser.
pub async fn open_link(engine: &Arc<Engine>, request: ById) -> Result<Nothing> {
    let url = engine.links.get(&request.id).ok_or_else(|| {
        Error::new(
            ErrorCode::NotFound,
            "This link is no longer valid.",
            "Start again from the page that offered it.",
        )
    })?;
    let browser = Arc::clone(&engine.browser);
    let opened = tokio::task::spawn_blocking(move || browser.open(&url)).await;
    match opened {
        Ok(Ok(())) => Ok(Nothing {}),
        Ok(Err(error)) => Err(no_browser(error)),
        // The words of a panic may hold anything: they are not told.
        Err(_) => Err(no_browser("the thread that was to open it has ended")),
    }
}

fn no_browser(details: impl ToString) -> Error {
    Error::new(
        ErrorCode::Internal,
        "Gantry could not open your browser.",
        "Copy the link and open it in a browser on this computer.",
    )
    .with_details(details)
}

/// Lets the person choose a file in the host's own dialog.
pub async fn choose_file(engine: &Arc<Engine>, request: ChooseFile) -> Result<ChosenFile> {
    let path = engine.host.choose_file(request.purpose).await?;
    Ok(ChosenFile {
        path: path.map(|path| path.display().to_string()),
    })
}

pub async fn list_jobs(engine: &Arc<Engine>, _: Nothing) -> Result<Vec<JobView>> {
    Ok(engine.jobs.list())
}

/// Asks a job to stop. A job that has ended meanwhile is no error.
pub async fn cancel_job(engine: &Arc<Engine>, request: ById) -> Result<Nothing> {
    engine.jobs.cancel(&request.id);
    Ok(Nothing {})
}

pub async fn enter_sandbox(engine: &Arc<Engine>, _: Nothing) -> Result<Nothing> {
    engine.host.enter_sandbox().await.map(|()| Nothing {})
}

pub async fn leave_sandbox(engine: &Arc<Engine>, _: Nothing) -> Result<Nothing> {
    engine.host.leave_sandbox().await.map(|()| Nothing {})
}

pub async fn reset_sandbox(engine: &Arc<Engine>, _: Nothing) -> Result<Nothing> {
    engine.host.reset_sandbox().await.map(|()| Nothing {})
}
