//! The dimensions and metrics of a question: old `ga:` names are translated, with a note of what is used instead.

use gantry_domain::legacy_fields::{Translation, translate};

use crate::error::{Error, Result};

/// What the Data API admits in one report.
const MOST_DIMENSIONS: usize = 9;
const MOST_METRICS: usize = 10;

/// GA4 names, in the order asked, and what to tell about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fields {
    pub dimensions: Vec<String>,
    pub metrics: Vec<String>,
    /// "ga:pageviews is screenPageViews in GA4."
    pub notes: Vec<String>,
}

/// Understands the names of a question.
pub(crate) fn understand(dimensions: &[String], metrics: &[String]) -> Result<Fields> {
    let mut notes = Vec::new();
    let fields = Fields {
        dimensions: names(dimensions, &mut notes)?,
        metrics: names(metrics, &mut notes)?,
        notes,
    };
    if fields.metrics.is_empty() && fields.dimensions.is_empty() {
        return Err(Error::invalid(
            "The report asks for nothing.",
            "Name at least one metric, for instance activeUsers.",
        ));
    }
    if fields.dimensions.len() > MOST_DIMENSIONS || fields.metrics.len() > MOST_METRICS {
        return Err(Error::invalid(
            format!("Google admits {MOST_DIMENSIONS} dimensions and {MOST_METRICS} metrics in one report."),
            "Leave some out, or ask twice.",
        ));
    }
    Ok(fields)
}

/// The GA4 name of one field.
pub(super) fn name(field: &str) -> Result<String> {
    names(&[field.to_owned()], &mut Vec::new()).map(|names| names.into_iter().next().unwrap_or_default())
}

fn names(fields: &[String], notes: &mut Vec<String>) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for field in fields
        .iter()
        .map(|field| field.trim())
        .filter(|field| !field.is_empty())
    {
        let name = match translate(field) {
            Translation::Current(name) => name,
            Translation::Renamed { name, note } => {
                notes.push(note);
                name.to_owned()
            }
            Translation::Gone { old } => {
                return Err(Error::invalid(
                    format!("{old} was a field of Universal Analytics and has no counterpart in GA4."),
                    "Choose another field; `gantry report metadata` lists those of a property.",
                ));
            }
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    fn strings(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn two_old_names_of_one_field_ask_for_it_once() {
        let fields = understand(&strings(&["date", "ga:date"]), &strings(&["ga:visits", "ga:sessions"])).unwrap();
        assert_eq!(
            (fields.dimensions, fields.metrics),
            (strings(&["date"]), strings(&["sessions"]))
        );
        assert_eq!(fields.notes.len(), 3);
    }

    #[test]
    fn too_many_or_none_or_gone_is_refused_before_it_is_sent() {
        let many: Vec<String> = (0..11).map(|number| format!("customEvent:m{number}")).collect();
        for (dimensions, metrics) in [
            (&many[..], &[][..]),
            (&[], &many[..]),
            (&[], &[]),
            (&[], &strings(&["ga:goal3Value"])[..]),
        ] {
            assert_eq!(
                understand(dimensions, metrics).unwrap_err().code,
                ErrorCode::InvalidRequest
            );
        }
    }
}
