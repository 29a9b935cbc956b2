//! A step that makes several things of one kind: a few at once, each written down when it is made, so that a run that
//! stopped in the middle makes the others and none twice.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use google_apis::{ApiError, ErrorKind};
use serde_json::{Value, json};

use super::Work;
use crate::dto::provisioning::ProvisionStep;
use crate::error::{Error, Result};
use crate::provisioning::wanted::{AT_ONCE, count};

/// What the things are called, and where they belong.
pub(super) struct Items<'a> {
    pub step: ProvisionStep,
    /// "key event"
    pub what: &'a str,
    /// The property, for explanations.
    pub asset: &'a str,
    /// It may have some of them already: it is looked before anything is made.
    pub look_first: bool,
}

/// What was made or was there, by key.
pub(super) type Made = BTreeMap<String, Value>;

/// Makes those of `wanted` (by key) that are not there. `create` makes one and says what is kept of it; `list` tells what
/// is there, in the same words.
pub(super) async fn each<T, C, L>(
    work: Work<'_>,
    items: Items<'_>,
    wanted: Vec<(String, T)>,
    create: impl Fn(T) -> C,
    list: impl Fn() -> L,
) -> Result<Made>
where
    T: Clone,
    C: Future<Output = Result<Value, ApiError>>,
    L: Future<Output = Result<Made, ApiError>>,
{
    let (journal, step) = (work.journal, items.step);
    if let Some(done) = journal.done(step).await? {
        return Ok(made_in(Some(&done)));
    }
    let begun = journal.was_begun(step).await?;
    let mut made = match journal.read(step).await? {
        Some(known) if begun => made_in(known.response.as_ref()),
        _ => Made::new(),
    };
    let keys: Vec<&String> = wanted.iter().map(|(key, _)| key).collect();
    journal
        .sending_more(step, json!({ "items": keys }), json!({ "made": made }))
        .await?;
    if begun || items.look_first {
        work.spent();
        let there = work
            .session
            .explained(journal.engine, items.asset, list().await)
            .await?;
        made.extend(there.into_iter().filter(|(key, _)| keys.contains(&key)));
    }
    let missing: Vec<(String, T)> = wanted
        .iter()
        .filter(|(key, _)| !made.contains_key(key))
        .cloned()
        .collect();
    let mut answers = stream::iter(missing)
        .map(|(key, item)| {
            let (create, list) = (&create, &list);
            async move {
                let outcome = async {
                    journal.job.check_cancelled()?;
                    work.spent();
                    match create(item).await {
                        Ok(one) => Ok(one),
                        // It is there, from before or from an answer that was lost.
                        Err(error) if error.kind == ErrorKind::Conflict => Ok(json!({ "existing": true })),
                        Err(error) if error.outcome_unknown => {
                            work.spent();
                            match list().await.ok().and_then(|mut there| there.remove(&key)) {
                                Some(one) => Ok(one),
                                None => Err(work.session.explain(journal.engine, items.asset, error).await),
                            }
                        }
                        Err(error) => Err(work.session.explain(journal.engine, items.asset, error).await),
                    }
                };
                let outcome: Result<Value> = outcome.await;
                (key, outcome)
            }
        })
        .buffer_unordered(AT_ONCE);
    // What is under way is waited for, whatever became of another.
    let mut failed: Option<(String, Error)> = None;
    while let Some((key, outcome)) = answers.next().await {
        match outcome {
            Ok(one) => {
                made.insert(key, one);
                journal.partly(step, json!({ "made": made })).await?;
            }
            Err(error) => {
                failed.get_or_insert((key, error));
            }
        }
    }
    if let Some((key, mut error)) = failed {
        if error.details.is_none() {
            error.details = Some(format!("{} {key}", items.what));
        }
        return Err(error);
    }
    let outcome = count(keys.len(), items.what);
    journal.made(step, json!({ "made": made, "outcome": outcome })).await?;
    Ok(made)
}

fn made_in(response: Option<&Value>) -> Made {
    response
        .and_then(|response| serde_json::from_value(response.get("made")?.clone()).ok())
        .unwrap_or_default()
}
