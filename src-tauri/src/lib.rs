//! The desktop shell: it composes the engine with this computer's keychain and browser, opens the window and passes
//! commands and events. No feature lives here.

mod composition;
mod instance_lock;
mod ipc;
mod logging;
mod shell;
#[cfg(test)]
mod walls;
mod worlds;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use gantry_engine::Profile;
use tauri::{Context, Manager, RunEvent, Runtime};

use crate::instance_lock::{InstanceLock, NotLocked};
use crate::worlds::Worlds;

/// What was asked for on the command line.
#[derive(Clone, Copy, Debug, Default)]
struct Options {
    /// Start inside the bundled sandbox.
    sandbox: bool,
}

/// Runs the application to its end.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let options = Options {
        sandbox: arguments.skip(1).any(|argument| argument == "--sandbox"),
    };
    let profile = match Profile::from_environment() {
        Ok(profile) => profile,
        Err(error) => {
            eprintln!("{error} {}", error.remedy);
            return ExitCode::from(error.code.exit_code());
        }
    };
    logging::start(&profile);
    gantry_engine::panics::tell_without_payload();
    match start(&profile, options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            eprintln!("Gantry could not open its window: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What `tauri.conf.json` and the capabilities say, with the pages.
fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!("tauri.conf.json")
}

fn start(profile: &Profile, options: Options) -> Result<(), tauri::Error> {
    let mut context = context();
    // What the identifier names (the lock of the single instance on Windows and macOS) is one a profile.
    context.config_mut().identifier = profile.single_instance_id();
    let single_instance = tauri_plugin_single_instance::Builder::new()
        .callback(|app, _, _| shell::show_main_window(app))
        .dbus_id(profile.single_instance_id())
        .build();
    let worlds = Arc::new(Worlds::new(profile.clone()));
    let app = tauri::Builder::default()
        .plugin(single_instance)
        .plugin(tauri_plugin_dialog::init())
        .manage(Arc::clone(&worlds))
        .invoke_handler(tauri::generate_handler![ipc::dispatch])
        .setup(move |app| {
            tauri::async_runtime::spawn(shell::open_first_world(app.handle().clone(), options.sandbox));
            shell::open_main_window(app.handle())?;
            Ok(())
        })
        .build(context)?;
    // Where the first window can be found over the system's own ways, the plugin has brought it forward and ended us.
    let lock = InstanceLock::take(profile);
    match &lock {
        Ok(_) => {}
        Err(NotLocked::Taken { data_directory }) => {
            eprintln!(
                "Gantry is open already, with the data in {}. Switch to its window, or close it first.",
                data_directory.display()
            );
            // The toolkit is up and its loop will not run: as the plugin does, this leaves the rest to the system.
            app.cleanup_before_exit();
            std::process::exit(1);
        }
        Err(NotLocked::Unsupported(error)) => tracing::warn!(%error, "a second window could not be kept away"),
    }
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            app.state::<Arc<Worlds>>().close();
        }
    });
    drop(lock);
    Ok(())
}
