//! What `gantry sandbox` runs: a sandbox on a loopback port, with Google's quotas switched on.

use std::time::Duration;

use crate::{
    quota::{AdminQuota, TagManagerQuota},
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
    /// Count no quota: by default Tag Manager allows 25 calls in 100 seconds and 10,000 a day, and the Analytics Admin API
    /// 600 calls and 180 writes a minute for a user
    #[arg(long)]
    pub no_quota: bool,
    /// How many milliseconds every answer of Google's takes at least
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency_ms: u64,
}

/// Starts the sandbox that these options ask for. Prints nothing: the caller announces `base_url`, then awaits
/// [`RunningSandbox::serve_forever`].
pub async fn serve(args: ServeArgs) -> Result<RunningSandbox, StartError> {
    let quota = (!args.no_quota).then(TagManagerQuota::default);
    Sandbox::start(SandboxConfig {
        port: args.port,
        seed: args.seed,
        quota,
        admin_quota: (!args.no_quota).then(AdminQuota::default),
        latency: Duration::from_millis(args.latency_ms),
        ..SandboxConfig::default()
    })
    .await
}
