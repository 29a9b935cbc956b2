//! The sandbox alone, for work on the sandbox: takes the options of `gantry sandbox` and prints the same first line.

use std::io::Write as _;

use clap::Parser;
use gantry_sandbox::{ServeArgs, serve};

#[derive(Parser)]
enum Command {
    Sandbox(ServeArgs),
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Command::Sandbox(args) = Command::parse();
    let sandbox = serve(args).await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}", serde_json::json!({"base_url": sandbox.base()}))?;
    stdout.flush()?;
    sandbox.serve_forever().await;
    Ok(())
}
