//! The log: a file in the profile's directory, warnings on stderr. Secrets cannot reach it, since their types have
//! no readable form.

use std::fs;
use std::sync::Mutex;

use gantry_engine::Profile;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// A log that grew past this is set aside at the next start.
const SET_ASIDE_AT: u64 = 4 * 1024 * 1024;

/// Starts logging. Without a writable log file Gantry still runs, and says so on stderr.
pub fn start(profile: &Profile) {
    let directory = profile.logs_directory();
    let path = directory.join("gantry.log");
    let file = fs::create_dir_all(&directory).and_then(|()| {
        if fs::metadata(&path).is_ok_and(|log| log.len() > SET_ASIDE_AT) {
            fs::rename(&path, directory.join("gantry.old.log"))?;
        }
        fs::OpenOptions::new().create(true).append(true).open(&path)
    });
    let wanted = || EnvFilter::try_from_env("GANTRY_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let to_file = file.as_ref().ok().and_then(|file| file.try_clone().ok()).map(|file| {
        fmt::layer()
            .with_ansi(false)
            .with_writer(Mutex::new(file))
            .with_filter(wanted())
    });
    let to_stderr = fmt::layer()
        .with_writer(std::io::stderr)
        .with_filter(EnvFilter::new("warn"));
    let _ = tracing_subscriber::registry().with(to_file).with(to_stderr).try_init();
    if let Err(error) = file {
        tracing::warn!(path = %path.display(), %error, "no log file");
    }
}
