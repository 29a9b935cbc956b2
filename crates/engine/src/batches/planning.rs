//! What a file would set up, what is wrong with it, and what it costs. Nothing is sent.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use gantry_domain::Permission;
use gantry_store::{Batch, BatchState, ProvisioningState};

use super::cost::{self, Cost};
use super::rows::{Known, Reading};
use super::table::{self, LARGEST_FILE, Table};
use super::{digest, mapping};
use crate::Engine;
use crate::connections::Session;
use crate::dto::batches::{BatchPlan, BatchRequest, BatchRowPlan};
use crate::dto::provisioning::ProvisionRequest;
use crate::dto::templates::Template;
use crate::error::{Error, ErrorCode, Result};
use crate::{provisioning, templates};

/// Set-ups that are looked through for what was set up before.
const RUNS_LOOKED_AT: u32 = 10_000;

/// A file that was read, with all that follows from it.
pub(super) struct Prepared {
    pub session: Session,
    pub table: Table,
    pub mapping: BTreeMap<String, String>,
    pub rows: Vec<BatchRowPlan>,
    /// Rows that say the same have the same.
    pub digest: String,
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
        let before = before(engine, known.as_ref()).await?;
        let rows = reading.rows(&before);
        let name = Path::new(&request.path).file_name();
        let name = name.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(Self {
            session,
            table,
            mapping,
            rows,
            digest,
            known,
            name,
        })
    }

    /// The rows that can be set up.
    pub fn right(&self) -> impl Iterator<Item = &BatchRowPlan> {
        self.rows.iter().filter(|row| is_right(row))
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
    let costs = cost::of_forms(engine, prepared.right().map(|row| &row.request)).await?;
    let total: Cost = costs.iter().copied().sum();
    let forecast = cost::forecast(engine, &prepared.session.project, &costs).await?;
    let right = prepared.right().count();
    let wrong = prepared.rows.iter().filter(|row| !row.problems.is_empty()).count();
    let duplicates = prepared.rows.iter().filter(|row| row.duplicate.is_some()).count();
    let quota_note = (total.tag_manager_calls > forecast.left_today).then(|| {
        format!(
            "This takes {} Tag Manager calls, and {} are left of today's quota. The rest follows after {}.",
            total.tag_manager_calls, forecast.left_today, forecast.day_resets_at
        )
    });
    let resumes = prepared
        .known
        .filter(|batch| batch.state == BatchState::Open)
        .map(|batch| batch.id);
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
        rows: prepared.rows,
    })
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn is_right(row: &BatchRowPlan) -> bool {
    row.problems.is_empty() && row.duplicate.is_none()
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
    let file = std::fs::File::open(path).map_err(|error| unreadable(&shown).with_details(error))?;
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

/// What was set up before, by Gantry or otherwise; what this batch itself has made does not count.
async fn before(engine: &Arc<Engine>, own: Option<&Batch>) -> Result<Known> {
    let mut known = Known::default();
    let mut own_names = Vec::new();
    let in_trash = provisioning::in_trash(engine).await?;
    for run in engine.store().provisioning_runs(RUNS_LOOKED_AT).await? {
        let Ok(form) = serde_json::from_value::<ProvisionRequest>(run.form) else {
            continue;
        };
        if own.is_some_and(|own| run.batch_id.as_deref() == Some(own.id.as_str())) {
            own_names.push(form.account_name);
        } else if run.state == ProvisioningState::Done && !in_trash.contains_key(&run.id) {
            let day = run.updated_at.strftime("%-d %B %Y");
            known.website(&form.website, format!("Its website was set up on {day}."));
            known.name(
                &form.account_name,
                format!("An account of this name was set up on {day}."),
            );
        }
    }
    for account in engine.store().analytics_accounts().await? {
        // The copy of Google's list may be older than the trash.
        let name = format!("accounts/{}", account.account_id.trim_start_matches("accounts/"));
        let gone = in_trash.values().flatten().any(|asset| *asset == name);
        if !gone && !own_names.contains(&account.display_name) {
            known.name(
                &account.display_name,
                "Google Analytics has an account of this name.".to_owned(),
            );
        }
    }
    Ok(known)
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
