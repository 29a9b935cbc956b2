//! The keychain as the engine sees it: it may take its time, fail, and be asked again, while everything that needs no
//! secret goes on.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use google_oauth::{NoTokenStore, OpenedTokenStore, StoreProblem, TokenStore, TokenStoreOpener};
use tokio::sync::{Notify, watch};

use crate::connections::reconcile;
use crate::dto::app::{KeychainProblem, KeychainView};
use crate::dto::connections::Offer;
use crate::dto::events::Topic;
use crate::error::{Error, ErrorCode, Result};
use crate::{Engine, dto::Nothing};

/// How long whoever waits for a window's keychain waits. Its answer is welcome later, too.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where an engine's secrets are kept. A host makes it of an opener; the engine asks it.
#[derive(Clone)]
pub struct Keychain(Arc<Asked>);

struct Asked {
    opener: Arc<dyn TokenStoreOpener>,
    patience: Duration,
    at_start: bool,
    state: watch::Sender<State>,
    /// Somebody asks again while the call before still hangs.
    again: Notify,
    engine: OnceLock<Weak<Engine>>,
}

#[derive(Clone)]
struct State {
    found: Found,
    /// A call to the opener is under way. It may outlast the patience.
    asking: bool,
}

#[derive(Clone)]
enum Found {
    /// Nobody has needed it yet.
    Unasked,
    Opening,
    Available(OpenedTokenStore),
    Unavailable(NoTokenStore),
}

impl Keychain {
    /// Asked when the engine opens: for a window, which shows at once whether sign-ins can be kept.
    pub fn at_start(opener: impl TokenStoreOpener + 'static) -> Self {
        Self::new(Arc::new(opener), PATIENCE, true)
    }

    /// Asked when the first secret is needed: for a command line, most of whose commands need none. `patience` is how
    /// long it may take.
    pub fn when_needed(opener: Arc<dyn TokenStoreOpener>, patience: Duration) -> Self {
        Self::new(opener, patience, false)
    }

    fn new(opener: Arc<dyn TokenStoreOpener>, patience: Duration, at_start: bool) -> Self {
        let state = State {
            found: Found::Unasked,
            asking: false,
        };
        Self(Arc::new(Asked {
            opener,
            patience,
            at_start,
            state: watch::Sender::new(state),
            again: Notify::new(),
            engine: OnceLock::new(),
        }))
    }

    /// Gives up after this long instead; for tests.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self::new(Arc::clone(&self.0.opener), patience, self.0.at_start)
    }

    /// The engine that this keychain is of is open.
    pub(crate) fn belongs_to(&self, engine: &Arc<Engine>) {
        let _ = self.0.engine.set(Arc::downgrade(engine));
        if self.0.at_start {
            self.ask();
        }
    }

    /// Asks, unless it is being asked or works.
    fn ask(&self) {
        let mut start = false;
        self.0.state.send_if_modified(|state| {
            let ask = matches!(state.found, Found::Unasked | Found::Unavailable(_));
            if ask {
                start = !state.asking;
                *state = State {
                    found: Found::Opening,
                    asking: true,
                };
            }
            ask
        });
        if start {
            tokio::spawn(Arc::clone(&self.0).wait_for_the_answer());
        } else {
            self.0.again.notify_one();
        }
    }

    /// What was found; asks where nobody has yet, and waits for the answer or until the patience ends.
    async fn found(&self) -> Found {
        if matches!(self.0.state.borrow().found, Found::Unasked) {
            self.ask();
        }
        let mut changes = self.0.state.subscribe();
        let settled = changes
            .wait_for(|state| !matches!(state.found, Found::Unasked | Found::Opening))
            .await;
        match settled {
            Ok(state) => state.found.clone(),
            // We hold the sender.
            Err(_) => Found::Unasked,
        }
    }

    /// The store, or why there is none.
    pub(crate) async fn store(&self) -> Result<Arc<dyn TokenStore>> {
        match self.found().await {
            Found::Available(opened) => Ok(opened.store),
            Found::Unavailable(why) => Err(unavailable(&why)),
            Found::Unasked | Found::Opening => Err(unavailable(&hung(self.0.patience))),
        }
    }

    /// Whether it is known that there is none. One that has not answered yet is not.
    pub(crate) fn is_known_to_be_unavailable(&self) -> bool {
        matches!(self.0.state.borrow().found, Found::Unavailable(_))
    }

    pub(crate) fn view(&self) -> KeychainView {
        view(&self.0.state.borrow().found)
    }
}

impl Asked {
    /// Waits for the opener as long as it takes; those who wait with us are told after a while that nothing answers.
    async fn wait_for_the_answer(self: Arc<Self>) {
        let mut opening = self.opener.open();
        let outcome = loop {
            if let Ok(outcome) = tokio::time::timeout(self.patience, &mut opening).await {
                break outcome;
            }
            self.tell(Found::Unavailable(hung(self.patience)), true);
            tokio::select! {
                outcome = &mut opening => break outcome,
                () = self.again.notified() => {}
            }
        };
        match outcome {
            Ok(opened) => {
                if let Some(engine) = self.engine() {
                    // Before anybody acts on rows that a crash left half done.
                    reconcile::adopt(&engine, &*opened.store).await;
                }
                self.tell(Found::Available(opened), false);
                if let Some(engine) = self.engine() {
                    reconcile::finish_removals(&engine).await;
                }
            }
            Err(why) => {
                tracing::info!(problem = ?why.problem, details = why.details, "{why}");
                self.tell(Found::Unavailable(why), false);
            }
        }
    }

    fn engine(&self) -> Option<Arc<Engine>> {
        self.engine.get()?.upgrade()
    }

    fn tell(&self, found: Found, asking: bool) {
        self.state.send_replace(State { found, asking });
        if let Some(engine) = self.engine() {
            // What connections can be used depends on it.
            for topic in [Topic::Keychain, Topic::Connections] {
                engine.jobs.changed(topic);
            }
        }
    }
}

/// Asks the keychain again and waits for what comes of it.
pub async fn retry(engine: &Arc<Engine>, _: Nothing) -> Result<KeychainView> {
    engine.keychain.ask();
    settled(engine).await
}

/// What is known of the keychain once it has been asked.
pub async fn settled(engine: &Arc<Engine>) -> Result<KeychainView> {
    Ok(view(&engine.keychain.found().await))
}

fn view(found: &Found) -> KeychainView {
    match found {
        Found::Unasked | Found::Opening => KeychainView::Opening,
        Found::Available(opened) => KeychainView::Available {
            name: opened.name.clone(),
        },
        Found::Unavailable(why) => KeychainView::Unavailable {
            problem: match why.problem {
                StoreProblem::Absent => KeychainProblem::Absent,
                StoreProblem::Locked => KeychainProblem::Locked,
                StoreProblem::Hung => KeychainProblem::Hung,
                StoreProblem::Mock => KeychainProblem::Mock,
                StoreProblem::Broken => KeychainProblem::Broken,
            },
            reason: why.reason.clone(),
            remedy: why.remedy.clone(),
        },
    }
}

fn hung(patience: Duration) -> NoTokenStore {
    NoTokenStore {
        problem: StoreProblem::Hung,
        reason: format!("The keychain has not answered for {} seconds.", patience.as_secs()),
        remedy: "Look for its prompt behind other windows and try again, or sign in for this session only in Gantry's \
                 window."
            .to_owned(),
        details: None,
    }
}

fn unavailable(why: &NoTokenStore) -> Error {
    let error = Error::new(ErrorCode::KeychainUnavailable, why.reason.clone(), why.remedy.clone())
        .offering(Offer::RetryKeychain);
    match &why.details {
        Some(details) => error.with_details(details),
        None => error,
    }
}
