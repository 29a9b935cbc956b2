//! What set-ups that go on at the same time know of Tag Manager's accounts together: the list of them, and who asks the person
//! to make one. Fifty clients read one list, and open one page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use google_apis::tag_manager::Account;
use tokio::sync::watch;

use super::shared_look::SharedLook;
use crate::error::Result;

/// What whoever asked has come to; `None` while the person is waited for.
type Answer = Option<Result<Vec<Account>>>;

/// The desk of one engine.
#[derive(Debug, Default)]
pub(crate) struct TagManagerDesk {
    /// The accounts that a connection sees.
    pub(super) accounts: SharedLook<Vec<Account>>,
    /// By connection: whoever asks the person now.
    asking: Mutex<HashMap<String, watch::Receiver<Answer>>>,
}

/// Whether this set-up asks the person, or another one does already.
pub(super) enum Turn {
    Asks(Asking),
    Hears(watch::Receiver<Answer>),
}

/// The one set-up of a connection that asks; whoever comes after it is gone asks anew.
pub(super) struct Asking {
    desk: Arc<TagManagerDesk>,
    connection_id: String,
    answer: watch::Sender<Answer>,
}

impl TagManagerDesk {
    /// The next look is a new one.
    pub(crate) async fn forget(&self, connection_id: &str) {
        self.accounts.forget(connection_id).await;
    }

    pub(super) fn turn(self: &Arc<Self>, connection_id: &str) -> Turn {
        let mut asking = self.asking();
        if let Some(hears) = asking.get(connection_id) {
            return Turn::Hears(hears.clone());
        }
        let (answer, hears) = watch::channel(None);
        asking.insert(connection_id.to_owned(), hears);
        Turn::Asks(Asking {
            desk: Arc::clone(self),
            connection_id: connection_id.to_owned(),
            answer,
        })
    }

    fn asking(&self) -> MutexGuard<'_, HashMap<String, watch::Receiver<Answer>>> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asking {
    /// Everybody who waits hears it. A set-up that is stopped says nothing: the next one asks in its place.
    pub fn tell(&self, answer: Result<Vec<Account>>) {
        self.answer.send_replace(Some(answer));
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.desk.asking().remove(&self.connection_id);
    }
}

/// What the one who asks has come to; `None` where it was stopped before the person answered.
pub(super) async fn heard(hears: &mut watch::Receiver<Answer>) -> Answer {
    hears
        .wait_for(Option::is_some)
        .await
        .ok()
        .and_then(|answer| answer.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            account_id: "6".to_owned(),
            ..Account::default()
        }
    }

    #[tokio::test]
    async fn one_asks_and_all_hear() {
        let desk = Arc::new(TagManagerDesk::default());
        let Turn::Asks(first) = desk.turn("one") else {
            panic!("nobody asks yet");
        };
        let (Turn::Hears(mut second), Turn::Asks(_)) = (desk.turn("one"), desk.turn("another")) else {
            panic!("each connection has its own");
        };
        first.tell(Ok(vec![account()]));
        drop(first);
        assert_eq!(heard(&mut second).await.unwrap().unwrap()[0].account_id, "6");
        assert!(matches!(desk.turn("one"), Turn::Asks(_)));
    }

    #[tokio::test]
    async fn where_the_one_who_asks_is_stopped_another_asks() {
        let desk = Arc::new(TagManagerDesk::default());
        let Turn::Asks(first) = desk.turn("one") else {
            panic!("nobody asks yet");
        };
        let Turn::Hears(mut second) = desk.turn("one") else {
            panic!("somebody asks");
        };
        drop(first);
        assert!(heard(&mut second).await.is_none());
        assert!(matches!(desk.turn("one"), Turn::Asks(_)));
    }
}
