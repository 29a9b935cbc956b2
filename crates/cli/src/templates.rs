//! `gantry templates`: set-ups written down, to be used again.

use std::path::PathBuf;
use std::process::ExitCode;

use gantry_engine::dto::connections::ByPath;
use gantry_engine::dto::templates::{
    CaptureTemplate, ExportTemplate, PreviewTemplate, SaveTemplate, TemplateChange, TemplateDocument, TemplatePreview,
    TemplateView,
};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{Result, templates};

use crate::composition::Session;
use crate::output;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the templates: those that come with Gantry, then your own.
    List,
    /// Print a template as it is written (TOML).
    Show {
        /// Name of the template.
        name: String,
    },
    /// Take in a template from a file.
    Import {
        /// A TOML file, for instance one that `templates export` wrote.
        file: PathBuf,
        /// Take the place of your own template of the same name.
        #[arg(long)]
        replace: bool,
    },
    /// Write a template to a file, to share it or to change it.
    Export {
        /// Name of the template.
        name: String,
        file: PathBuf,
    },
    /// Remove one of your own templates.
    Remove {
        /// Name of the template.
        name: String,
    },
    /// Make a template of what a property and its container have. Reads from Google, and changes nothing there.
    Capture(Capture),
    /// What a template would change in a property that is there. Reads, and changes nothing.
    Preview(Preview),
}

#[derive(Debug, clap::Args)]
pub struct Capture {
    /// The property's number.
    property: String,
    /// Name of the new template: lower case letters, digits and hyphens.
    #[arg(long)]
    name: String,
    /// What people call it; its name where absent.
    #[arg(long)]
    title: Option<String>,
    /// The container: its public id (GTM-...) or accounts/1/containers/2.
    #[arg(long)]
    container: Option<String>,
    /// The site whose data stream is meant, where the property has several.
    #[arg(long)]
    website: Option<String>,
    /// Print it, and do not keep it.
    #[arg(long)]
    print: bool,
}

#[derive(Debug, clap::Args)]
pub struct Preview {
    /// Name of the template.
    name: String,
    /// The property's number.
    #[arg(long)]
    property: String,
    /// The container: its public id (GTM-...) or accounts/1/containers/2.
    #[arg(long)]
    container: Option<String>,
    /// The site whose data stream is meant, where the property has several.
    #[arg(long)]
    website: Option<String>,
}

pub async fn run(command: Command, session: &Session<'_>) -> Result<ExitCode> {
    let engine = &session.engine;
    match command {
        Command::List => {
            let views = templates::list(engine, Nothing {}).await?;
            session.output.result(&views, |views| list(views))
        }
        Command::Show { name } => {
            let document = templates::show(engine, ById { id: name }).await?;
            session.output.result(&document, text)
        }
        Command::Import { file, replace } => {
            let path = file.display().to_string();
            let view = if replace {
                let toml = templates::read_file(&path).await?;
                templates::save(engine, SaveTemplate { toml, replace }).await?
            } else {
                templates::import(engine, ByPath { path }).await?
            };
            session.output.result(&view, kept)
        }
        Command::Export { name, file } => {
            let path = file.display().to_string();
            let written = templates::export(engine, ExportTemplate { name, path }).await?;
            session
                .output
                .result(&written, |written| format!("Wrote {}.", written.path))
        }
        Command::Remove { name } => {
            templates::remove(engine, ById { id: name.clone() }).await?;
            session.output.result(&Nothing {}, |_| format!("Removed {name}."))
        }
        Command::Capture(capture) => run_capture(capture, session).await,
        Command::Preview(Preview {
            name,
            property,
            container,
            website,
        }) => {
            let request = PreviewTemplate {
                connection: session.connection.clone(),
                template: name,
                property_id: property,
                container,
                website,
            };
            let preview = templates::preview(engine, request).await?;
            session.output.result(&preview, differences)
        }
    }
}

async fn run_capture(capture: Capture, session: &Session<'_>) -> Result<ExitCode> {
    let engine = &session.engine;
    let request = CaptureTemplate {
        connection: session.connection.clone(),
        property_id: capture.property,
        container: capture.container,
        website: capture.website,
        title: capture.title.unwrap_or_else(|| capture.name.clone()),
        name: capture.name,
    };
    let document = templates::capture(engine, request).await?;
    if capture.print {
        return session.output.result(&document, text);
    }
    let save = SaveTemplate {
        toml: document.toml,
        replace: false,
    };
    let view = templates::save(engine, save).await?;
    session.output.result(&view, kept)
}

fn text(document: &TemplateDocument) -> String {
    document.toml.trim_end().to_owned()
}

fn kept(view: &TemplateView) -> String {
    let path = view.path.as_deref().unwrap_or_default();
    format!("{} is kept in {path}.", view.template.name)
}

fn list(views: &[TemplateView]) -> String {
    let rows: Vec<Vec<String>> = views
        .iter()
        .map(|view| {
            let makes = view.problem.clone().unwrap_or_else(|| view.summary.clone());
            let whose = match (&view.problem, view.shipped) {
                (Some(_), _) => "cannot be used",
                (None, true) => "Gantry's",
                (None, false) => "yours",
            };
            let title = view.template.title.clone();
            let version = view.template.version.to_string();
            vec![view.template.name.clone(), title, version, whose.to_owned(), makes]
        })
        .collect();
    output::table(&["NAME", "TITLE", "VERSION", "WHOSE", "MAKES"], &rows)
}

fn differences(preview: &TemplatePreview) -> String {
    let rows: Vec<Vec<String>> = preview
        .rows
        .iter()
        .map(|row| {
            let change = match row.change {
                TemplateChange::Added => "added",
                TemplateChange::Changed => "changed",
                TemplateChange::Same => "same",
                TemplateChange::Kept => "left alone",
            };
            let before = row.before.clone().unwrap_or_else(|| "-".to_owned());
            vec![
                change.to_owned(),
                row.what.clone(),
                row.name.clone(),
                before,
                row.after.clone(),
            ]
        })
        .collect();
    let table = output::table(&["CHANGE", "WHAT", "NAME", "NOW", "TEMPLATE"], &rows);
    format!(
        "{table}\n{} added, {} changed, {} the same; looked with {} calls.",
        preview.added, preview.changed, preview.same, preview.calls
    )
}
