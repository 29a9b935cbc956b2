//! Starts Gantry's window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    gantry_desktop::run(std::env::args_os())
}
