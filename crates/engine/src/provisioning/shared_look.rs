//! A list that set-ups of one connection read together: one reads, and the others take what it saw.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// By connection.
pub(super) struct SharedLook<T>(Mutex<HashMap<String, Seen<T>>>);

/// When it was read, and what was seen. Held while it is read.
type Seen<T> = Arc<tokio::sync::Mutex<Option<(Timestamp, T)>>>;

impl<T> Default for SharedLook<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> std::fmt::Debug for SharedLook<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SharedLook").finish_non_exhaustive()
    }
}

impl<T: Clone> SharedLook<T> {
    /// What was seen within `age` before `now`, else what `look` sees; it is kept for others where `keeps` says so.
    pub async fn take<E>(
        &self,
        connection_id: &str,
        now: Timestamp,
        age: SignedDuration,
        look: impl Future<Output = Result<T, E>>,
        keeps: impl FnOnce(&T) -> bool,
    ) -> Result<T, E> {
        let seen = self.of(connection_id);
        let mut seen = seen.lock().await;
        if let Some((at, known)) = seen.as_ref()
            && (SignedDuration::ZERO..age).contains(&now.duration_since(*at))
        {
            return Ok(known.clone());
        }
        *seen = None;
        let found = look.await?;
        *seen = keeps(&found).then(|| (now, found.clone()));
        Ok(found)
    }

    /// The next look is a new one.
    pub async fn forget(&self, connection_id: &str) {
        *self.of(connection_id).lock().await = None;
    }

    fn of(&self, connection_id: &str) -> Seen<T> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(connection_id.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_list_is_read_once_unless_it_is_not_worth_keeping_or_old() {
        let looks = SharedLook::default();
        let reads = std::cell::Cell::new(0);
        let read = |found: Vec<u8>| {
            let reads = &reads;
            async move {
                reads.set(reads.get() + 1);
                Ok::<_, std::convert::Infallible>(found)
            }
        };
        let (begin, age) = (Timestamp::UNIX_EPOCH, SignedDuration::from_mins(10));
        let at = |seconds: i64| begin + SignedDuration::from_secs(seconds);
        let one = |found: &Vec<u8>| found.len() == 1;
        for (now, found, all) in [
            (at(0), vec![], 1),
            (at(1), vec![7], 2),
            (at(2), vec![], 2),
            (at(601), vec![7], 3),
            // The clock was set back.
            (at(1), vec![7], 4),
        ] {
            looks.take("one", now, age, read(found), one).await.unwrap();
            assert_eq!(reads.get(), all);
        }
        looks.take("another", at(2), age, read(vec![7]), one).await.unwrap();
        looks.forget("one").await;
        looks.take("one", at(2), age, read(vec![7]), one).await.unwrap();
        assert_eq!(reads.get(), 6);
    }
}
