//! A template as a TOML file: read strictly, with the line of what is wrong, and written.

use std::ops::Range;

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::checks::{self, Problem, Step};
use crate::dto::templates::{FORMAT, Template};
use crate::error::{Error, ErrorCode, Result};

/// A template is a page or two; what is longer is something else.
pub(super) const MOST_BYTES: usize = 64 * 1024;
/// More than these at once help nobody.
const MOST_PROBLEMS: usize = 5;

/// The template in a file's text.
///
/// # Errors
/// `InvalidRequest`: not TOML, a newer format, an unknown name, or values that Google does not take; each with its line.
pub(super) fn parse(text: &str) -> Result<Template> {
    if text.len() > MOST_BYTES {
        return Err(Error::invalid(
            format!("This is {} KB long; a template has at most 64.", text.len() / 1024),
            "Choose a template that Gantry or a person has written.",
        ));
    }
    format_is_known(text)?;
    let template: Template = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
    let problems = checks::problems(&template);
    if problems.is_empty() {
        Ok(template)
    } else {
        Err(wrong(text, &problems))
    }
}

/// The template as a file's text; `parse` gives the same template back.
pub(super) fn write(template: &Template) -> Result<String> {
    let toml = toml::to_string(template).map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            "Gantry could not write the template down.",
            "Report this, with the template's name.",
        )
        .with_details(error)
    })?;
    Ok(format!(
        "# {}: a template for sites that are set up with Gantry.\n\n{toml}",
        one_line(&template.title)
    ))
}

/// A title with a line break is refused, but this is written before it is checked.
fn one_line(title: &str) -> String {
    title.chars().filter(|letter| !letter.is_control()).collect()
}

/// A newer Gantry's file is refused before its unknown names confuse anybody. There are no older formats yet.
fn format_is_known(text: &str) -> Result<()> {
    #[derive(Deserialize)]
    struct Head {
        format: Option<i64>,
    }
    let head: Head = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
    match head.format {
        Some(format) if format == i64::from(FORMAT) => Ok(()),
        Some(format) if format > i64::from(FORMAT) => Err(Error::invalid(
            format!("This template has format {format}; this Gantry reads formats up to {FORMAT}."),
            "Update Gantry, or ask for the template in an older format.",
        )),
        Some(format) => Err(Error::invalid(
            format!("This template has format {format}, which there never was."),
            format!("Write format = {FORMAT} at its beginning."),
        )),
        None => Err(Error::invalid(
            "This is not a template: it does not say its format.",
            format!("A template begins with format = {FORMAT}; export one to see what it looks like."),
        )),
    }
}

fn unreadable(text: &str, error: &toml::de::Error) -> Error {
    let at = error
        .span()
        .map_or_else(String::new, |span| format!("line {}: ", line(text, &span)));
    Error::invalid(
        format!(
            "The template cannot be read: {at}{}.",
            error.message().trim_end_matches('.')
        ),
        "Correct the file; `gantry templates show shop` shows every name that there is.",
    )
}

fn wrong(text: &str, problems: &[Problem]) -> Error {
    let document = DeTable::parse(text).ok();
    let told: Vec<String> = problems
        .iter()
        .take(MOST_PROBLEMS)
        .map(|problem| {
            let span = document.as_ref().and_then(|table| find(table.get_ref(), &problem.path));
            let at = span.map_or_else(String::new, |span| format!("line {}, ", line(text, &span)));
            format!("{at}{}: {}", checks::spelt(&problem.path), problem.message)
        })
        .collect();
    let more = match problems.len().saturating_sub(MOST_PROBLEMS) {
        0 => String::new(),
        more => format!(" And {more} more."),
    };
    Error::invalid(
        format!("The template has values that cannot be used. {}{more}", told.join(" ")),
        "Correct the file and take it in again.",
    )
}

/// Where the value of a path is, or the innermost of what holds it.
fn find(table: &DeTable<'_>, path: &[Step]) -> Option<Range<usize>> {
    let mut span = None;
    let mut at: Option<&DeValue<'_>> = None;
    for step in path {
        let next = match (step, at) {
            (Step::Key(key), None) => table.get(*key),
            (Step::Key(key), Some(DeValue::Table(table))) => table.get(*key),
            (Step::Entry(entry), Some(DeValue::Array(array))) => array.get(*entry),
            _ => None,
        };
        let Some(next) = next else { break };
        span = Some(next.span());
        at = Some(next.get_ref());
    }
    span
}

/// The first is line 1.
fn line(text: &str, span: &Range<usize>) -> usize {
    let before = text.as_bytes().get(..span.start).unwrap_or(text.as_bytes());
    1 + before.split(|byte| *byte == b'\n').count().saturating_sub(1)
}
