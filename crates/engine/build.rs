//! An OAuth client that a build ships: `GANTRY_OAUTH_CLIENT_FILE` names a `client_secret_*.json` while compiling. A file that
//! is none stops the build. The secret of an installed app is no secret: whoever has the program has it.

use std::path::{Path, PathBuf};
use std::{env, fs};

const VARIABLE: &str = "GANTRY_OAUTH_CLIENT_FILE";

fn main() {
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    if let Err(problem) = generate() {
        println!("cargo::error={VARIABLE}: {problem}");
    }
}

fn generate() -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("there is no OUT_DIR")?).join("shipped_oauth_client.rs");
    let file = env::var_os(VARIABLE).filter(|file| !file.is_empty());
    let source = match file {
        None => "None".to_owned(),
        Some(file) => {
            let path = PathBuf::from(file);
            let path = path
                .canonicalize()
                .map_err(|error| format!("{}: {error}", path.display()))?;
            println!("cargo::rerun-if-changed={}", path.display());
            check(&path)?;
            format!("Some(include_bytes!({:?}))", path.display().to_string())
        }
    };
    fs::write(&out, source).map_err(|error| format!("{}: {error}", out.display()))
}

/// The same rules as the program's own reader, as far as they decide whether it can be used.
fn check(path: &Path) -> Result<(), String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let file: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    let client = file
        .get("installed")
        .or_else(|| file.get("web"))
        .ok_or("it has neither an \"installed\" nor a \"web\" section")?;
    for field in ["client_id", "client_secret"] {
        let value = client
            .get(field)
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default();
        if value.is_empty() {
            return Err(format!("the field {field} is missing"));
        }
    }
    Ok(())
}
