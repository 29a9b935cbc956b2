//! Templates: set-ups written down as TOML files, to be used again.

mod adjusted;
#[cfg(test)]
mod applied_tests;
mod captured_tags;
mod capturing;
mod checks;
mod container_differences;
mod differences;
mod file;
#[cfg(test)]
mod file_tests;
mod looking;
mod shelf;
mod summary;
mod tag_manager;
#[cfg(test)]
mod tests;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Engine;
use crate::dto::connections::ByPath;
use crate::dto::events::Topic;
use crate::dto::templates::{
    CaptureTemplate, ExportTemplate, PreviewTemplate, SaveTemplate, Template, TemplateDocument, TemplatePreview,
    TemplateView,
};
use crate::dto::{ById, Nothing};
use crate::error::{Error, ErrorCode, Result};

#[allow(unused_imports, reason = "planning and the snippet are their users")]
pub(crate) use {
    adjusted::adjusted,
    container_differences::Content,
    summary::{entities, summary},
    tag_manager::{consent_script, tag_manager_entities},
};

use looking::{Place, Wanted};
use shelf::Shelved;

/// The plain website: what a set-up makes that names no template.
pub(crate) fn plain() -> Template {
    shelf::plain()
}

/// The template of this name, the person's own before a shipped one; the plain website for `None`.
///
/// # Errors
/// `NotFound` with the names that there are; `InvalidRequest` where the person's own file cannot be used.
pub(crate) async fn named(engine: &Engine, name: Option<&str>) -> Result<Template> {
    let name = name.unwrap_or(shelf::PLAIN).to_owned();
    let folder = folder(engine);
    on_disk(move || shelf::take(&folder, &name))
        .await
        .map(|shelved| shelved.template)
}

/// Those that come with Gantry, then the person's own. One that cannot be used says why, and the others stay usable.
pub async fn list(engine: &Arc<Engine>, _: Nothing) -> Result<Vec<TemplateView>> {
    let folder = folder(engine);
    on_disk(move || {
        let names = shelf::names(&folder)?;
        let views = names.iter().map(|name| match shelf::take(&folder, name) {
            Ok(shelved) => view(shelved),
            Err(error) => TemplateView {
                problem: Some(error.message),
                shipped: false,
                ..view(Shelved::unusable(&folder, name))
            },
        });
        Ok(views.collect())
    })
    .await
}

/// A template as it is written, with its comments.
pub async fn show(engine: &Arc<Engine>, request: ById) -> Result<TemplateDocument> {
    let folder = folder(engine);
    let shelved = on_disk(move || shelf::take(&folder, &request.id)).await?;
    Ok(TemplateDocument {
        name: shelved.template.name,
        toml: shelved.toml,
    })
}

/// Keeps a template under the name that it has.
pub async fn save(engine: &Arc<Engine>, request: SaveTemplate) -> Result<TemplateView> {
    let folder = folder(engine);
    let view = on_disk(move || shelf::put(&folder, &request.toml, request.replace).map(view)).await?;
    engine.jobs.changed(Topic::Templates);
    Ok(view)
}

/// Removes one of the person's own; a shipped one whose place it took is there again.
pub async fn remove(engine: &Arc<Engine>, request: ById) -> Result<Nothing> {
    let folder = folder(engine);
    on_disk(move || shelf::remove(&folder, &request.id)).await?;
    engine.jobs.changed(Topic::Templates);
    Ok(Nothing {})
}

/// Takes a file in. Does not take the place of a template of the same name.
pub async fn import(engine: &Arc<Engine>, request: ByPath) -> Result<TemplateView> {
    let toml = read_file(&request.path).await?;
    save(engine, SaveTemplate { toml, replace: false }).await
}

/// The text of a file that may be a template.
///
/// # Errors
/// `NotFound`; `Storage` where it cannot be read; `InvalidRequest` where it is too long or not text.
pub async fn read_file(path: &str) -> Result<String> {
    let path = PathBuf::from(path);
    on_disk(move || {
        shelf::read(&path)?.ok_or_else(|| {
            Error::new(
                ErrorCode::NotFound,
                format!("There is no file {}.", path.display()),
                "Choose a template: a TOML file.",
            )
        })
    })
    .await
}

/// Writes a template to a file, to share it.
pub async fn export(engine: &Arc<Engine>, request: ExportTemplate) -> Result<ExportTemplate> {
    let folder = folder(engine);
    on_disk(move || {
        let shelved = shelf::take(&folder, &request.name)?;
        shelf::write(Path::new(&request.path), &shelved.toml)?;
        Ok(request)
    })
    .await
}

/// A template of what a property and its container have. Reads, and keeps nothing: `save` does.
pub async fn capture(engine: &Arc<Engine>, request: CaptureTemplate) -> Result<TemplateDocument> {
    let wanted = Wanted {
        property: true,
        retention: true,
        measurement: true,
        key_events: true,
        dimensions: true,
        people: false,
    };
    let place = Place {
        connection: request.connection.as_deref(),
        property_id: &request.property_id,
        container: request.container.as_deref(),
        website: request.website.as_deref(),
    };
    let found = looking::look(engine, place, wanted).await?;
    Ok(TemplateDocument {
        toml: capturing::capture(&request, &found)?,
        name: request.name.trim().to_owned(),
    })
}

/// What a template would change in a property and a container that are there. Reads, and changes nothing.
pub async fn preview(engine: &Arc<Engine>, request: PreviewTemplate) -> Result<TemplatePreview> {
    let template = named(engine, Some(&request.template)).await?;
    let place = Place {
        connection: request.connection.as_deref(),
        property_id: &request.property_id,
        container: request.container.as_deref(),
        website: request.website.as_deref(),
    };
    let found = looking::look(engine, place, Wanted::of(&template)).await?;
    Ok(differences::compare(&template, &found))
}

fn folder(engine: &Engine) -> PathBuf {
    engine.profile.templates_directory()
}

/// Files are small, but disks may sleep.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // The words of a panic may hold anything: they are not told.
        Err(_) => Err(Error::new(
            ErrorCode::Internal,
            "Reading the templates ended unexpectedly.",
            "Try again; if it stays so, report it.",
        )),
    }
}

fn view(shelved: Shelved) -> TemplateView {
    let Shelved { template, path, .. } = shelved;
    TemplateView {
        shipped: path.is_none(),
        summary: summary(&template),
        tag_manager_entities: u32::try_from(entities(&template)).unwrap_or(u32::MAX),
        path: path.map(|path| path.display().to_string()),
        problem: None,
        template,
    }
}
