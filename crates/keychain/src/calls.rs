//! Calls into a keychain, which may ask the person, or hang.
//!
//! One plain thread makes them one after the other, as the keychain's own library would: it holds a lock during a call.
//! Unlike the runtime's blocking threads it does not hold up the exit. A call that is given up leaves its thread behind,
//! and the next one gets a new thread with a connection of its own; only so many may be left behind at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use google_oauth::TokenStoreError;
use keyring::Error;
use keyring_core::CredentialStore;
use tokio::sync::oneshot;

use crate::platform::Platform;
use crate::refusals::{named, not_there};

/// Threads that a call hangs on. When all do, the keychain is known not to answer.
const MOST_THREADS: usize = 3;

type Task = Box<dyn FnOnce(&mut Connection) + Send>;

/// The way into one keychain, shared by all who call it.
pub(crate) struct Calls {
    platform: Arc<dyn Platform>,
    limit: Duration,
    line: Mutex<Option<Line>>,
    /// One clone a thread.
    threads: Arc<()>,
}

/// A thread that takes calls.
#[derive(Clone)]
struct Line {
    tasks: mpsc::Sender<Task>,
    /// Tells one line from the next.
    id: Arc<()>,
}

/// What a call is made on: connected when first needed.
pub(crate) struct Connection {
    platform: Arc<dyn Platform>,
    store: Option<Arc<CredentialStore>>,
}

impl Connection {
    /// Makes the call. A connection of before that fails may have outlived the keychain it led to: the call is then
    /// repeated on a new one. All our calls may be repeated.
    fn make<T>(&mut self, act: impl Fn(&CredentialStore) -> keyring::Result<T>) -> Result<T, TokenStoreError> {
        if let Some(store) = self.store.take() {
            match act(&*store) {
                Err(Error::PlatformFailure(cause)) => {
                    tracing::debug!(%cause, "the keychain's connection failed, connecting again");
                }
                other => {
                    self.store = Some(store);
                    return other.map_err(|error| named(&error));
                }
            }
        }
        let store = self.platform.connect().map_err(|error| not_there(&error))?;
        let outcome = act(&*store);
        if !matches!(outcome, Err(Error::PlatformFailure(_))) {
            self.store = Some(store);
        }
        outcome.map_err(|error| named(&error))
    }
}

impl Calls {
    pub fn new(platform: Arc<dyn Platform>, limit: Duration) -> Self {
        Self {
            platform,
            limit,
            line: Mutex::default(),
            threads: Arc::default(),
        }
    }

    pub fn platform(&self) -> &dyn Platform {
        &*self.platform
    }

    /// Makes one call and waits for its answer, until the time limit.
    pub async fn make<T: Send + 'static>(
        &self,
        act: impl Fn(&CredentialStore) -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, TokenStoreError> {
        let (answer, answered) = oneshot::channel();
        let task: Task = Box::new(move |connection| {
            // Nobody waits any more: what was to be stored must not turn up later.
            if answer.is_closed() {
                return;
            }
            // A call that panics must not take those that stand in line behind it along.
            let outcome = catch_unwind(AssertUnwindSafe(|| connection.make(act))).unwrap_or_else(|_| {
                connection.store = None;
                Err(TokenStoreError::Unavailable("the call to it broke off".to_owned()))
            });
            let _ = answer.send(outcome);
        });
        let line = self.stand_in_line(task)?;
        match tokio::time::timeout(self.limit, answered).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(TokenStoreError::Unavailable("the call to it broke off".to_owned())),
            Err(_) => {
                self.leave(&line);
                Err(TokenStoreError::TimedOut(self.limit.as_secs()))
            }
        }
    }

    /// Hands the call to the thread that takes them; to a new one where there is none.
    fn stand_in_line(&self, task: Task) -> Result<Line, TokenStoreError> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let mut task = task;
        if let Some(open) = line.as_ref() {
            match open.tasks.send(task) {
                Ok(()) => return Ok(open.clone()),
                // Its thread is gone.
                Err(mpsc::SendError(unsent)) => task = unsent,
            }
        }
        if Arc::strong_count(&self.threads) > MOST_THREADS {
            return Err(TokenStoreError::TimedOut(self.limit.as_secs()));
        }
        let opened = self.open_line()?;
        let sent = opened.tasks.send(task);
        *line = Some(opened.clone());
        sent.map(|()| opened)
            .map_err(|_| TokenStoreError::Unavailable("its thread ended".to_owned()))
    }

    fn open_line(&self) -> Result<Line, TokenStoreError> {
        let (tasks, taken) = mpsc::channel::<Task>();
        let counted = Arc::clone(&self.threads);
        let mut connection = Connection {
            platform: Arc::clone(&self.platform),
            store: None,
        };
        std::thread::Builder::new()
            .name("keychain".to_owned())
            .spawn(move || {
                while let Ok(task) = taken.recv() {
                    task(&mut connection);
                }
                // Held until here: the thread counts for as long as it lives.
                drop(counted);
            })
            .map_err(|error| TokenStoreError::Unavailable(error.to_string()))?;
        Ok(Line {
            tasks,
            id: Arc::default(),
        })
    }

    /// Nobody stands in this line any more; its thread ends when the call that hangs comes back.
    fn leave(&self, left: &Line) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        if line.as_ref().is_some_and(|line| Arc::ptr_eq(&line.id, &left.id)) {
            *line = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Condvar;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Connects to a store in memory; counts how often.
    #[derive(Default)]
    struct InMemory(AtomicUsize);

    impl Platform for InMemory {
        fn name(&self) -> &'static str {
            "a store in memory"
        }

        fn connect(&self) -> keyring::Result<Arc<CredentialStore>> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(keyring_core::mock::Store::new()?)
        }
    }

    /// Calls wait here until they are let go.
    #[derive(Default)]
    struct Gate(Mutex<bool>, Condvar);

    impl Gate {
        fn pass(&self) {
            let open = self.0.lock().unwrap();
            drop(self.1.wait_while(open, |open| !*open).unwrap());
        }

        fn open(&self) {
            *self.0.lock().unwrap() = true;
            self.1.notify_all();
        }
    }

    fn calls() -> Calls {
        Calls::new(Arc::new(InMemory::default()), Duration::from_mins(1))
    }

    #[tokio::test(start_paused = true)]
    async fn k3_a_call_that_hangs_times_out_and_few_threads_are_ever_left_behind() {
        let (calls, gate) = (calls(), Arc::new(Gate::default()));
        for _ in 0..10 {
            let gate = Arc::clone(&gate);
            let hung = calls.make(move |_| -> keyring::Result<()> {
                gate.pass();
                Ok(())
            });
            assert_eq!(hung.await, Err(TokenStoreError::TimedOut(60)));
            assert!(Arc::strong_count(&calls.threads) <= MOST_THREADS + 1);
        }
        // The keychain answers again: so do we, once a thread has come back.
        tokio::time::resume();
        gate.open();
        while Arc::strong_count(&calls.threads) > MOST_THREADS {
            std::thread::yield_now();
        }
        assert_eq!(calls.make(|_| Ok(7)).await, Ok(7));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_done() {
        let (calls, gate, done) = (calls(), Arc::new(Gate::default()), Arc::new(AtomicUsize::new(0)));
        let first = {
            let gate = Arc::clone(&gate);
            calls.make(move |_| {
                gate.pass();
                Ok(())
            })
        };
        let given_up = {
            let done = Arc::clone(&done);
            calls.make(move |_| {
                done.fetch_add(1, Ordering::SeqCst);
                Ok(())
            })
        };
        let mut first = Box::pin(first);
        let mut given_up = Box::pin(given_up);
        assert!(tokio::time::timeout(Duration::ZERO, &mut first).await.is_err());
        assert!(tokio::time::timeout(Duration::ZERO, &mut given_up).await.is_err());
        drop(given_up);
        gate.open();
        assert_eq!(first.await, Ok(()));
        assert_eq!(calls.make(|_| Ok(())).await, Ok(()));
        assert_eq!(done.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn a_connection_that_no_longer_works_is_made_anew() {
        let platform = Arc::new(InMemory::default());
        let calls = Calls::new(Arc::clone(&platform) as Arc<dyn Platform>, Duration::from_mins(1));
        assert_eq!(calls.make(|_| Ok(())).await, Ok(()));
        let fails_once = Mutex::new(true);
        let repeated = calls.make(move |_| {
            if std::mem::take(&mut *fails_once.lock().unwrap()) {
                return Err(Error::PlatformFailure("the session is gone".into()));
            }
            Ok(())
        });
        assert_eq!(repeated.await, Ok(()));
        assert_eq!(platform.0.load(Ordering::SeqCst), 2);
        // One that has just been made is believed.
        let fails = calls.make(|_| -> keyring::Result<()> { Err(Error::PlatformFailure("broken".into())) });
        assert!(matches!(fails.await, Err(TokenStoreError::Unavailable(_))));
    }

    #[tokio::test]
    async fn a_call_that_panics_is_named_and_the_next_one_works() {
        let calls = calls();
        let broke = calls.make(|_| -> keyring::Result<()> { std::panic::resume_unwind(Box::new(())) });
        assert!(matches!(broke.await, Err(TokenStoreError::Unavailable(_))));
        assert_eq!(calls.make(|_| Ok(())).await, Ok(()));
    }
}
