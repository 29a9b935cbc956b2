//! What set-ups that go on at the same time know of Tag Manager's accounts together: the list of them, and who asks the person
//! to make one. Fifty clients read one list, and open one page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use google_apis::tag_manager::Account;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::error::Result;

/// What whoever asked has come to; `None` while the person is waited for.
type Answer = Option<Result<Vec<Account>>>;

/// The desk of one engine.
#[derive(Debug, Default)]
pub(crate) struct TagManagerDesk {
    /// By connection: when the list was read, and the list. Held while it is read, so that one reads for all.
    lists: tokio::sync::Mutex<HashMap<String, (Instant, Vec<Account>)>>,
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
    /// The accounts that the connection sees: what another set-up read within `age`, else what `look` reads now. A list without
    /// any is not kept: the person may make one at any moment.
    pub(super) async fn accounts<E>(
        &self,
        connection_id: &str,
        age: Duration,
        look: impl Future<Output = Result<Vec<Account>, E>>,
    ) -> Result<Vec<Account>, E> {
        let mut lists = self.lists.lock().await;
        if let Some((at, seen)) = lists.get(connection_id)
            && at.elapsed() < age
        {
            return Ok(seen.clone());
        }
        let seen = look.await?;
        if seen.is_empty() {
            lists.remove(connection_id);
        } else {
            lists.insert(connection_id.to_owned(), (Instant::now(), seen.clone()));
        }
        Ok(seen)
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
    use crate::error::Error;

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

    #[tokio::test]
    async fn a_list_is_read_once_unless_it_is_empty_or_old() {
        let desk = TagManagerDesk::default();
        let reads = std::cell::Cell::new(0);
        let read = |found: Vec<Account>| {
            let reads = &reads;
            async move {
                reads.set(reads.get() + 1);
                Ok::<_, Error>(found)
            }
        };
        let age = Duration::from_mins(10);
        for found in [Vec::new(), vec![account()], Vec::new()] {
            desk.accounts("one", age, read(found)).await.unwrap();
        }
        assert_eq!(reads.get(), 2, "the empty list was read again, the other one not");
        desk.accounts("one", Duration::ZERO, read(vec![account()]))
            .await
            .unwrap();
        assert_eq!(reads.get(), 3);
    }
}
