//! Where the browser comes back to after Google's Terms of Service: one desk of the engine, which owns the addresses and
//! hands each answer to the set-up that its ticket belongs to. Several set-ups share an address.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use google_apis::analytics_admin::AccountSummary;
use google_oauth::{
    AnswerPage, ListenError, LoopbackListener, OAuthClient, OAuthClientKind, RedirectDesk, RedirectQuery, Settlement,
    loopback_redirects,
};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::shared_look::SharedLook;
use crate::dto::events::EngineEvent;
use crate::jobs::Job;

/// For OAuth clients of kind `installed`, which can register nothing.
pub(super) const INSTALLED: [&str; 3] = [
    "http://127.0.0.1:27490/terms",
    "http://127.0.0.1:27491/terms",
    "http://127.0.0.1:27492/terms",
];

/// Settled tickets that are remembered, so that a page loaded again is not called another set-up's.
const REMEMBERED: usize = 256;

/// The redirect URIs that an answer may come to, best first.
pub(super) fn terms_redirects(client: &OAuthClient) -> Vec<&str> {
    match client.kind {
        OAuthClientKind::Installed => INSTALLED.to_vec(),
        OAuthClientKind::Web => {
            let mut uris = loopback_redirects(&client.redirect_uris);
            uris.sort_by_key(|uri| !uri.contains("terms"));
            uris
        }
    }
}

/// What Google's page sent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Callback {
    Account {
        account_id: String,
        /// Only the v3 dialect makes these.
        web_property_id: Option<String>,
        profile_id: Option<String>,
    },
    Refused(String),
}

/// The desk of one engine.
#[derive(Default)]
pub(crate) struct TermsDesk {
    counters: Mutex<Vec<Arc<Counter>>>,
    /// One address is bound at a time, so that two set-ups that begin together share it.
    opening: tokio::sync::Mutex<()>,
    /// Addresses that are being freed.
    closing: Mutex<Vec<JoinHandle<()>>>,
    /// The account list of a connection, as it was seen last: set-ups that wait at the same time look once.
    pub(super) accounts: SharedLook<Arc<Vec<AccountSummary>>>,
}

/// One bound address.
struct Counter {
    redirect_uri: String,
    waits: Arc<Waits>,
    close: CancellationToken,
    pump: Mutex<Option<JoinHandle<()>>>,
    guests: Mutex<usize>,
}

/// An address that answers for as long as it is held.
pub(super) struct Place {
    desk: Arc<TermsDesk>,
    counter: Arc<Counter>,
}

impl TermsDesk {
    /// A place at the first of these addresses that this desk has, or that is free.
    pub(super) async fn place(self: &Arc<Self>, uris: &[&str]) -> Result<Place, ListenError> {
        let _one = self.opening.lock().await;
        if let Some(place) = self.shared(uris) {
            return Ok(place);
        }
        self.freed().await;
        let listener = LoopbackListener::bind_first(uris)?;
        let waits = Arc::new(Waits::default());
        let settle = {
            let waits = Arc::clone(&waits);
            move |query: &RedirectQuery| waits.settle(query)
        };
        let redirect_uri = listener.redirect_uri().to_owned();
        let close = CancellationToken::new();
        let pump = tokio::spawn(pump(listener.serve(settle), Arc::clone(&waits), close.clone()));
        let counter = Arc::new(Counter {
            redirect_uri,
            waits,
            close,
            pump: Mutex::new(Some(pump)),
            guests: Mutex::new(1),
        });
        lock(&self.counters).push(Arc::clone(&counter));
        Ok(Place {
            desk: Arc::clone(self),
            counter,
        })
    }

    fn shared(self: &Arc<Self>, uris: &[&str]) -> Option<Place> {
        let counters = lock(&self.counters);
        let counter = counters.iter().find(|one| uris.contains(&one.redirect_uri.as_str()))?;
        *lock(&counter.guests) += 1;
        Some(Place {
            desk: Arc::clone(self),
            counter: Arc::clone(counter),
        })
    }

    /// Whether this desk answers at this address now.
    pub(super) fn serves(&self, uri: &str) -> bool {
        lock(&self.counters).iter().any(|one| one.redirect_uri == uri)
    }

    /// Completes when the addresses that nobody waits at any more are free.
    pub(super) async fn freed(&self) {
        let closing = std::mem::take(&mut *lock(&self.closing));
        for closing in closing {
            let _ = closing.await;
        }
    }

    /// A guest leaves; the last one's address is let go.
    fn leave(&self, counter: &Arc<Counter>) {
        let mut counters = lock(&self.counters);
        let mut guests = lock(&counter.guests);
        *guests = guests.saturating_sub(1);
        if *guests > 0 {
            return;
        }
        counters.retain(|one| !Arc::ptr_eq(one, counter));
        counter.close.cancel();
        if let Some(pump) = lock(&counter.pump).take() {
            lock(&self.closing).push(pump);
        }
    }
}

impl Place {
    /// The redirect URI to send to Google, to the letter.
    pub fn redirect_uri(&self) -> &str {
        &self.counter.redirect_uri
    }

    /// Waits for the answer that names this ticket and an account that was not there `before`. Called before anybody can answer.
    pub fn expect(&self, ticket: &str, before: &BTreeSet<String>, job: &Job) -> Expected {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting {
            answer,
            before: before.clone(),
            job: job.clone(),
        };
        lock(&self.counter.waits.0).waiting.insert(ticket.to_owned(), waiting);
        Expected {
            ticket: ticket.to_owned(),
            waits: Arc::clone(&self.counter.waits),
            answered,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.desk.leave(&self.counter);
    }
}

/// An answer that is waited for; foreign again once this is dropped.
pub(super) struct Expected {
    ticket: String,
    waits: Arc<Waits>,
    answered: oneshot::Receiver<Callback>,
}

impl Expected {
    /// Completes with the answer, and never without one.
    pub async fn answer(&mut self) -> Callback {
        match (&mut self.answered).await {
            Ok(callback) => callback,
            Err(_) => std::future::pending().await,
        }
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        lock(&self.waits.0).waiting.remove(&self.ticket);
    }
}

/// The tickets that are waited for at one address.
#[derive(Default)]
struct Waits(Mutex<Tickets>);

#[derive(Default)]
struct Tickets {
    waiting: HashMap<String, Waiting>,
    settled: VecDeque<(String, AnswerPage)>,
}

struct Waiting {
    answer: oneshot::Sender<Callback>,
    /// Accounts that the ticket cannot have made.
    before: BTreeSet<String>,
    job: Job,
}

impl Waits {
    /// The callback has no state: it is bound to the ticket, and counts once. Google sends `accountTicketId` with an
    /// error, too.
    fn settle(&self, query: &RedirectQuery) -> Settlement<(String, Callback)> {
        let mut tickets = lock(&self.0);
        let ticket = query.get("accountTicketId").unwrap_or_default();
        if let Some((_, page)) = tickets.settled.iter().find(|(known, _)| known == ticket) {
            return Settlement::Repeated(*page);
        }
        let read = tickets.waiting.get(ticket).and_then(|waiting| {
            read(query).filter(|(callback, _)| match callback {
                Callback::Account { account_id, .. } => !waiting.before.contains(account_id),
                Callback::Refused(_) => true,
            })
        });
        let Some((callback, page)) = read else {
            if let Some(waiting) = tickets.waiting.values().next() {
                waiting.job.emit(EngineEvent::StrayAnswer {
                    job: waiting.job.id().clone(),
                    message: "An answer for another set-up came in and was ignored.".to_owned(),
                });
            }
            return Settlement::Stray(AnswerPage::OtherSetUp);
        };
        if tickets.settled.len() == REMEMBERED {
            tickets.settled.pop_front();
        }
        tickets.settled.push_back((ticket.to_owned(), page));
        Settlement::Settled((ticket.to_owned(), callback), page)
    }

    fn hand_over(&self, ticket: &str, callback: Callback) {
        if let Some(waiting) = lock(&self.0).waiting.remove(ticket) {
            let _ = waiting.answer.send(callback);
        }
    }
}

/// What the query says, and what the browser shows for it; `None` where it is no answer.
fn read(query: &RedirectQuery) -> Option<(Callback, AnswerPage)> {
    if let Some(error) = query.get("error").filter(|error| !error.is_empty()) {
        let shown = error.chars().filter(|sign| !sign.is_control()).take(100).collect();
        return Some((Callback::Refused(shown), AnswerPage::NoAccount));
    }
    let account = query
        .get("accountId")
        .filter(|id| !id.is_empty() && id.len() <= 20 && id.bytes().all(|digit| digit.is_ascii_digit()))?;
    let also = |name: &str| {
        let word =
            |text: &&str| text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        query.get(name).filter(word).map(str::to_owned)
    };
    let callback = Callback::Account {
        account_id: account.to_owned(),
        web_property_id: also("webPropertyId"),
        profile_id: also("profileId"),
    };
    Some((callback, AnswerPage::TermsAccepted))
}

/// Hands answers over until the address closes.
async fn pump(mut desk: RedirectDesk<(String, Callback)>, waits: Arc<Waits>, close: CancellationToken) {
    loop {
        tokio::select! {
            biased;
            () = close.cancelled() => break,
            answer = desk.next() => match answer {
                Some((ticket, callback)) => waits.hand_over(&ticket, callback),
                None => break,
            },
        }
    }
    desk.close().await;
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use gantry_domain::SystemClock;

    use super::*;
    use crate::jobs::Jobs;

    #[test]
    fn p4_an_answer_counts_once_and_only_for_its_ticket() {
        let waits = Waits::default();
        let jobs = Jobs::new(Arc::new(SystemClock));
        let mut told = jobs.subscribe();
        let expect = |ticket: &str| {
            let (answer, answered) = oneshot::channel();
            let job = jobs.begin("provisioning.start");
            lock(&waits.0).waiting.insert(
                ticket.to_owned(),
                Waiting {
                    answer,
                    before: BTreeSet::from(["5".to_owned()]),
                    job,
                },
            );
            answered
        };
        let (mut one, mut two) = (expect("one"), expect("two"));
        let come = |query: &str| waits.settle(&RedirectQuery::parse(query).unwrap());
        assert!(matches!(
            come("accountTicketId=three&accountId=7"),
            Settlement::Stray(_)
        ));
        assert!(matches!(come("accountId=7"), Settlement::Stray(_)));
        assert!(matches!(
            come("accountTicketId=one&accountId=seven"),
            Settlement::Stray(_)
        ));
        // An account that was there before did not come of the ticket.
        assert!(matches!(come("accountTicketId=one&accountId=5"), Settlement::Stray(_)));
        let Settlement::Settled((ticket, callback), _) = come("accountTicketId=one&accountId=7") else {
            panic!("it names the ticket");
        };
        waits.hand_over(&ticket, callback.clone());
        assert_eq!(one.try_recv().unwrap(), callback);
        assert!(matches!(
            come("accountTicketId=one&accountId=8"),
            Settlement::Repeated(_)
        ));
        assert!(two.try_recv().is_err(), "the other goes on waiting");
        let strays = std::iter::from_fn(|| told.try_recv().ok())
            .filter(|event| matches!(event, EngineEvent::StrayAnswer { .. }))
            .count();
        assert_eq!(strays, 4);
    }
}
