//! What makes two files the same batch: what their rows say. How the file was saved, where it lies and what its columns are
//! called does not; nor does the time zone of a computer that travels.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::rows::Reading;
use super::unwritable;
use crate::dto::templates::Template;
use crate::error::Result;
use crate::provisioning;

/// Of each row's form and group, in the file's order, and of who acts. What is chosen for all rows (template, container,
/// people, steps left out, what is taken where the file leaves it open) is in the forms.
pub(super) fn of(reading: &Reading<'_>) -> Result<String> {
    let anywhere = Reading {
        system_time_zone: "",
        ..*reading
    };
    let mut digest = Sha256::new();
    digest.update(reading.connection_id);
    for row in anywhere.forms() {
        let form = serde_json::to_value(&row.request).map_err(unwritable)?;
        let said = (provisioning::identity(&form), &row.group);
        digest.update([0]);
        digest.update(serde_json::to_vec(&said).map_err(unwritable)?);
    }
    Ok(hex(digest))
}

/// What the person saw of a plan: `of`, in which lines the rows are, and what their templates make.
pub(super) fn seen(
    of: &str,
    lines: impl Iterator<Item = u32>,
    templates: &HashMap<String, Option<Template>>,
) -> Result<String> {
    let templates: BTreeMap<_, _> = templates.iter().collect();
    let mut digest = Sha256::new();
    digest.update(of);
    digest.update(serde_json::to_vec(&(lines.collect::<Vec<_>>(), templates)).map_err(unwritable)?);
    Ok(hex(digest))
}

fn hex(digest: Sha256) -> String {
    let bytes = digest.finalize();
    bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}
