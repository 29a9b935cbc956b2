//! What a file would set up, what is wrong with it, and what it costs. Nothing is sent.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use gantry_domain::Permission;
use gantry_store::{Batch, BatchRow, BatchRowState};
use jiff::Timestamp;
use serde_json::json;

use super::cost::{self, Cost};
use super::known::Known;
use super::rows::Reading;
use super::table::{self, LARGEST_FILE, Table};
use super::views::{RowRun, Runs, key};
use super::{digest, mapping, unwritable};
use crate::Engine;
use crate::connections::Session;
use crate::dto::batches::{BatchPlan, BatchRequest, BatchRowPlan};
use crate::dto::provisioning::ProvisionRequest;
use crate::dto::templates::Template;
use crate::error::{Error, ErrorCode, Result};
use crate::{provisioning, templates};

/// A file that was read, with all that follows from it.
pub(super) struct Prepared {
    pub session: Session,
    pub table: Table,
    pub mapping: BTreeMap<String, String>,
    pub rows: Vec<BatchRowPlan>,
    /// Rows that say the same have the same.
    pub digest: String,
    /// What the person sees of the file: its rows in their lines, and what the templates make.
    pub seen: String,
    /// Of the rows that were begun, by line.
    steps_done: HashMap<u32, u32>,
    /// The batch that is there of it.
    pub known: Option<Batch>,
    /// The file's name.
    pub name: String,
}

impl Prepared {
    pub async fn of(engine: &Arc<Engine>, request: &BatchRequest) -> Result<Self> {
        let session = engine.session(request.connection.as_deref()).await?;
        let connection_id = session.connection.id.clone();
        let path = request.path.clone();
        let bytes = tokio::task::spawn_blocking(move || bytes_of(Path::new(&path)))
            .await
            .map_err(|error| unreadable(&request.path).with_details(error))??;
        let table = table::read(&bytes)?;
        let mapping = mapping::mapping(&table, &request.mapping)?;
        let templates = templates_of(engine, &table, &mapping, request).await?;
        let reading = Reading {
            table: &table,
            mapping: &mapping,
            request,
            connection_id: &connection_id,
            templates: &templates,
            system_time_zone: &provisioning::system_time_zone(),
        };
        let digest = digest::of(&reading)?;
        let known = engine.store().batch_of_digest(&digest).await?;
        let before = Known::before(engine, &connection_id, known.as_ref()).await?;
        let mut rows = reading.rows(&before);
        let mut steps_done = HashMap::new();
        if let Some(known) = &known {
            let runs = Runs::of(engine, &known.id).await?;
            for stored in engine.store().batch_rows(&known.id).await? {
                let form: ProvisionRequest = serde_json::from_value(stored.form.clone()).map_err(unwritable)?;
                let run = runs.of_row(&stored);
                for here in rows.iter_mut().filter(|here| key(&here.request) == key(&form)) {
                    as_stored(here, &stored, run, request);
                    steps_done.insert(here.line, run.map_or(0, RowRun::steps_done));
                }
            }
        }
        for row in &rows {
            if !steps_done.contains_key(&row.line)
                && let Some(run) = RowRun::of(engine, row.resumes.as_deref()).await?
            {
                steps_done.insert(row.line, run.steps_done());
            }
        }
        let seen = digest::seen(&digest, rows.iter().map(|row| row.line), &templates)?;
        let name = Path::new(&request.path).file_name();
        let name = name.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(Self {
            session,
            table,
            mapping,
            rows,
            digest,
            seen,
            steps_done,
            known,
            name,
        })
    }

    /// The rows that can be set up.
    pub fn right(&self) -> impl Iterator<Item = &BatchRowPlan> {
        self.rows.iter().filter(|row| is_right(row))
    }

    /// Refuses what is not what the person saw, and a row that nobody can set up.
    pub fn meant(&self, request: &BatchRequest) -> Result<()> {
        if request.seen.as_ref().is_some_and(|seen| *seen != self.seen) {
            return Err(Error::new(
                ErrorCode::Conflict,
                "The file, or a template that it uses, has changed since it was looked at. Nothing was sent.",
                "Look at what it would set up now, then start again.",
            ));
        }
        for line in &request.anyway {
            let why = match self.rows.iter().find(|row| row.line == *line) {
                None => "The file has no client in this line.".to_owned(),
                Some(row) => match row.problems.first() {
                    Some(problem) => format!("It is wrong, not there already: {}", problem.message),
                    None => continue,
                },
            };
            return Err(Error::invalid(
                format!("Line {line} cannot be set up all the same. Nothing was sent."),
                "Correct the file, or name the lines of rows that are there already.",
            )
            .with_details(why));
        }
        Ok(())
    }

    /// The rows that can be set up, as a batch keeps them.
    pub fn batch_rows(&self, batch_id: &str, now: Timestamp) -> Vec<BatchRow> {
        let rows = self.right().map(|row| BatchRow {
            batch_id: batch_id.to_owned(),
            line: row.line,
            form: json!(row.request),
            heading: row.group.clone(),
            // What was begun from another file, or alone, goes on.
            run_id: row.resumes.clone(),
            state: BatchRowState::Draft,
            error: None,
            anyway: row.anyway,
            updated_at: now,
        });
        rows.collect()
    }

    /// The same for a batch that has `rows` already: what can be set up by now joins them, and each is found in the line
    /// where it is now. `None` where all is as it was.
    pub fn joined(&self, rows: &[BatchRow], batch_id: &str, now: Timestamp) -> Result<Option<Vec<BatchRow>>> {
        let mut joined = Vec::new();
        let mut new = self.batch_rows(batch_id, now);
        for row in rows {
            let form: ProvisionRequest = serde_json::from_value(row.form.clone()).map_err(unwritable)?;
            let Some(here) = self.rows.iter().find(|here| key(&here.request) == key(&form)) else {
                // Not of this file: left alone.
                return Ok(None);
            };
            new.retain(|new| new.line != here.line);
            joined.push(BatchRow {
                line: here.line,
                ..row.clone()
            });
        }
        joined.extend(new);
        joined.sort_by_key(|row| row.line);
        Ok((joined != rows).then_some(joined))
    }

    /// Refuses a file with wrong rows, unless they are left out, and one without a right row.
    pub fn check(&self, leave_out: bool) -> Result<()> {
        let left_out = self.rows.len() - self.right().count();
        let first = self.rows.iter().find(|row| !is_right(row)).map(|row| {
            let why = row.problems.first().map(|problem| problem.message.clone());
            format!(
                "Line {}: {}",
                row.line,
                why.or_else(|| row.duplicate.clone()).unwrap_or_default()
            )
        });
        if left_out == self.rows.len() {
            return Err(Error::invalid(
                "No row of the file can be set up.",
                "Look at the problems of its rows, or at which column holds what.",
            )
            .with_details(first.unwrap_or_default()));
        }
        if left_out > 0 && !leave_out {
            let (rows, are) = if left_out == 1 { ("row", "is") } else { ("rows", "are") };
            return Err(Error::invalid(
                format!("{left_out} {rows} of the file {are} wrong or set up already. Nothing was sent."),
                "Correct the file, or leave these rows out.",
            )
            .with_details(first.unwrap_or_default()));
        }
        Ok(())
    }

    /// Refuses what the connection may not do, before the first ticket.
    pub async fn permitted(&self, engine: &Arc<Engine>) -> Result<()> {
        for (form, _) in shapes(self.right().map(|row| &row.request)) {
            let plan = provisioning::plan(engine, form.clone()).await?;
            for permission in plan.permissions {
                self.session.require(permission)?;
            }
        }
        self.session.require(Permission::Configure)
    }
}

pub(super) async fn plan(engine: &Arc<Engine>, request: &BatchRequest) -> Result<BatchPlan> {
    let prepared = Prepared::of(engine, request).await?;
    let left: Vec<_> = prepared.right().filter(|row| !row.made).collect();
    let costs = cost::of_forms(engine, left.iter().map(|row| &row.request)).await?;
    let done = |row: &BatchRowPlan| prepared.steps_done.get(&row.line).copied().unwrap_or_default();
    let costs: Vec<_> = left
        .iter()
        .zip(&costs)
        .map(|(row, costs)| costs.left(done(row)))
        .collect();
    let total: Cost = costs.iter().copied().sum();
    let forecast = cost::forecast(engine, &prepared.session.project, &costs).await?;
    let right = prepared.right().count();
    let wrong = prepared.rows.iter().filter(|row| !row.problems.is_empty()).count();
    let duplicates = prepared.rows.iter().filter(|row| is_there(row)).count();
    let quota_note = (total.tag_manager_calls > forecast.left_today).then(|| {
        format!(
            "This takes {} Tag Manager calls, and {} are left of today's quota. The rest follows after {}.",
            total.tag_manager_calls, forecast.left_today, forecast.day_resets_at
        )
    });
    let resumes = prepared.known.map(|batch| batch.id);
    Ok(BatchPlan {
        columns: prepared.table.headings,
        mapping: prepared.mapping,
        fields: mapping::fields(),
        delimiter: prepared.table.delimiter.to_string(),
        right: small(right),
        wrong: small(wrong),
        duplicates: small(duplicates),
        analytics_calls: total.admin_calls,
        tag_manager_calls: total.tag_manager_calls,
        seconds: forecast.seconds,
        quota_note,
        resumes,
        digest: prepared.seen,
        rows: prepared.rows,
    })
}

/// What a batch that was begun knows of a row. What is in the trash is not made again unless the person says so: it was moved
/// there on purpose.
fn as_stored(here: &mut BatchRowPlan, stored: &BatchRow, run: Option<&RowRun>, request: &BatchRequest) {
    if run.is_some_and(RowRun::is_undone) {
        here.resumes = None;
        here.duplicate = Some("What was set up for it was moved to the trash.".to_owned());
        here.anyway = request.anyway.contains(&here.line);
    } else if stored.state == BatchRowState::Made {
        here.made = true;
        here.duplicate = None;
    } else {
        here.anyway |= stored.anyway && here.duplicate.is_some();
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn is_right(row: &BatchRowPlan) -> bool {
    row.problems.is_empty() && !is_there(row)
}

/// Setting it up would make it twice, and the person does not say that it is wanted.
fn is_there(row: &BatchRowPlan) -> bool {
    row.duplicate.is_some() && !row.anyway
}

/// Forms that differ only in what does not change the plan, one of each, with how many there are.
pub(super) fn shapes<'a>(forms: impl Iterator<Item = &'a ProvisionRequest>) -> Vec<(ProvisionRequest, Vec<usize>)> {
    let mut known: Vec<(ProvisionRequest, ProvisionRequest, Vec<usize>)> = Vec::new();
    for (index, form) in forms.enumerate() {
        let shape = shape(form);
        match known.iter_mut().find(|(same, ..)| *same == shape) {
            Some((_, _, rows)) => rows.push(index),
            None => known.push((shape, form.clone(), vec![index])),
        }
    }
    known.into_iter().map(|(_, form, rows)| (form, rows)).collect()
}

/// What a form has and what it has not, without its values.
fn shape(form: &ProvisionRequest) -> ProvisionRequest {
    let there = |text: &Option<String>| text.as_ref().map(|_| String::new());
    ProvisionRequest {
        account_name: String::new(),
        property_name: String::new(),
        website: if form.website.is_empty() {
            String::new()
        } else {
            "x".to_owned()
        },
        time_zone: String::new(),
        currency: String::new(),
        country: String::new(),
        android_package: there(&form.android_package),
        ios_bundle: there(&form.ios_bundle),
        google_ads_customer: there(&form.google_ads_customer),
        ..form.clone()
    }
}

fn bytes_of(path: &Path) -> Result<Vec<u8>> {
    use std::io::Read as _;
    let shown = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::new(
            ErrorCode::InvalidRequest,
            format!("There is no file {shown}."),
            "Check its name, and whether it was moved or renamed.",
        ),
        _ => unreadable(&shown).with_details(error),
    })?;
    let mut bytes = Vec::new();
    // A byte more than is taken, so that what is too large is told.
    let limit = u64::try_from(LARGEST_FILE).unwrap_or(u64::MAX) + 1;
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&shown).with_details(error))?;
    Ok(bytes)
}

fn unreadable(path: &str) -> Error {
    Error::new(
        ErrorCode::InvalidRequest,
        format!("The file {path} cannot be read."),
        "Check its name, and that no other program holds it.",
    )
}

/// Each template that is named, in a row or for all.
async fn templates_of(
    engine: &Arc<Engine>,
    table: &Table,
    mapping: &BTreeMap<String, String>,
    request: &BatchRequest,
) -> Result<HashMap<String, Option<Template>>> {
    let column = mapping
        .get("template")
        .and_then(|column| table.headings.iter().position(|heading| heading == column));
    let cells = table.rows.iter().filter_map(|row| row.cells.get(column?));
    let named = cells.map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut templates = HashMap::new();
    for name in named.chain(request.template.clone()).filter(|name| !name.is_empty()) {
        if templates.contains_key(&name) {
            continue;
        }
        let found = match templates::named(engine, Some(&name)).await {
            Ok(template) => Some(template),
            Err(error) if matches!(error.code, ErrorCode::NotFound | ErrorCode::InvalidRequest) => None,
            Err(error) => return Err(error),
        };
        templates.insert(name, found);
    }
    Ok(templates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_shape_are_planned_once() {
        let form = |name: &str, ads: Option<&str>| ProvisionRequest {
            account_name: name.to_owned(),
            google_ads_customer: ads.map(str::to_owned),
            ..ProvisionRequest::default()
        };
        let forms = [
            form("a", None),
            form("b", Some("1")),
            form("c", None),
            form("d", Some("2")),
        ];
        let rows: Vec<_> = shapes(forms.iter()).into_iter().map(|(_, rows)| rows).collect();
        assert_eq!(rows, [vec![0, 2], vec![1, 3]]);
    }
}
