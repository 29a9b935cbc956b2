//! What a set-up made, and its way to the trash: container, then property, then account, each named and re-read before it
//! goes. What was there before the set-up is never touched.

mod own;
mod seen;
mod written;

use std::sync::Arc;

use gantry_domain::Permission;
use gantry_store::{ProvisioningRun, StepState as Stored};
use google_apis::{AnalyticsAdmin, ApiError, ErrorKind, TagManager};

use super::run_lock::RunLock;
use crate::connections::Session;
use crate::dto::ById;
use crate::dto::events::Topic;
use crate::dto::provisioning::{MadeAsset, MadeKind, TrashAsset, TrashFailure, TrashRequest, TrashResult};
use crate::error::{Error, ErrorCode, Result};
use crate::{Engine, clients};

use own::Own;
use seen::Seen;

pub(super) use written::{in_trash, not_in_trash, refuse_to_go_on, runs_in_trash, runs_undone};

/// What the run made itself, with the names that it has at Google now; the order in which it is removed.
pub async fn made(engine: &Arc<Engine>, request: ById) -> Result<Vec<MadeAsset>> {
    let run = run(engine, &request.id).await?;
    let steps = engine.store().provisioning_steps(&run.id).await?;
    let owns = own::of(&run, &steps)?;
    let gone = in_trash(&steps).unwrap_or_default();
    let seen = match engine.session(Some(&run.connection_id)).await {
        Ok(session) => seen::look(engine, &session, &owns, &gone).await?,
        Err(error) => seen::unreachable(engine, &run.connection_id, &owns, &gone, &error).await?,
    };
    Ok(seen.into_iter().map(|seen| seen.made).collect())
}

/// Moves assets that the run made to the trash. One that is called otherwise than the person was shown, or that cannot be
/// removed, is left alone and told among the failures; what is in the trash already counts as moved.
pub async fn trash(engine: &Arc<Engine>, request: TrashRequest) -> Result<TrashResult> {
    let run = run(engine, &request.run_id).await?;
    let _lock = RunLock::take(engine, &run.connection_id, &run.form).await?;
    let steps = engine.store().provisioning_steps(&run.id).await?;
    let owns = own::of(&run, &steps)?;
    for asset in &request.assets {
        if !owns.iter().any(|own| own.asset == asset.asset) {
            return Err(Error::invalid(
                format!(
                    "{} was not made by this set-up, so it is not its to remove.",
                    asset.asset
                ),
                "List what the set-up made, and choose among that.",
            ));
        }
    }
    if request.assets.is_empty() {
        return Err(Error::invalid("Nothing was chosen.", "Choose what goes to the trash."));
    }
    let gone = in_trash(&steps).unwrap_or_default();
    let session = engine.session(Some(&run.connection_id)).await?;
    let seen = seen::look(engine, &session, &owns, &gone).await?;
    written::sending(engine, &run.id, &request.assets, &gone).await?;
    let mut removal = Removal {
        engine,
        session: &session,
        run_id: &run.id,
        gone,
        result: TrashResult {
            trashed: Vec::new(),
            failures: Vec::new(),
        },
    };
    // `seen` is in the order of removal.
    for one in &seen {
        if let Some(asked) = request.assets.iter().find(|asset| asset.asset == one.made.asset) {
            removal.remove(one, asked, &seen).await?;
        }
    }
    let state = if removal.gone.is_empty() {
        Stored::Failed
    } else {
        Stored::Done
    };
    written::write(engine, &run.id, state, &removal.gone).await?;
    for topic in [Topic::Provisioning, Topic::Accounts, Topic::Containers] {
        engine.jobs().changed(topic);
    }
    Ok(removal.result)
}

/// Settles an undo that was interrupted before it wrote anything down: Google tells what of it is in the trash. The run's lock is
/// held. Where Google cannot be asked, it stays open.
pub(super) async fn settle(engine: &Arc<Engine>, session: &Session, run: &ProvisioningRun) -> Result<()> {
    let steps = engine.store().provisioning_steps(&run.id).await?;
    if !written::is_open(&steps) {
        return Ok(());
    }
    let seen = seen::look(engine, session, &own::of(run, &steps)?, &[]).await?;
    if seen.iter().any(|one| one.unread) {
        return Ok(());
    }
    let gone: Vec<TrashAsset> = seen
        .iter()
        .filter(|one| one.made.trashed)
        .map(|one| TrashAsset {
            asset: one.made.asset.clone(),
            name: one.made.name.clone(),
        })
        .collect();
    let state = if gone.is_empty() { Stored::Failed } else { Stored::Done };
    written::write(engine, &run.id, state, &gone).await
}

async fn run(engine: &Engine, id: &str) -> Result<ProvisioningRun> {
    engine.store().provisioning_run(id).await?.ok_or_else(|| {
        Error::new(
            ErrorCode::NotFound,
            "There is no such set-up.",
            "List set-ups and choose one of them.",
        )
    })
}

/// What a kind of asset needs to be removed.
fn permission(kind: MadeKind) -> Permission {
    match kind {
        MadeKind::AnalyticsAccount | MadeKind::Property => Permission::Configure,
        MadeKind::Container => Permission::Manage,
    }
}

struct Removal<'a> {
    engine: &'a Arc<Engine>,
    session: &'a Session,
    run_id: &'a str,
    /// In the trash so far.
    gone: Vec<TrashAsset>,
    result: TrashResult,
}

impl Removal<'_> {
    async fn remove(&mut self, seen: &Seen, asked: &TrashAsset, all: &[Seen]) -> Result<()> {
        match self.removed(seen, asked).await {
            Ok(()) => {
                self.note(seen).await?;
                // An account takes its properties with it.
                if seen.made.kind == MadeKind::AnalyticsAccount {
                    for property in all.iter().filter(|one| one.made.kind == MadeKind::Property) {
                        self.note(property).await?;
                    }
                }
            }
            Err(error) => {
                let view = error.view();
                let code = serde_json::to_value(view.code).ok();
                self.result.failures.push(TrashFailure {
                    asset: seen.made.asset.clone(),
                    name: seen.made.name.clone(),
                    code: code
                        .and_then(|code| code.as_str().map(str::to_owned))
                        .unwrap_or_default(),
                    message: view.message,
                    remedy: view.remedy,
                });
            }
        }
        Ok(())
    }

    async fn removed(&self, seen: &Seen, asked: &TrashAsset) -> Result<()> {
        let made = &seen.made;
        if made.trashed {
            return Ok(());
        }
        if let Some(problem) = &seen.problem {
            return Err(problem.again());
        }
        if made.name != asked.name {
            return Err(Error::new(
                ErrorCode::Conflict,
                format!(
                    "{} is called {:?} by now, not {:?}: it was left alone.",
                    made.asset, made.name, asked.name
                ),
                "Look again at what would be removed, and confirm it under its new name.",
            ));
        }
        if made.kind == MadeKind::AnalyticsAccount
            && let Some(left) = self
                .result
                .failures
                .iter()
                .find(|one| one.asset.starts_with("properties/"))
        {
            return Err(Error::new(
                ErrorCode::Conflict,
                format!(
                    "Its property {} was left alone, and would go with the account: so the account was left alone, too.",
                    left.name
                ),
                "Settle what is said of the property first.",
            ));
        }
        let answer = self.delete(made).await;
        match answer {
            Ok(()) => Ok(()),
            Err(error) if self.is_gone_after(made, &error).await => Ok(()),
            refused => self.session.explained(self.engine, &made.asset, refused).await,
        }
    }

    async fn delete(&self, made: &MadeAsset) -> Result<(), ApiError> {
        let transport = &self.session.transport;
        match made.kind {
            MadeKind::AnalyticsAccount => AnalyticsAdmin::new(transport).delete_account(&made.asset).await,
            MadeKind::Property => AnalyticsAdmin::new(transport).delete_property(&made.asset).await,
            MadeKind::Container => TagManager::new(transport).delete_container(&made.asset).await,
        }
    }

    /// Whether it is gone in spite of the error: an answer was lost and the repeat found nothing, or somebody was faster.
    async fn is_gone_after(&self, made: &MadeAsset, error: &ApiError) -> bool {
        let may_be = error.outcome_unknown
            || matches!(
                error.kind,
                ErrorKind::NotFound | ErrorKind::InvalidArgument | ErrorKind::Conflict | ErrorKind::PermissionDenied
            );
        may_be && seen::is_gone(self.session, made.kind, &made.asset).await
    }

    /// Writes down that it is in the trash; the mirror and its client forget it.
    async fn note(&mut self, seen: &Seen) -> Result<()> {
        let made = &seen.made;
        if !self.result.trashed.iter().any(|one| one.asset == made.asset) {
            self.result.trashed.push(MadeAsset {
                trashed: true,
                why_not: None,
                ..made.clone()
            });
        }
        if !self.gone.iter().any(|one| one.asset == made.asset) {
            self.gone.push(TrashAsset {
                asset: made.asset.clone(),
                name: made.name.clone(),
            });
        }
        written::write(self.engine, self.run_id, Stored::Sent, &self.gone).await?;
        let store = self.engine.store();
        let number = made.asset.rsplit('/').next().unwrap_or_default();
        match made.kind {
            MadeKind::AnalyticsAccount => store.forget_analytics_account(number).await?,
            MadeKind::Property => store.forget_analytics_property(number).await?,
            MadeKind::Container => store.forget_container(number).await?,
        }
        clients::forget(self.engine, &made.asset).await
    }
}

impl Own {
    fn made(&self, connection: &str) -> MadeAsset {
        MadeAsset {
            asset: self.asset.clone(),
            kind: self.kind,
            name: self.name.clone(),
            account_name: self.account_name.clone(),
            connection: connection.to_owned(),
            why_not: None,
            trashed: false,
            consequence: self.consequence(),
        }
    }
}
