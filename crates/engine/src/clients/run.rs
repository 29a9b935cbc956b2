//! The client that gets what a set-up made.

use std::sync::Arc;

use gantry_store::ClientRecord;

use super::{checked_name, find, give, mark, new_id, same_name};
use crate::Engine;
use crate::dto::provisioning::ClientChoice;
use crate::error::{Error, Result};

/// Gives `assets` (`properties/2`, `accounts/1/containers/2`) to the client of the choice and answers its id; `None` where
/// no client was wanted. May be repeated: a second time changes nothing.
///
/// By name, assets that a client has stay with it: where exactly one client has some of them, it gets the rest too.
/// Otherwise the client of that name gets them, and is made where there is none.
pub(crate) async fn assign_for_run(
    engine: &Arc<Engine>,
    choice: &ClientChoice,
    business_name: &str,
    assets: &[String],
) -> Result<Option<String>> {
    let (client, keep) = match choice {
        ClientChoice::None => return Ok(None),
        ClientChoice::Existing { id } => (find(engine, id).await?.id, false),
        ClientChoice::ByName => {
            let mut owners = Vec::new();
            for asset in assets {
                owners.extend(engine.store.client_of(asset).await?);
            }
            owners.sort();
            owners.dedup();
            match <[String; 1]>::try_from(owners) {
                Ok([owner]) => (owner, true),
                Err(_) => (named(engine, business_name).await?, true),
            }
        }
    };
    give(engine, Some(client.clone()), assets.to_vec(), keep).await?;
    Ok(Some(client))
}

/// The client called so, made where there is none. Two set-ups at once of one name make one client.
pub(super) async fn named(engine: &Arc<Engine>, name: &str) -> Result<String> {
    let name = checked_name(name)?;
    let (id, now) = (new_id(), engine.clock.now());
    let client = engine
        .store
        .put_client(move |all| {
            Ok::<_, Error>(match all.iter().find(|one| same_name(&one.name, &name)) {
                Some(client) => client.clone(),
                None => ClientRecord {
                    id,
                    heading: None,
                    colour: mark::least_used_colour(all),
                    letters: mark::letters_for(&name, all),
                    name,
                    created_at: now,
                },
            })
        })
        .await??;
    Ok(client.id)
}
