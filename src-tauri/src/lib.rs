//! The desktop shell: it composes the engine with this computer's keychain and browser, opens the window and passes
//! commands and events. No feature lives here.

mod composition;
mod ipc;
mod logging;
mod shell;
mod worlds;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use gantry_engine::Profile;
use tauri::{Manager, RunEvent};

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
    match start(&profile, options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            eprintln!("Gantry could not open its window: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start(profile: &Profile, options: Options) -> Result<(), tauri::Error> {
    let mut context = tauri::generate_context!("tauri.conf.json");
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
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            app.state::<Arc<Worlds>>().close();
        }
    });
    Ok(())
}
