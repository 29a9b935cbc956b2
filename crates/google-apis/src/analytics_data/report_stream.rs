//! A report whose rows are taken while they arrive.

use gantry_domain::RowBatch;

use super::scanner::{Progress, Scanner};
use super::types::ReportResponse;
use crate::error::ApiError;
use crate::transport::OpenAnswer;

/// Rows per batch: enough to make a batch's costs small, few enough to keep memory flat.
const ROWS: usize = 4096;

/// One running report. Dropping it gives it up.
pub struct ReportStream {
    answer: OpenAnswer,
    scanner: Scanner,
    /// Reading has gone up to the first row by way of [`ReportStream::head`].
    ended: bool,
}

impl ReportStream {
    pub(super) fn new(answer: OpenAnswer) -> Self {
        Self {
            answer,
            scanner: Scanner::new(),
            ended: false,
        }
    }

    /// The report without rows, read as far as the first one: its headers, with the metrics' types. Totals, row count
    /// and metadata may come only at the end: see [`ReportStream::report`].
    pub async fn head(&mut self) -> Result<ReportResponse, ApiError> {
        let mut none = RowBatch::new(0);
        while !self.scanner.at_rows() && self.fill(&mut none, 0).await? {}
        self.report()
    }

    /// The next rows, dimensions before metrics; `None` at the end of a complete report.
    pub async fn next_batch(&mut self) -> Result<Option<RowBatch>, ApiError> {
        let mut batch = self.scanner.columns().map_or_else(
            || RowBatch::new(0),
            |columns| RowBatch::with_capacity(columns, ROWS, ROWS * columns * 12),
        );
        while !self.ended && batch.len() < ROWS && self.fill(&mut batch, ROWS).await? {}
        Ok((!batch.is_empty()).then_some(batch))
    }

    /// Everything but the rows, as far as it was read: complete once [`ReportStream::next_batch`] answered `None`.
    pub fn report(&mut self) -> Result<ReportResponse, ApiError> {
        self.scanner
            .report()
            .map_err(|error| self.answer.unexpected(format!("Google's report is odd: {error}.")))
    }

    /// Scans what is there, then fetches more; `false` when there is no point in going on.
    async fn fill(&mut self, batch: &mut RowBatch, rows: usize) -> Result<bool, ApiError> {
        match self.scanner.advance(batch, rows) {
            Ok(Progress::Full) => return Ok(false),
            Ok(Progress::NeedMore | Progress::Done) => {}
            Err(error) => return Err(self.answer.unexpected(format!("Google's report is odd: {error}."))),
        }
        if self.ended {
            return Ok(false);
        }
        if self.answer.read_some(self.scanner.input()).await? {
            return Ok(true);
        }
        // The last bytes may have come with the end.
        match self.scanner.advance(batch, rows) {
            Ok(Progress::Full) => Ok(false),
            Ok(_) if self.scanner.is_done() => {
                self.ended = true;
                self.answer.complete();
                Ok(false)
            }
            Ok(_) => Err(self.answer.broken_off()),
            Err(error) => Err(self.answer.unexpected(format!("Google's report is odd: {error}."))),
        }
    }
}
