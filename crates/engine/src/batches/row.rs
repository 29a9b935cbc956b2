//! One row of a batch, from wherever it stands to its end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use gantry_store::{BatchRow, BatchRowState, ProvisioningState};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::running::Work;
use super::unwritable;
use super::views::{RowRun, Runs};
use crate::dto::batches::TermsInBatch;
use crate::dto::clients::SaveClient;
use crate::dto::events::{EngineEvent, LinkPurpose, Progress};
use crate::dto::provisioning::{
    AnalyticsChoice, ContainerChoice, ProvisionRequest, ProvisionRunView, ResumeProvision, StepState,
};
use crate::dto::{LinkView, Nothing};
use crate::error::{Error, ErrorCode, Result};
use crate::jobs::Part;
use crate::{clients, provisioning};

/// Tries after a fault that passes. What a lost answer has made is adopted by the next.
const TRIES: u32 = 4;
/// Before the second try; the third waits twice as long, and so on. By then Google's lists show what a lost answer made.
const FIRST_PAUSE: Duration = Duration::from_secs(8);

/// How a row's work ended.
pub(super) enum Ended {
    /// It is made, or it has failed.
    Settled,
    /// The person stopped, and it can go on another time.
    Stopped,
}

/// Brings a row to its end. An error is one that every other row would meet as well.
pub(super) async fn run(work: &Arc<Work>, runs: &Runs, mut row: BatchRow) -> Result<Ended> {
    let form: ProvisionRequest = serde_json::from_value(row.form.clone()).map_err(unwritable)?;
    let begun = runs.of_row(&row);
    let mut run_id = begun.map(|begun| begun.run.id.clone());
    // Named from now on: whoever tells how far the row is looks for no other.
    work.live.change(row.line, |now| now.run_id.clone_from(&run_id));
    if begun.is_some_and(|begun| begun.run.state == ProvisioningState::Done) {
        // It was made, and Gantry was closed before that was written down here.
        work.put(&mut row, BatchRowState::Made, None).await?;
        return Ok(Ended::Settled);
    }
    if !begun.is_some_and(RowRun::has_begun_to_make)
        && !row.anyway
        && let Some(ended) = there_already(work, &mut row, &form).await?
    {
        return Ok(ended);
    }
    let mut asks_person = form.analytics == AnalyticsChoice::NewAccount && !begun.is_some_and(RowRun::is_accepted);
    let mut tries = 1;
    loop {
        let places = Places::default();
        let (all, place) = if asks_person {
            (&work.turns, &places.turn)
        } else {
            (&work.builds, &places.build)
        };
        if !take(work, all, place).await {
            return Ok(Ended::Stopped);
        }
        if row.state != BatchRowState::Begun {
            work.put(&mut row, BatchRowState::Begun, None).await?;
        }
        let piece = Arc::new(Piece {
            work: Arc::clone(work),
            row: row.clone(),
            places,
        });
        let job = work.job.part(Arc::clone(&piece) as Arc<dyn Part>, work.stop.clone());
        let begun = work.engine.clock().now();
        let done = match &run_id {
            None => {
                let batch_id = Some(work.batch.id.clone());
                Box::pin(provisioning::start_in(&work.engine, form.clone(), batch_id, &job)).await
            }
            Some(run_id) => {
                let request = ResumeProvision {
                    run_id: run_id.clone(),
                    ..ResumeProvision::default()
                };
                Box::pin(provisioning::resume(&work.engine, request, &job)).await
            }
        };
        let error = match done {
            Ok(made) => {
                settle(work, &mut row, &made).await?;
                return Ok(Ended::Settled);
            }
            Err(error) => error,
        };
        // Its run goes on; another is not begun.
        run_id = work.live.row(row.line).run_id.or(run_id);
        asks_person = asks_person && !is_accepted(work, run_id.as_deref()).await?;
        work.live.change(row.line, |now| now.terms = None);
        match error.code {
            ErrorCode::Cancelled => return Ok(Ended::Stopped),
            ErrorCode::QuotaExhausted => {
                // Who waits leaves its place to others. The job holds it, too.
                drop((job, piece));
                if !work.next_day(begun).await {
                    return Ok(Ended::Stopped);
                }
            }
            code if passes(code) && tries < TRIES => {
                drop((job, piece));
                let pause = FIRST_PAUSE * tries;
                tries += 1;
                let until = jiff::SignedDuration::try_from(pause).unwrap_or(jiff::SignedDuration::ZERO);
                let until = work
                    .engine
                    .clock()
                    .now()
                    .saturating_add(until)
                    .unwrap_or(jiff::Timestamp::MAX);
                if !work.pause_until(until).await {
                    return Ok(Ended::Stopped);
                }
            }
            code => {
                if work.terms == TermsInBatch::InTurn && code == ErrorCode::TermsTimedOut {
                    // Before another row takes the turn that this one gives back.
                    work.stop.cancel();
                    return Err(nobody_there(&form.account_name, error));
                }
                if is_everyones(code) {
                    work.stop.cancel();
                    work.put(&mut row, BatchRowState::Failed, Some(&error)).await?;
                    return Err(error);
                }
                work.put(&mut row, BatchRowState::Failed, Some(&error)).await?;
                return Ok(Ended::Settled);
            }
        }
    }
}

/// What was set up since the row was written down, from another file or alone, is not set up twice.
async fn there_already(work: &Work, row: &mut BatchRow, form: &ProvisionRequest) -> Result<Option<Ended>> {
    if let Some(run_id) = work.known.done(form) {
        work.live.change(row.line, |now| now.run_id = Some(run_id.clone()));
        work.put(row, BatchRowState::Made, None).await?;
        return Ok(Some(Ended::Settled));
    }
    let own = match &form.container {
        ContainerChoice::Existing { container } if form.container != work.container => Some(container.as_str()),
        _ => None,
    };
    let Some(why) = work.known.find(form, own) else {
        return Ok(None);
    };
    let there = Error::new(
        ErrorCode::Conflict,
        why,
        "Nothing was sent for it. Where it is another business, have it set up all the same.",
    );
    work.put(row, BatchRowState::Failed, Some(&there)).await?;
    Ok(Some(Ended::Settled))
}

/// Whether the person is done with it, so that its next try takes no turn away from the others.
async fn is_accepted(work: &Work, run_id: Option<&str>) -> Result<bool> {
    let known = RowRun::of(&work.engine, run_id).await?;
    Ok(known.as_ref().is_some_and(RowRun::is_accepted))
}

/// A fault that is over by itself.
fn passes(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::QuotaWait | ErrorCode::Offline | ErrorCode::GoogleOutage | ErrorCode::TermsBackendError
    )
}

/// The cause is not the row's: each other would meet it, and a person would be asked in vain.
fn is_everyones(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::NoOauthClient
            | ErrorCode::NoConnection
            | ErrorCode::SignInNeeded
            | ErrorCode::PermissionMissing
            | ErrorCode::KeychainUnavailable
            | ErrorCode::RedirectNotRegistered
            | ErrorCode::TermsMaxAccounts
            | ErrorCode::NoTagManagerAccount
            | ErrorCode::Offline
            | ErrorCode::Storage
    )
}

/// The page of one row stayed open in vain: the next would as well, and each would cost its row. Where links are handed out,
/// somebody else may have the next one, and a row fails alone.
fn nobody_there(name: &str, error: Error) -> Error {
    Error::new(
        ErrorCode::TermsTimedOut,
        format!("Nobody accepted the Terms of Service for {name} within 15 minutes, so no other page was opened."),
        "Go on with these clients when the person who accepts is there: what is made stays made, and Google is asked for a new \
         ticket.",
    )
    .with_details(error.message)
}

async fn settle(work: &Work, row: &mut BatchRow, made: &ProvisionRunView) -> Result<()> {
    work.live.change(row.line, |now| {
        now.run_id = Some(made.id.clone());
        now.terms = None;
    });
    let client = made.result.as_ref().and_then(|result| result.client_id.clone());
    if let (Some(group), Some(client)) = (row.heading.clone(), client)
        && let Err(error) = put_under(work, client, group).await
    {
        tracing::warn!(%error, "a client could not be put under its group");
    }
    work.put(row, BatchRowState::Made, None).await
}

/// The client stands under the file's group, unless it has one.
async fn put_under(work: &Work, client: String, group: String) -> Result<()> {
    let list = clients::list(&work.engine, Nothing {}).await?;
    let found = list
        .clients
        .into_iter()
        .find(|known| known.id == client && known.group.is_none());
    if let Some(known) = found {
        let save = SaveClient {
            id: Some(known.id),
            name: known.name,
            group: Some(group),
            colour: Some(known.colour),
            letters: Some(known.letters),
        };
        clients::save(&work.engine, save).await?;
    }
    Ok(())
}

/// What a row holds of what is scarce.
#[derive(Debug, Default)]
struct Places {
    /// It may ask the person.
    turn: Mutex<Option<OwnedSemaphorePermit>>,
    build: Mutex<Option<OwnedSemaphorePermit>>,
}

/// Waits for a place; `false` where the person stops meanwhile.
async fn take(work: &Work, all: &Arc<Semaphore>, place: &Mutex<Option<OwnedSemaphorePermit>>) -> bool {
    tokio::select! {
        biased;
        () = work.stop.cancelled() => false,
        permit = Arc::clone(all).acquire_owned() => {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = permit.ok();
            true
        }
    }
}

/// A row's set-up, as its batch hears of it.
struct Piece {
    work: Arc<Work>,
    row: BatchRow,
    places: Places,
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Piece")
            .field("line", &self.row.line)
            .finish_non_exhaustive()
    }
}

impl Piece {
    /// Tells the row's new state in the background: who tells events does not wait.
    fn tell(&self) {
        let (work, row) = (Arc::clone(&self.work), self.row.clone());
        tokio::spawn(async move { work.tell_row(&row).await });
    }

    fn waits_for(&self, link: Option<LinkView>) {
        self.work.live.change(self.row.line, |now| now.terms = link);
        self.tell();
    }
}

#[async_trait]
impl Part for Piece {
    fn progressed(&self, progress: &Progress) {
        self.work.live.change(self.row.line, |now| {
            (now.done, now.calls) = (progress.done, progress.calls);
        });
    }

    fn told(&self, event: &EngineEvent) {
        match event {
            EngineEvent::OpenUrl {
                purpose: LinkPurpose::Terms,
                link,
                ..
            } => self.waits_for(Some(link.clone())),
            EngineEvent::ProvisionStep { run_id, state, .. } => {
                self.work
                    .live
                    .change(self.row.line, |now| now.run_id = Some(run_id.clone()));
                if *state == StepState::Running {
                    self.tell();
                }
            }
            _ => {}
        }
    }

    fn opens_pages(&self) -> bool {
        self.work.terms == TermsInBatch::InTurn
    }

    async fn accepted(&self) {
        self.waits_for(None);
        self.places.turn.lock().unwrap_or_else(PoisonError::into_inner).take();
        take(&self.work, &self.work.builds, &self.places.build).await;
    }
}

/// For the log only.
impl std::fmt::Debug for Work {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Work")
            .field("batch", &self.batch.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declined_page_is_one_rows_matter_and_a_lost_sign_in_everyones() {
        assert!(!is_everyones(ErrorCode::TermsDeclined) && !passes(ErrorCode::TermsDeclined));
        assert!(is_everyones(ErrorCode::SignInNeeded) && is_everyones(ErrorCode::TermsMaxAccounts));
        assert!(passes(ErrorCode::GoogleOutage));
    }
}
