//! Tells Tauri where the capabilities are and which commands the window may be allowed to call.

use tauri_build::{AppManifest, Attributes};

fn main() {
    // The pages are embedded: a new build of them makes a new program.
    println!("cargo::rerun-if-changed=ui/dist");
    let attributes = Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/**/*")
        .app_manifest(AppManifest::new().commands(&["dispatch"]));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
