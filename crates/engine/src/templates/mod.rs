//! Templates: set-ups written down as TOML files, to be used again.

use std::sync::Arc;

use crate::Engine;
use crate::dto::connections::ByPath;
use crate::dto::templates::{
    CaptureTemplate, ExportTemplate, FORMAT, PreviewTemplate, SaveTemplate, Template, TemplateDocument,
    TemplatePreview, TemplateProperty, TemplateTagManager, TemplateView,
};
use crate::dto::{ById, Nothing};
use crate::error::Result;

/// The plain website: what a set-up makes that names no template.
pub(crate) fn plain() -> Template {
    Template {
        format: FORMAT,
        name: "site".to_owned(),
        version: 1,
        title: "Website".to_owned(),
        description: String::new(),
        property: TemplateProperty::default(),
        enhanced_measurement: None,
        key_events: Vec::new(),
        custom_dimensions: Vec::new(),
        people: Vec::new(),
        tag_manager: TemplateTagManager::default(),
    }
}

/// The template of this name, the person's own before a shipped one; the plain website for `None`.
pub(crate) async fn named(_: &Engine, name: Option<&str>) -> Result<Template> {
    match name {
        None => Ok(plain()),
        Some(_) => Err(crate::error::Error::not_built()),
    }
}

/// What a set-up writes into a workspace: `Entity` objects for `bulk_update`, with `new_N` ids that refer to each other.
pub(crate) fn tag_manager_entities(_: &Template, _measurement_id: &str) -> Vec<serde_json::Value> {
    Vec::new()
}

pub async fn list(_: &Arc<Engine>, _: Nothing) -> Result<Vec<TemplateView>> {
    Err(crate::error::Error::not_built())
}

pub async fn show(_: &Arc<Engine>, _: ById) -> Result<TemplateDocument> {
    Err(crate::error::Error::not_built())
}

pub async fn save(_: &Arc<Engine>, _: SaveTemplate) -> Result<TemplateView> {
    Err(crate::error::Error::not_built())
}

pub async fn remove(_: &Arc<Engine>, _: ById) -> Result<Nothing> {
    Err(crate::error::Error::not_built())
}

pub async fn import(_: &Arc<Engine>, _: ByPath) -> Result<TemplateView> {
    Err(crate::error::Error::not_built())
}

pub async fn export(_: &Arc<Engine>, _: ExportTemplate) -> Result<ExportTemplate> {
    Err(crate::error::Error::not_built())
}

pub async fn capture(_: &Arc<Engine>, _: CaptureTemplate) -> Result<TemplateDocument> {
    Err(crate::error::Error::not_built())
}

pub async fn preview(_: &Arc<Engine>, _: PreviewTemplate) -> Result<TemplatePreview> {
    Err(crate::error::Error::not_built())
}
