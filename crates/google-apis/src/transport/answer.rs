//! Google's answers: read whole, or handed on unread.

use gantry_domain::NetworkFault;
use http::header::CONTENT_ENCODING;
use serde::de::DeserializeOwned;

use super::call_log::{CallLog, plain_failure};
use super::text;
use crate::activity::{ActivityId, RecordedError};
use crate::body::{Beginning, BodyDecoder, BrokenBody};
use crate::call::Effect;
use crate::error::{ApiError, AttemptFailure, ErrorKind};

/// The largest answer that is held in memory at once; reports stream past it.
const LARGEST_ANSWER: usize = 64 << 20;
/// Errors are small; the rest of a longer one is not read.
const LARGEST_ERROR: usize = 256 << 10;

/// A successful answer, its body unread.
pub(crate) struct Answer {
    response: reqwest::Response,
    decoder: BodyDecoder,
}

impl Answer {
    pub(super) fn of(response: reqwest::Response) -> Self {
        let decoder = BodyDecoder::new(text(response.headers(), &CONTENT_ENCODING));
        Self { response, decoder }
    }

    /// What of an error's body can be had is enough.
    pub(super) async fn read_error(self, log: &mut CallLog) -> Vec<u8> {
        let mut body = Vec::new();
        let _ = self.read_to_end(&mut body, LARGEST_ERROR, log).await;
        body
    }

    /// Appends the next plain bytes to `out` and shows them to `beginning`; `false` at the end.
    async fn read_some(&mut self, out: &mut Vec<u8>, beginning: &mut Beginning) -> Result<bool, AttemptFailure> {
        let known = out.len();
        let more = self.read_on(out).await;
        beginning.see(out.get(known..).unwrap_or_default());
        more
    }

    async fn read_on(&mut self, out: &mut Vec<u8>) -> Result<bool, AttemptFailure> {
        match self.response.chunk().await {
            Ok(Some(chunk)) => self
                .decoder
                .feed(&chunk, out)
                .map(|()| true)
                .map_err(|broken| broken_off(&broken)),
            Ok(None) => self
                .decoder
                .finish(out)
                .map(|()| false)
                .map_err(|broken| broken_off(&broken)),
            Err(error) => Err(no_answer(&error)),
        }
    }

    async fn read_to_end(mut self, out: &mut Vec<u8>, cap: usize, log: &mut CallLog) -> Result<(), AttemptFailure> {
        let before = log.response_bytes;
        loop {
            let more = self.read_some(out, &mut log.response_beginning).await;
            log.response_bytes = before + self.decoder.received;
            if !more? {
                return Ok(());
            }
            if out.len() > cap {
                return Err(AttemptFailure {
                    answer_lost: true,
                    ..AttemptFailure::new(
                        ErrorKind::UnexpectedAnswer,
                        "Google's answer is larger than any known one.",
                    )
                });
            }
        }
    }
}

/// A successful answer that its reader takes in pieces. Dropped unread, it is recorded as given up.
pub(crate) struct OpenAnswer {
    answer: Answer,
    log: Option<CallLog>,
    effect: Effect,
}

impl OpenAnswer {
    pub(super) fn new(answer: Answer, log: CallLog, effect: Effect) -> Self {
        Self {
            answer,
            log: Some(log),
            effect,
        }
    }

    /// Appends the next plain bytes to `out`; `false` at the end.
    pub async fn read_some(&mut self, out: &mut Vec<u8>) -> Result<bool, ApiError> {
        let more = match &mut self.log {
            Some(log) => {
                let more = self.answer.read_some(out, &mut log.response_beginning).await;
                log.response_bytes = self.answer.decoder.received;
                more
            }
            None => self.answer.read_some(out, &mut Beginning::default()).await,
        };
        more.map_err(|failure| self.fail(failure))
    }

    /// The answer was read to its end and made sense.
    pub fn complete(&mut self) {
        if let Some(log) = self.log.take() {
            log.finish(None);
        }
    }

    /// The answer was not what the API documents.
    pub fn unexpected(&mut self, why: impl Into<String>) -> ApiError {
        self.fail(AttemptFailure::new(ErrorKind::UnexpectedAnswer, why))
    }

    /// The answer ended before it was complete.
    pub fn broken_off(&mut self) -> ApiError {
        self.fail(AttemptFailure::new(
            ErrorKind::Network,
            "Google's answer broke off before its end.",
        ))
    }

    fn fail(&mut self, failure: AttemptFailure) -> ApiError {
        match self.log.take() {
            Some(log) => log.fail(failure, self.effect),
            // Reading on after a failure: the first one is recorded.
            None => ApiError::new(plain_failure(failure, "", ActivityId::next())),
        }
    }
}

impl Drop for OpenAnswer {
    fn drop(&mut self) {
        if let Some(log) = self.log.take() {
            log.finish(Some(RecordedError {
                code: "cancelled",
                message: "The answer was not read to its end.".into(),
                google_status: None,
                reason: None,
                violations: Vec::new(),
                network: None,
                activation_url: None,
                outcome_unknown: false,
                retry_after: None,
            }));
        }
    }
}

pub(super) async fn read_json<T: DeserializeOwned>(answer: Answer, log: &mut CallLog) -> Result<T, AttemptFailure> {
    let mut body = Vec::new();
    answer.read_to_end(&mut body, LARGEST_ANSWER, log).await?;
    // Methods without an answer send `{}` or nothing.
    let json: &[u8] = if body.iter().all(u8::is_ascii_whitespace) {
        b"{}"
    } else {
        &body
    };
    serde_json::from_slice(json).map_err(|error| AttemptFailure {
        status: log.status,
        answer_lost: true,
        ..AttemptFailure::new(
            ErrorKind::UnexpectedAnswer,
            format!("Google's answer is not what its documents say: {error}."),
        )
    })
}

fn broken_off(broken: &BrokenBody) -> AttemptFailure {
    AttemptFailure {
        answer_lost: true,
        ..AttemptFailure::new(ErrorKind::Network, format!("Google's answer broke off: {broken}."))
    }
}

/// reqwest's errors carry the dialled address, which the person knows, and hide the cause, which they need.
pub(super) fn no_answer(error: &reqwest::Error) -> AttemptFailure {
    let (fault, cause) = NetworkFault::of(std::error::Error::source(error), error.is_timeout(), error.is_connect());
    let message = if error.is_timeout() {
        "Google did not answer in time.".to_owned()
    } else if error.is_connect() {
        format!("Google could not be reached: {cause}.")
    } else {
        format!("The connection to Google broke off: {cause}.")
    };
    AttemptFailure {
        answer_lost: !error.is_connect(),
        ..AttemptFailure::of_network(fault, message)
    }
}
