//! Batches and their plans, for people.

use gantry_engine::dto::batches::{BatchPlan, BatchRowPlan, BatchRowState, BatchRowView, BatchView};

use crate::output::table;

/// What a start would send.
pub fn cost(plan: &BatchPlan) -> String {
    let right = plan.rows.iter().filter(|row| outcome(row).is_none());
    let (made, left): (Vec<_>, Vec<_>) = right.partition(|row| row.made);
    let before = match (made.len(), left.len()) {
        (0, _) => String::new(),
        (_, 0) => return "Every client of this file is set up already. Nothing is sent for them.".to_owned(),
        (1, _) => "1 client is set up already. ".to_owned(),
        (count, _) => format!("{count} clients are set up already. "),
    };
    let minutes = plan.seconds.div_ceil(60);
    let note = plan
        .quota_note
        .as_ref()
        .map(|note| format!("\n{note}"))
        .unwrap_or_default();
    let clients = if left.len() == 1 { "client" } else { "clients" };
    format!(
        "{before}{} {clients}: {} Analytics and {} Tag Manager calls, about {minutes} min besides what waits for you.{note}",
        left.len(),
        plan.analytics_calls,
        plan.tag_manager_calls
    )
}

/// Why a row is not set up; `None` where it is.
fn outcome(row: &BatchRowPlan) -> Option<String> {
    let problems = row.problems.iter().map(|problem| problem.message.clone());
    let duplicate = row.duplicate.clone().filter(|_| !row.anyway);
    let told: Vec<String> = problems.chain(duplicate).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

fn told(row: &BatchRowPlan) -> String {
    if let Some(why) = outcome(row) {
        why
    } else if row.made {
        "set up already".to_owned()
    } else if row.resumes.is_some() {
        "goes on with a set-up that was begun before".to_owned()
    } else {
        match &row.duplicate {
            Some(duplicate) => format!("right, all the same: {duplicate}"),
            None => "right".to_owned(),
        }
    }
}

pub fn planned(plan: &BatchPlan) -> String {
    let rows: Vec<Vec<String>> = plan
        .rows
        .iter()
        .map(|row| {
            vec![
                row.line.to_string(),
                row.request.account_name.clone(),
                row.request.website.clone(),
                told(row),
            ]
        })
        .collect();
    format!(
        "{}\n\n{}",
        table(&["LINE", "CLIENT", "WEBSITE", "STATE"], &rows),
        cost(plan)
    )
}

pub fn results(batch: &BatchView) -> String {
    let rows: Vec<Vec<String>> = batch
        .rows
        .iter()
        .map(|row| {
            let made = row.result.clone().unwrap_or_default();
            vec![
                row.line.to_string(),
                row.name.clone(),
                state(row.state).to_owned(),
                made.measurement_id,
                made.container.map(|made| made.public_id).unwrap_or_default(),
                row.problem.clone().unwrap_or_default(),
            ]
        })
        .collect();
    table(
        &["LINE", "CLIENT", "STATE", "MEASUREMENT ID", "CONTAINER", "PROBLEM"],
        &rows,
    )
}

/// One batch, client by client.
pub fn detail(batch: &BatchView) -> String {
    let rows: Vec<Vec<String>> = batch
        .rows
        .iter()
        .map(|row| {
            let made = row.result.clone().unwrap_or_default();
            let state = match (&row.doing, row.state) {
                (Some(doing), BatchRowState::Building) => format!("building: {doing}"),
                _ => state(row.state).to_owned(),
            };
            vec![
                row.line.to_string(),
                row.name.clone(),
                state,
                made.measurement_id,
                made.container.map(|made| made.public_id).unwrap_or_default(),
                row.run_id.clone().unwrap_or_default(),
                row.problem.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let heads = [
        "LINE",
        "CLIENT",
        "STATE",
        "MEASUREMENT ID",
        "CONTAINER",
        "RUN",
        "PROBLEM",
    ];
    format!(
        "{}, as {}, {}\n\n{}",
        batch.name,
        batch.connection,
        now(batch),
        table(&heads, &rows)
    )
}

pub fn list(known: &[BatchView]) -> String {
    if known.is_empty() {
        return "No file of clients was set up yet.".to_owned();
    }
    let rows: Vec<Vec<String>> = known
        .iter()
        .map(|batch| {
            let count = |wanted: fn(BatchRowState) -> bool| batch.rows.iter().filter(|row| wanted(row.state)).count();
            let made = count(|state| matches!(state, BatchRowState::Done | BatchRowState::WaitingForData));
            let failed = count(|state| state == BatchRowState::Failed);
            vec![
                batch.id.clone(),
                batch.name.clone(),
                now(batch).to_owned(),
                format!("{made} of {} made, {failed} failed", batch.rows.len()),
            ]
        })
        .collect();
    table(&["BATCH", "FILE", "STATE", "CLIENTS"], &rows)
}

fn now(batch: &BatchView) -> &'static str {
    if batch.running {
        "running"
    } else if batch.finished {
        "finished"
    } else {
        "stopped"
    }
}

fn state(state: BatchRowState) -> &'static str {
    match state {
        BatchRowState::Draft => "not begun",
        BatchRowState::Ticket => "asking for a ticket",
        BatchRowState::WaitingForTerms => "waiting for the Terms of Service",
        BatchRowState::WaitingForTagManager => "waiting for a Tag Manager account",
        BatchRowState::Building => "building",
        BatchRowState::WaitingForData => "made, no visitor seen yet",
        BatchRowState::Done => "done",
        BatchRowState::Failed => "failed",
        BatchRowState::InTrash => "in the trash",
    }
}

/// What a person is told of a client while it goes on; `None` for what is over in a moment. `account` is the e-mail of the
/// Google account that must accept.
pub fn row_told(row: &BatchRowView, account: Option<&str>) -> Option<String> {
    let told = match row.state {
        BatchRowState::WaitingForTerms => {
            let url = &row.terms.as_ref()?.url;
            match account {
                Some(account) => format!("accept its Terms of Service as {account}: {url}"),
                None => format!("accept its Terms of Service: {url}"),
            }
        }
        BatchRowState::WaitingForData | BatchRowState::Done => {
            let made = row.result.as_ref()?;
            format!("set up, {}", made.measurement_id)
        }
        BatchRowState::Failed => row.problem.clone().unwrap_or_else(|| "failed".to_owned()),
        _ => return None,
    };
    Some(format!("{}: {told}", row.name))
}

#[cfg(test)]
mod tests {
    use gantry_engine::dto::LinkView;

    use super::*;

    #[test]
    fn a_row_that_waits_for_its_terms_names_the_account_that_must_accept() {
        let row = BatchRowView {
            line: 2,
            name: "Anna".to_owned(),
            website: String::new(),
            state: BatchRowState::WaitingForTerms,
            run_id: None,
            problem: None,
            doing: None,
            terms: Some(LinkView {
                id: "1".to_owned(),
                url: "https://terms.example/".to_owned(),
            }),
            result: None,
        };
        assert_eq!(
            row_told(&row, Some("noor@agency.example")).unwrap(),
            "Anna: accept its Terms of Service as noor@agency.example: https://terms.example/"
        );
    }
}
