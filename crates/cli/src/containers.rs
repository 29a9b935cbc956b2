//! `gantry containers`: Tag Manager containers, from the mirror.

use std::process::ExitCode;

use clap::ValueEnum;
use gantry_engine::dto::Nothing;
use gantry_engine::dto::containers::{
    ConsentSetting, ContainerRequest, ContainerRow, ContainerTree, ContainerView, EntitiesRequest, EntityDetail,
    EntityField, EntityKind, EntityRequest, EntityRow,
};
use gantry_engine::{Result, containers};

use crate::clients;
use crate::composition::Session;
use crate::output;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List accounts and containers, and whose they are.
    List {
        /// Only the containers of this client: its name or id.
        #[arg(long, value_name = "CLIENT")]
        client: Option<String>,
    },
    /// Show a container's live version; its entities of one kind; or one entity.
    Show(Show),
}

#[derive(Debug, clap::Args)]
pub struct Show {
    /// Public id (GTM-...) or container id.
    container: String,
    /// List the entities of this kind.
    #[arg(long)]
    kind: Option<Kind>,
    /// Show the entity with this id, readable; its raw JSON is in the --json document.
    #[arg(long, requires = "kind")]
    id: Option<String>,
}

/// The kinds of entities, as words of the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
    Tag,
    Trigger,
    Variable,
    BuiltInVariable,
    Folder,
    Template,
    Zone,
    Client,
    Transformation,
    GtagConfig,
}

impl From<Kind> for EntityKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Tag => Self::Tag,
            Kind::Trigger => Self::Trigger,
            Kind::Variable => Self::Variable,
            Kind::BuiltInVariable => Self::BuiltInVariable,
            Kind::Folder => Self::Folder,
            Kind::Template => Self::Template,
            Kind::Zone => Self::Zone,
            Kind::Client => Self::Client,
            Kind::Transformation => Self::Transformation,
            Kind::GtagConfig => Self::GtagConfig,
        }
    }
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let engine = &session.engine;
    match command {
        Command::List { client } => {
            let client = clients::named(session, client).await?;
            let mut tree = containers::tree(engine, Nothing {}).await?;
            if let Some(client) = client {
                for account in &mut tree.accounts {
                    let is_of = |row: &ContainerRow| row.client.as_ref().is_some_and(|of| of.id == client);
                    account.containers.retain(is_of);
                }
                tree.accounts.retain(|account| !account.containers.is_empty());
            }
            session.output.result(&tree, list)
        }
        Command::Show(Show {
            container, kind: None, ..
        }) => {
            let view = containers::show(engine, ContainerRequest { container }).await?;
            session.output.result(&view, show)
        }
        Command::Show(Show {
            container,
            kind: Some(kind),
            id: None,
        }) => {
            let rows = containers::entities(
                engine,
                EntitiesRequest {
                    container,
                    kind: kind.into(),
                },
            )
            .await?;
            session.output.result(&rows, |rows| entities(rows))
        }
        Command::Show(Show {
            container,
            kind: Some(kind),
            id: Some(id),
        }) => {
            let detail = containers::entity(
                engine,
                EntityRequest {
                    container,
                    kind: kind.into(),
                    id,
                },
            )
            .await?;
            session.output.result(&detail, entity)
        }
    }
}

fn list(tree: &ContainerTree) -> String {
    let Some(as_of) = tree.as_of else {
        return "Nothing was read yet: run `gantry sync`.".to_owned();
    };
    let rows: Vec<Vec<String>> = tree
        .accounts
        .iter()
        .flat_map(|account| account.containers.iter().map(move |container| (account, container)))
        .map(|(account, container)| {
            vec![
                account.name.clone(),
                container.name.clone(),
                container.public_id.clone(),
                container
                    .client
                    .as_ref()
                    .map(|client| client.name.clone())
                    .unwrap_or_default(),
                container.usage_context.join(", "),
                live(container),
                container.entities.to_string(),
            ]
        })
        .collect();
    let table = output::table(
        &["ACCOUNT", "CONTAINER", "ID", "CLIENT", "FOR", "LIVE", "ENTITIES"],
        &rows,
    );
    format!("{table}\nAs of {as_of:.0}.")
}

/// The live version's number, or why there is none.
fn live(container: &ContainerRow) -> String {
    match (&container.live_version, container.live_read_at) {
        (Some(number), _) => number.clone(),
        (None, Some(_)) => "never published".to_owned(),
        (None, None) => "not read yet".to_owned(),
    }
}

fn show(view: &ContainerView) -> String {
    let container = &view.container;
    let mut lines = vec![format!(
        "{} ({}), account {}",
        container.name, container.public_id, view.account_name
    )];
    lines.push(match (&container.live_version, &view.version_name) {
        (Some(number), Some(name)) => format!("Live version {number}: {name}"),
        (Some(number), None) => format!("Live version {number}"),
        (None, _) if container.live_read_at.is_some() => "Never published.".to_owned(),
        (None, _) => "Live version not read yet: run `gantry sync`.".to_owned(),
    });
    lines.extend(view.version_stored_at.map(|at| format!("Stored {at:.0}")));
    lines.push(format!("Reached by {}", view.reached_by.join(", ")));
    let kinds = view
        .kinds
        .iter()
        .map(|count| format!("  {:>5}  {}", count.count, word(count.kind)));
    lines.extend(kinds);
    lines.extend(view.as_of.map(|at| format!("As of {at:.0}.")));
    lines.join("\n")
}

fn word(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Tag => "tags",
        EntityKind::Trigger => "triggers",
        EntityKind::Variable => "variables",
        EntityKind::BuiltInVariable => "built-in variables",
        EntityKind::Folder => "folders",
        EntityKind::Template => "templates",
        EntityKind::Zone => "zones",
        EntityKind::Client => "clients",
        EntityKind::Transformation => "transformations",
        EntityKind::GtagConfig => "Google tag configurations",
    }
}

fn entities(rows: &[EntityRow]) -> String {
    if rows.is_empty() {
        return "The live version has none.".to_owned();
    }
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let consent = match row.consent {
                Some(ConsentSetting::Set) => "set",
                Some(ConsentSetting::NotSet) => "not set",
                Some(ConsentSetting::NotNeeded) => "not needed",
                None => "",
            };
            let name = if row.paused {
                format!("{} (paused)", row.name)
            } else {
                row.name.clone()
            };
            vec![
                row.id.clone(),
                name,
                row.type_label.clone(),
                row.fires_on.join(", "),
                consent.to_owned(),
            ]
        })
        .collect();
    output::table(&["ID", "NAME", "TYPE", "FIRES ON", "CONSENT"], &rows)
}

fn entity(detail: &EntityDetail) -> String {
    let mut lines = vec![format!(
        "{} ({}, id {})",
        detail.row.name, detail.row.type_label, detail.row.id
    )];
    lines.extend(detail.row.folder.iter().map(|folder| format!("Folder: {folder}")));
    lines.extend(detail.notes.iter().map(|notes| format!("Notes: {notes}")));
    fields(&detail.fields, 0, &mut lines);
    lines.extend(
        detail
            .firing_triggers
            .iter()
            .map(|trigger| format!("Fires on: {}", trigger.name)),
    );
    lines.extend(
        detail
            .blocking_triggers
            .iter()
            .map(|trigger| format!("Blocked by: {}", trigger.name)),
    );
    lines.extend(detail.conditions.iter().map(|condition| format!("When: {condition}")));
    lines.join("\n")
}

fn fields(list: &[EntityField], depth: usize, lines: &mut Vec<String>) {
    for field in list {
        let indent = "  ".repeat(depth);
        match &field.value {
            Some(value) => lines.push(format!("{indent}{}: {value}", field.label)),
            None => lines.push(format!("{indent}{}:", field.label)),
        }
        fields(&field.children, depth + 1, lines);
    }
}
