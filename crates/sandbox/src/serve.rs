//! What `gantry sandbox` runs: a sandbox on a loopback port, with Google's Tag Manager quota switched on.

use crate::{
    quota::TagManagerQuota,
    seeds::Seed,
    server::{RunningSandbox, Sandbox, SandboxConfig, StartError},
};

/// The options of `gantry sandbox`.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct ServeArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The data to start with: owner or agency
    #[arg(long, default_value = "owner")]
    pub seed: Seed,
    /// Count no quota: by default Tag Manager allows 25 calls in 100 seconds and 10,000 a day
    #[arg(long)]
    pub no_quota: bool,
}

/// Starts the sandbox that these options ask for. Prints nothing: the caller announces `base_url`, then awaits
/// [`RunningSandbox::serve_forever`].
pub async fn serve(args: ServeArgs) -> Result<RunningSandbox, StartError> {
    let quota = (!args.no_quota).then(TagManagerQuota::default);
    Sandbox::start(SandboxConfig {
        port: args.port,
        seed: args.seed,
        quota,
        ..SandboxConfig::default()
    })
    .await
}
