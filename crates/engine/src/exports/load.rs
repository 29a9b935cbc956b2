//! The way of the rows: from Google's answer, as it arrives, through a short queue to the destination's own thread.
//!
//! Memory does not grow with the report: a batch is read, one is written, and a few wait in between.

use std::sync::{Arc, Mutex, PoisonError};

use gantry_destinations::{Address, CsvFile, Destination, DestinationError, SqliteFile, TableSpec, Written};
use gantry_domain::RowBatch;
use gantry_store::ExportProgress;
use google_apis::analytics_data::{AnalyticsData, ReportResponse, ReportStream};
use google_apis::{ApiError, ErrorKind};
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::plan::{Plan, ROWS_PER_CALL};
use crate::Engine;
use crate::connections::Session;
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Job;
use crate::reports::dates::Days;

/// Batches between the network and the disk.
const QUEUED: usize = 4;
/// Answers in a row that may break off without a single row before the export gives up.
const FRUITLESS: u32 = 3;

/// What is known once all rows are written.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// The calendar days in the property's time zone.
    pub(super) days: Option<Days>,
    /// What to know of the report before it is believed.
    pub(super) notes: Vec<String>,
}

/// Reads all pages of the report into the destination. `progress` is right whatever comes of it.
pub(super) async fn load(
    engine: &Engine,
    session: &Session,
    plan: &Plan,
    job: &Job,
    progress: &mut ExportProgress,
    tell: &mut (dyn FnMut(&ExportProgress, bool) + Send),
) -> Result<Loaded> {
    let data = AnalyticsData::new(&session.transport.bulk());
    let property = format!("properties/{}", plan.property_id);
    let asked_at = engine.clock.now();
    let mut loaded = Loaded::default();
    let mut writer: Option<Writer> = None;
    let mut fruitless = 0;
    let mut opened = false;
    let outcome = loop {
        // Once the property's time zone is known, "yesterday" is the same day for every page.
        let days = match &loaded.days {
            Some(days) => (days.from.to_string(), days.to.to_string()),
            None => (plan.from.clone(), plan.to.clone()),
        };
        let before = progress.rows_read;
        progress.calls += 1;
        tell(progress, true);
        let request = plan.request(days, before);
        let page = async {
            let mut stream = data.run_report_rows(&property, &request).await?;
            opened = true;
            page(&mut stream, plan, &mut writer, progress, tell).await
        };
        let page = tokio::select! {
            biased;
            () = job.cancel_token().cancelled() => Err(PageError::Other(Error::cancelled())),
            page = page => page,
        };
        match page {
            Ok(report) => {
                take_note(&report, plan, asked_at, &mut loaded);
                let total = u64::try_from(report.row_count).unwrap_or(0);
                progress.rows_total = Some(total.max(progress.rows_read));
                let got = progress.rows_read - before;
                if progress.rows_read >= total {
                    break Ok(());
                }
                if got == 0 || (got < ROWS_PER_CALL && progress.rows_read < total && fruitless >= FRUITLESS) {
                    break Err(incomplete(progress.rows_read, total));
                }
                fruitless = if got < ROWS_PER_CALL { fruitless + 1 } else { 0 };
            }
            // The report is asked for in a fixed order, so the rest can be asked for from here.
            Err(PageError::Google(error)) if error.kind == ErrorKind::Network && progress.rows_read > before => {
                tracing::info!(%error, rows = progress.rows_read, "the answer broke off; asking for the rest");
            }
            // A first call that nobody answered was tried again already. An answer that breaks off was not.
            Err(PageError::Google(error)) if error.kind == ErrorKind::Network && opened && fruitless < FRUITLESS => {
                fruitless += 1;
            }
            Err(PageError::Google(error)) => break Err(session.explain(engine, &property, error).await),
            Err(PageError::WriterGone) => break Ok(()),
            Err(PageError::Other(error)) => break Err(error),
        }
    };
    // A CSV file of an empty report has its header line; an empty table would have to guess its columns' types.
    if outcome.is_ok() && writer.is_none() && matches!(plan.destination, Address::Csv { .. }) {
        writer = Some(Writer::start(plan, plan.table(&[])));
    }
    if let Some(writer) = writer {
        let (written, closed) = writer.end(outcome.is_ok()).await;
        progress.rows_inserted = written.inserted;
        progress.rows_updated = written.updated;
        progress.rows_unchanged = written.unchanged;
        // A full disk explains a broken queue, not the other way round.
        closed?;
    }
    outcome.map(|()| loaded)
}

enum PageError {
    Google(ApiError),
    /// The destination has failed; its own error says why.
    WriterGone,
    Other(Error),
}

impl From<ApiError> for PageError {
    fn from(error: ApiError) -> Self {
        Self::Google(error)
    }
}

/// Reads one answer to its end.
async fn page(
    stream: &mut ReportStream,
    plan: &Plan,
    writer: &mut Option<Writer>,
    progress: &mut ExportProgress,
    tell: &mut (dyn FnMut(&ExportProgress, bool) + Send),
) -> std::result::Result<ReportResponse, PageError> {
    let head = stream.head().await?;
    while let Some(batch) = stream.next_batch().await? {
        let writer = match writer {
            Some(writer) => writer,
            None => writer.insert(Writer::start(plan, plan.table(&head.metric_headers))),
        };
        let (rows, bytes) = (batch.len() as u64, batch.text_bytes() as u64);
        writer
            .rows
            .send(Message::Rows(batch))
            .await
            .map_err(|_| PageError::WriterGone)?;
        progress.rows_read += rows;
        progress.bytes += bytes;
        tell(progress, false);
    }
    Ok(stream.report()?)
}

fn take_note(report: &ReportResponse, plan: &Plan, asked_at: jiff::Timestamp, loaded: &mut Loaded) {
    if loaded.days.is_none()
        && let Ok(zone) = TimeZone::get(&report.metadata.time_zone)
    {
        loaded.days = Days::resolve(&plan.from, &plan.to, &zone, asked_at).ok();
    }
    let facts = [
        (
            report.metadata.data_loss_from_other_row,
            "Google folded rare values into rows called (other).",
        ),
        (
            !report.metadata.sampling_metadatas.is_empty(),
            "Google sampled: the numbers are estimates.",
        ),
        (
            report.metadata.subject_to_thresholding,
            "Google hid small groups, so that nobody can be recognised.",
        ),
    ];
    for (_, note) in facts.into_iter().filter(|(holds, _)| *holds) {
        if !loaded.notes.iter().any(|known| known == note) {
            loaded.notes.push(note.to_owned());
        }
    }
}

fn incomplete(read: u64, total: u64) -> Error {
    Error::new(
        ErrorCode::GoogleUnreadable,
        format!("Google counts {total} rows and sent {read}."),
        "Run the export again; what was written stays and is completed.",
    )
}

enum Message {
    Rows(RowBatch),
    Finish,
}

/// The destination on its own thread.
struct Writer {
    rows: mpsc::Sender<Message>,
    /// What stays in the destination; known once the thread ends.
    written: Arc<Mutex<Written>>,
    thread: JoinHandle<std::result::Result<(), DestinationError>>,
}

impl Writer {
    fn start(plan: &Plan, table: TableSpec) -> Self {
        let (rows, mut queue) = mpsc::channel(QUEUED);
        let address = plan.destination.clone();
        let written = Arc::new(Mutex::new(Written::default()));
        let counted = Arc::clone(&written);
        let thread = tokio::task::spawn_blocking(move || {
            let mut destination: Box<dyn Destination> = match address {
                Address::Sqlite { path, .. } => Box::new(SqliteFile::open(path, &table)?),
                Address::Csv { path } => Box::new(CsvFile::create(path, &table)?),
            };
            let count = |written| *counted.lock().unwrap_or_else(PoisonError::into_inner) = written;
            let mut all = Written::default();
            let closed = loop {
                match queue.blocking_recv() {
                    Some(Message::Rows(batch)) => match destination.write(&batch) {
                        Ok(written) => all += written,
                        // What was not committed is rolled back.
                        Err(error) => break Err(error),
                    },
                    Some(Message::Finish) => {
                        count(destination.kept());
                        destination.finish()?;
                        count(all);
                        return Ok(());
                    }
                    // The export failed or was stopped: a CSV file is taken back, a table keeps what it has.
                    None => break destination.keep(),
                }
            };
            count(destination.kept());
            closed
        });
        Self { rows, written, thread }
    }

    /// Waits for the thread. With `whole`, the destination is finished; else a table keeps the rows so far.
    async fn end(self, whole: bool) -> (Written, Result<()>) {
        if whole {
            // Where the queue is gone, the thread's own error says why.
            let _ = self.rows.send(Message::Finish).await;
        }
        drop(self.rows);
        let closed = match self.thread.await {
            Ok(closed) => closed.map_err(Error::from),
            Err(error) => Err(Error::new(
                ErrorCode::Internal,
                "The thread that writes the export ended unexpectedly.",
                "This is a defect of Gantry's; report it.",
            )
            .with_details(error)),
        };
        (*self.written.lock().unwrap_or_else(PoisonError::into_inner), closed)
    }
}
