//! A window and nothing else: what any program on Tauri pays before its first line.

fn main() -> Result<(), tauri::Error> {
    tauri::Builder::default().run(tauri::generate_context!())
}
