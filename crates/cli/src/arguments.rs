//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{
    accounts, activity, clients, connect, connections, containers, export, oauth_client, provision, report, sandbox,
    secrets, service_account, sync, templates,
};

/// Google Analytics and Tag Manager for all your sites, without a window.
///
/// Exit codes: 0 done; 1 failed; 2 usage; 3 sign-in or re-connect needed; 4 not found or no permission; 5 quota;
/// 6 network or Google outage; 7 conflict; 8 partly done; 9 keychain unavailable.
#[derive(Debug, Parser)]
#[command(name = "gantry", version, propagate_version = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// Print JSON: one document, or one event a line for commands that wait or stream.
    #[arg(long, global = true)]
    pub json: bool,
    /// The connection to act as: its e-mail, or its id where an e-mail is ambiguous.
    #[arg(long, global = true, value_name = "E-MAIL OR ID")]
    pub connection: Option<String>,
    /// Act as the service account of this key file, without a keychain. The key stays in the file, which nobody else may
    /// read; GANTRY_KEY_FILE does the same. Of a new service account a connection that may view is made.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "connection")]
    pub key_file: Option<Option<PathBuf>>,
    /// The service account's e-mail, which a P12 key file does not hold.
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub key_email: Option<String>,
    /// The user whom the service account acts as (domain-wide delegation).
    #[arg(long, global = true, value_name = "USER")]
    pub subject: Option<String>,
    /// Print pages to open on stderr instead of opening a browser.
    #[arg(long, global = true)]
    pub no_browser: bool,
    #[command(flatten)]
    pub secrets: secrets::Place,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// OAuth clients to sign in with.
    #[command(subcommand)]
    OauthClient(oauth_client::Command),
    /// Service accounts: connections that need no person.
    #[command(subcommand)]
    ServiceAccount(service_account::Command),
    /// Sign in with Google in the browser.
    Connect(connect::Command),
    /// Connections: list, check, disconnect.
    #[command(subcommand)]
    Connections(connections::Command),
    /// Google Analytics accounts and properties.
    #[command(subcommand)]
    Accounts(accounts::Command),
    /// Set up a site: account, Terms of Service, property, data stream.
    Provision(Box<provision::Command>),
    /// Set-ups written down, to be used again.
    #[command(subcommand)]
    Templates(templates::Command),
    /// Mirror accounts, containers and live versions.
    Sync(sync::Command),
    /// The agency's clients: named groups of properties and containers.
    #[command(subcommand)]
    Clients(clients::Command),
    /// Tag Manager containers, from the mirror.
    #[command(subcommand)]
    Containers(containers::Command),
    /// Analytics reports.
    #[command(subcommand)]
    Report(report::Command),
    /// Reports into files.
    #[command(subcommand)]
    Export(export::Command),
    /// The record of requests to Google.
    Activity(activity::Command),
    /// What was spent of Google's quotas.
    Quota,
    /// A fake Google to practise and test with.
    Sandbox(sandbox::Command),
    /// Whether this computer has what Gantry needs.
    Doctor,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_command_is_well_formed() {
        Arguments::command().debug_assert();
    }

    /// Arguments are there for all users of a computer to read: a secret comes in a file, or through a file descriptor.
    #[test]
    fn no_argument_is_a_secret() {
        fn look(command: &clap::Command, found: &mut Vec<String>) {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str().replace('_', "-");
                let is_a_way_to_one = ["-file", "-fd", "write-client-secret"]
                    .iter()
                    .any(|end| name.ends_with(end));
                let is_secret = ["token", "secret", "password", "passphrase", "private-key"]
                    .iter()
                    .any(|word| name.contains(word));
                if is_secret && !is_a_way_to_one {
                    found.push(format!("{} --{name}", command.get_name()));
                }
            }
            command.get_subcommands().for_each(|command| look(command, found));
        }
        let mut found = Vec::new();
        look(&Arguments::command(), &mut found);
        assert_eq!(found, [""; 0]);
    }
}
