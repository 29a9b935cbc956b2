//! What a batch made, as a CSV file that a spreadsheet opens without asking and without computing anything.

use std::path::PathBuf;

use super::rows::is_formula;
use crate::dto::batches::{BatchRowState, BatchView, ExportedBatch};
use crate::error::{Error, ErrorCode, Result};
use crate::whole_file;

const HEADINGS: [&str; 13] = [
    "Client",
    "Website",
    "State",
    "Problem",
    "Analytics account",
    "Property",
    "Measurement ID",
    "Android data stream",
    "iOS data stream",
    "Container",
    "Published version",
    "Snippet (head)",
    "Snippet (body)",
];

pub(super) async fn write(batch: &BatchView, path: &str) -> Result<ExportedBatch> {
    let text = text(batch);
    let to = PathBuf::from(path);
    let written = tokio::task::spawn_blocking(move || whole_file::write(&to, &text));
    let failed = |error: &dyn std::fmt::Display| {
        Error::new(
            ErrorCode::Destination,
            format!("The file {path} cannot be written."),
            "Choose another place, or close the program that has it open.",
        )
        .with_details(error)
    };
    written
        .await
        .map_err(|error| failed(&error))?
        .map_err(|error| failed(&error))?;
    Ok(ExportedBatch {
        path: path.to_owned(),
        rows: u32::try_from(batch.rows.len()).unwrap_or(u32::MAX),
    })
}

/// With a byte order mark, by which Excel knows UTF-8, and line ends as RFC 4180 has them.
fn text(batch: &BatchView) -> String {
    let mut text = String::from("\u{FEFF}");
    line(&mut text, HEADINGS.iter().copied());
    for row in &batch.rows {
        let made = row.result.clone().unwrap_or_default();
        let stream = |platform: &str| {
            let found = made.app_streams.iter().find(|app| app.platform == platform);
            found.map_or("", |app| app.data_stream_id.as_str())
        };
        let container = made.container.as_ref();
        let version = container.filter(|container| container.published);
        line(
            &mut text,
            [
                row.name.as_str(),
                row.website.as_str(),
                state(row.state),
                row.problem.as_deref().unwrap_or_default(),
                made.account_id.as_str(),
                made.property_id.as_str(),
                made.measurement_id.as_str(),
                stream("android"),
                stream("ios"),
                container.map_or("", |container| container.public_id.as_str()),
                version
                    .and_then(|container| container.version_id.as_deref())
                    .unwrap_or_default(),
                made.snippet.as_str(),
                made.noscript.as_deref().unwrap_or_default(),
            ]
            .into_iter(),
        );
    }
    text
}

/// In words of the language that all of Gantry's files are in.
pub(super) fn state(state: BatchRowState) -> &'static str {
    match state {
        BatchRowState::Draft => "not begun",
        BatchRowState::Ticket => "asking for a ticket",
        BatchRowState::WaitingForTerms => "waiting for the Terms of Service",
        BatchRowState::WaitingForTagManager => "waiting for a Tag Manager account",
        BatchRowState::Building => "building",
        BatchRowState::WaitingForData => "waiting for data",
        BatchRowState::Done => "done",
        BatchRowState::Failed => "failed",
        BatchRowState::InTrash => "in the trash",
    }
}

fn line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        // An apostrophe keeps a spreadsheet from computing it.
        let guard = if is_formula(cell) { "'" } else { "" };
        if cell.contains(['"', ',', ';', '\n', '\r']) {
            text.push('"');
            text.push_str(guard);
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(guard);
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batches::table;
    use crate::dto::batches::BatchRowView;
    use crate::dto::provisioning::{ContainerMade, ProvisionResult};

    fn batch() -> BatchView {
        let row = |line, name: &str| BatchRowView {
            line,
            name: name.to_owned(),
            website: "https://a.example".to_owned(),
            state: BatchRowState::WaitingForData,
            run_id: None,
            problem: None,
            doing: None,
            terms: None,
            result: None,
        };
        let made = ProvisionResult {
            account_id: "1".to_owned(),
            property_id: "2".to_owned(),
            measurement_id: "G-ABC".to_owned(),
            snippet: "<script>\n\"a\", b</script>".to_owned(),
            container: Some(ContainerMade {
                account_id: "3".to_owned(),
                container_id: "4".to_owned(),
                public_id: "GTM-X".to_owned(),
                name: "a.example".to_owned(),
                version_id: Some("1".to_owned()),
                published: true,
                existing: false,
            }),
            ..ProvisionResult::default()
        };
        BatchView {
            id: "b".to_owned(),
            name: "clients.csv".to_owned(),
            template: None,
            connection: "ana@a.example".to_owned(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
            updated_at: jiff::Timestamp::UNIX_EPOCH,
            rows: vec![
                BatchRowView {
                    result: Some(made),
                    ..row(2, "Bäckerei, \"Am Hafen\"")
                },
                BatchRowView {
                    state: BatchRowState::Failed,
                    problem: Some("You did not accept the Terms of Service; so no account was created.".to_owned()),
                    ..row(3, "=HYPERLINK(\"https://evil.example\")")
                },
                row(4, "@SUM(A1)"),
                row(5, "+1"),
                row(6, "-1"),
            ],
            running: false,
            finished: true,
            eta_seconds: None,
            waiting_until: None,
        }
    }

    #[test]
    fn the_file_is_read_by_spreadsheets_and_computes_nothing() {
        let text = text(&batch());
        assert!(text.starts_with("\u{FEFF}Client,"));
        let table = table::read(text.as_bytes()).unwrap();
        assert_eq!(table.headings, HEADINGS);
        let cells = |row: usize| &table.rows[row].cells;
        assert_eq!(cells(0)[0], "Bäckerei, \"Am Hafen\"");
        assert_eq!(cells(0)[4..7], ["1", "2", "G-ABC"]);
        assert_eq!(cells(0)[9..12], ["GTM-X", "1", "<script>\n\"a\", b</script>"]);
        assert_eq!(cells(1)[2], "failed");
        for row in 1..5 {
            assert!(cells(row)[0].starts_with('\''), "{}", cells(row)[0]);
        }
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv").display().to_string();
        assert_eq!(write(&batch(), &path).await.unwrap().rows, 5);
        assert!(std::fs::read(&path).unwrap().starts_with(b"\xEF\xBB\xBF"));
        let nowhere = folder.path().join("missing").join("out.csv").display().to_string();
        assert_eq!(
            write(&batch(), &nowhere).await.unwrap_err().code,
            ErrorCode::Destination
        );
    }
}
