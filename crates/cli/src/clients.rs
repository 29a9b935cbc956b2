//! `gantry clients`: the agency's clients, and which properties and containers belong to which.

use std::fmt::Write as _;
use std::process::ExitCode;

use gantry_engine::dto::clients::{
    AcceptSuggestions, ClientAsset, ClientList, ClientSuggestion, ClientView, MappedTag, MeasurementMap, MoveAssets,
    SaveClient, SuggestionStrength,
};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{Error, ErrorCode, Result, clients};

use crate::composition::Session;
use crate::output;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List clients with their assets, and the assets that belong to none.
    List,
    /// Add a client. Its chip's colour and letters are given once; the window changes them.
    Add {
        name: String,
        /// The heading that it stands under.
        #[arg(long)]
        group: Option<String>,
    },
    /// Move properties and containers to a client: all of them or none.
    Move {
        /// The client's name or id; "-" takes the assets out of every client.
        client: String,
        /// properties/2, accounts/1/containers/2 or GTM-...
        #[arg(required = true)]
        assets: Vec<String>,
    },
    /// Remove a client. Its assets stay, and belong to none.
    Remove {
        /// The client's name or id.
        client: String,
    },
    /// Suggest clients for the assets that belong to none, from what was synced. Nothing is moved.
    Suggest {
        /// Make and fill all the suggested clients.
        #[arg(long)]
        accept: bool,
    },
    /// Which data stream is fed by which tags, and what leads nowhere.
    Map,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let (engine, output) = (&session.engine, session.output);
    match command {
        Command::List => {
            let all = clients::list(engine, Nothing {}).await?;
            output.result(&all, list)
        }
        Command::Add { name, group } => {
            let request = SaveClient {
                id: None,
                name,
                group,
                colour: None,
                letters: None,
            };
            let client = clients::save(engine, request).await?;
            output.result(&client, |client| format!("Added {} ({}).", client.name, client.letters))
        }
        Command::Move { client, assets } => {
            let client = Some(client).filter(|client| client != "-");
            let all = clients::move_assets(engine, MoveAssets { client, assets }).await?;
            output.result(&all, list)
        }
        Command::Remove { client } => {
            clients::remove(engine, ById { id: client.clone() }).await?;
            output.result(&serde_json::json!({ "removed": client }), |_| {
                format!("Removed {client}. Its properties and containers belong to no client now.")
            })
        }
        Command::Suggest { accept } => {
            let suggestions = clients::suggest(engine, Nothing {}).await?;
            if accept {
                let all = clients::accept(engine, AcceptSuggestions { suggestions }).await?;
                return output.result(&all, list);
            }
            output.result(&suggestions, |suggestions| suggested(suggestions))
        }
        Command::Map => {
            let map = clients::measurement_map(engine, Nothing {}).await?;
            output.result(&map, mapped)
        }
    }
}

/// The id of the client that is called so, for lists that show one client alone.
pub async fn named(session: &Session<'_>, named: Option<String>) -> Result<Option<String>> {
    let Some(named) = named else { return Ok(None) };
    let all = clients::list(&session.engine, Nothing {}).await?.clients;
    let name = named.trim().to_lowercase();
    let same = all
        .into_iter()
        .find(|client| client.id == named.trim() || client.name.to_lowercase() == name);
    same.map(|client| Some(client.id)).ok_or_else(|| {
        Error::new(
            ErrorCode::NotFound,
            format!("There is no client {named:?}."),
            "List them with `gantry clients list`.",
        )
    })
}

fn list(all: &ClientList) -> String {
    if all.clients.is_empty() && all.unassigned.is_empty() {
        return "There are no clients, and nothing was synced that could belong to one.".to_owned();
    }
    let mut clients: Vec<&ClientView> = all.clients.iter().collect();
    clients.sort_by_key(|client| {
        (
            client.group.is_none(),
            client.group.as_ref().map(|group| group.to_lowercase()),
        )
    });
    let mut rows = Vec::new();
    for client in clients {
        let row = |asset: &str, name: &str, ids: String| {
            vec![
                client.group.clone().unwrap_or_else(|| "-".to_owned()),
                client.letters.clone(),
                client.name.clone(),
                asset.to_owned(),
                name.to_owned(),
                ids,
            ]
        };
        if client.assets.is_empty() {
            rows.push(row("-", "", String::new()));
        }
        let assets = client.assets.iter();
        rows.extend(assets.map(|asset| row(&asset.asset, &asset.name, asset.ids.join(" "))));
    }
    let mut text = output::table(&["GROUP", "CHIP", "CLIENT", "ASSET", "NAME", "IDS"], &rows);
    if !all.unassigned.is_empty() {
        // Writing into a String cannot fail.
        let _ = write!(text, "\n\nNot grouped:\n{}", assets(&all.unassigned));
    }
    text
}

fn assets(assets: &[ClientAsset]) -> String {
    let lines: Vec<String> = assets
        .iter()
        .map(|asset| {
            format!("  {}  {} {}", asset.asset, asset.name, asset.ids.join(" "))
                .trim_end()
                .to_owned()
        })
        .collect();
    lines.join("\n")
}

fn suggested(suggestions: &[ClientSuggestion]) -> String {
    if suggestions.is_empty() {
        return "Nothing to suggest: every asset has a client, or nothing tells which belong together.".to_owned();
    }
    let blocks: Vec<String> = suggestions
        .iter()
        .map(|one| {
            let verb = if one.client_id.is_some() {
                "Add to"
            } else {
                "New client"
            };
            let by = match one.strength {
                SuggestionStrength::MeasurementId => "by measurement ID",
                SuggestionStrength::Domain => "by domain",
                SuggestionStrength::Name => "by name",
            };
            format!(
                "{verb} {} ({by})\n{}\n  {}",
                one.name,
                assets(&one.assets),
                one.because.join("\n  ")
            )
        })
        .collect();
    format!(
        "{}\n\nNothing was moved; `gantry clients suggest --accept` does it.",
        blocks.join("\n\n")
    )
}

fn mapped(map: &MeasurementMap) -> String {
    let sender = |tag: &MappedTag| {
        let paused = if tag.paused { ", paused" } else { "" };
        format!("{} {} ({}{paused})", tag.public_id, tag.tag_name, tag.tag_type)
    };
    let mut text = String::new();
    for stream in &map.streams {
        let id = stream.measurement_id.as_deref().unwrap_or(&stream.platform);
        let _ = writeln!(text, "{} / {}  {id}", stream.property_name, stream.stream_name);
        for tag in &stream.tags {
            let _ = writeln!(text, "  {}", sender(tag));
        }
        if stream.tags.is_empty() && stream.measurement_id.is_some() {
            let _ = writeln!(text, "  no tag in reach sends to it");
        }
    }
    if !map.orphan_tags.is_empty() {
        let _ = writeln!(text, "\nTags that send to no stream in reach:");
        for tag in &map.orphan_tags {
            let _ = writeln!(text, "  {} -> {}", sender(tag), tag.sends_to);
        }
    }
    if map.unread_properties + map.unread_containers > 0 {
        let _ = writeln!(
            text,
            "\nNot read yet: {} properties and {} containers. Run `gantry sync`.",
            map.unread_properties, map.unread_containers
        );
    }
    if text.is_empty() {
        return "Nothing was synced yet. Run `gantry sync`.".to_owned();
    }
    text
}
