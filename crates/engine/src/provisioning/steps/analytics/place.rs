//! Account and property: new ones, or those that are there.

use std::pin::pin;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use google_apis::analytics_admin::Property;
use google_apis::{ApiError, ErrorKind};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::super::terms;
use super::super::{adopt, incomplete, left_behind, text};
use super::{Work, id_of};
use crate::dto::provisioning::{AnalyticsChoice, ProvisionStep};
use crate::error::{Error, ErrorCode, Result};

/// A new account is not everywhere at once at Google's: how often it is looked for, with pauses that double.
const ACCOUNT_TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// How much earlier than our request Google may say that it made a property: clocks differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(60);

/// Digits.
pub(super) struct Place {
    pub account_id: String,
    pub property_id: String,
}

pub(super) async fn run(work: Work<'_>) -> Result<Place> {
    let account_id = match &work.journal.form.analytics {
        AnalyticsChoice::Property { property_id } => return there(work, property_id).await,
        AnalyticsChoice::Account { account_id } => account_id.clone(),
        AnalyticsChoice::NewAccount => terms::account(work.journal, work.session, work.admin).await?,
    };
    account(work, &account_id).await?;
    let property_id = property(work, &account_id).await?;
    Ok(Place {
        account_id,
        property_id,
    })
}

/// Google's answer, or the person, has named it: no call.
async fn account(work: Work<'_>, account_id: &str) -> Result<()> {
    if work.journal.done(ProvisionStep::Account).await?.is_some() {
        return Ok(());
    }
    let name = format!("accounts/{account_id}");
    work.journal
        .sending(ProvisionStep::Account, json!({ "account": name }))
        .await?;
    work.journal
        .made(ProvisionStep::Account, json!({ "account_id": account_id }))
        .await
}

/// The property that the person chose.
async fn there(work: Work<'_>, property_id: &str) -> Result<Place> {
    let step = ProvisionStep::Property;
    let known = work.journal.done(step).await?;
    if let Some(account_id) = text(known.as_ref(), "account_id") {
        return Ok(Place {
            account_id,
            property_id: property_id.to_owned(),
        });
    }
    let name = format!("properties/{property_id}");
    work.journal.sending(step, json!({ "property": name })).await?;
    work.spent();
    let seen = work.admin.property(&name).await;
    let seen = work.session.explained(work.journal.engine, &name, seen).await?;
    if seen.extra.contains_key("deleteTime") {
        return Err(Error::new(
            ErrorCode::NotFound,
            format!("The property {} is in the trash.", seen.display_name),
            "Take it out of the trash in Google Analytics, or choose another property.",
        ));
    }
    // A subproperty's parent is a property; its account is named beside.
    let account = if seen.account.is_empty() {
        &seen.parent
    } else {
        &seen.account
    };
    let account_id = id_of(account);
    let made = json!({ "property_id": property_id, "account_id": account_id, "existing": true });
    work.journal.made(step, made).await?;
    Ok(Place {
        account_id,
        property_id: property_id.to_owned(),
    })
}

async fn property(work: Work<'_>, account_id: &str) -> Result<String> {
    let (journal, step) = (work.journal, ProvisionStep::Property);
    if let Some(id) = text(journal.done(step).await?.as_ref(), "property_id") {
        return Ok(id);
    }
    let form = &journal.form;
    let wanted = Property {
        parent: format!("accounts/{account_id}"),
        display_name: form.property_name.clone(),
        time_zone: form.time_zone.clone(),
        currency_code: form.currency.clone(),
        industry_category: journal.template.property.industry.clone().unwrap_or_default(),
        ..Property::default()
    };
    let begun = journal.was_begun(step).await?;
    let lately = journal.was_just_cut_off(step).await?;
    let earlier = journal.read(step).await?.and_then(|known| known.request);
    let first_sent = first_sent(earlier.as_ref(), &wanted.parent).unwrap_or_else(|| {
        let engine = journal.engine;
        engine.clock_skew.corrected(engine.clock().now())
    });
    journal
        .sending(step, json!({ "property": wanted, "first_sent": first_sent }))
        .await?;
    let found = if begun {
        let found = left_behind(journal, lately, || find(work, &wanted, first_sent)).await;
        let found = work.session.explained(journal.engine, &wanted.parent, found).await?;
        // Who stops in the middle of the look has not seen that there is none.
        journal.job.check_cancelled()?;
        found
    } else {
        None
    };
    let property = match found {
        Some(property) => property,
        None => create(work, account_id, &wanted, first_sent).await?,
    };
    let id = id_of(&property.name);
    if id.is_empty() {
        return Err(incomplete("property name"));
    }
    journal.made(step, json!({ "property_id": id })).await?;
    Ok(id)
}

/// When the property was asked for first, in this account.
fn first_sent(request: Option<&Value>, parent: &str) -> Option<Timestamp> {
    let request = request?;
    let same = request.pointer("/property/parent").and_then(Value::as_str) == Some(parent);
    same.then(|| text(Some(request), "first_sent")?.parse().ok()).flatten()
}

async fn create(work: Work<'_>, account_id: &str, wanted: &Property, first_sent: Timestamp) -> Result<Property> {
    let engine = work.journal.engine;
    work.spent();
    let mut made = work.admin.create_property(wanted).await;
    let is_new = matches!(work.journal.form.analytics, AnalyticsChoice::NewAccount);
    if is_new && made.as_ref().is_err_and(not_seen) {
        arrival(work, account_id).await?;
        work.journal
            .sending(
                ProvisionStep::Property,
                json!({ "property": wanted, "first_sent": first_sent }),
            )
            .await?;
        work.spent();
        made = work.admin.create_property(wanted).await;
    }
    match made {
        Ok(property) => Ok(property),
        Err(error) => {
            let adopted = adopt(work.journal, error, || find(work, wanted, first_sent)).await;
            work.session.explained(engine, &wanted.parent, adopted).await
        }
    }
}

fn not_seen(error: &ApiError) -> bool {
    matches!(error.kind, ErrorKind::NotFound | ErrorKind::PermissionDenied)
}

/// Waits until the new account is seen by this connection. Where it is not, another browser account has accepted.
async fn arrival(work: Work<'_>, account_id: &str) -> Result<()> {
    let journal = work.journal;
    let name = format!("accounts/{account_id}");
    journal
        .sending(ProvisionStep::Account, json!({ "account": name }))
        .await?;
    let mut pause = FIRST_PAUSE;
    for attempt in 1.. {
        work.spent();
        match work.admin.account(&name).await {
            Ok(_) => break,
            Err(error) if not_seen(&error) && attempt < ACCOUNT_TRIES => {
                tokio::select! {
                    () = journal.engine.pause().sleep(pause) => pause *= 2,
                    () = journal.job.cancel_token().cancelled() => return Err(Error::cancelled()),
                }
            }
            Err(error) if not_seen(&error) => {
                // The next attempt asks for a new ticket, unless the account has come into sight by then.
                for step in [ProvisionStep::Terms, ProvisionStep::Account, ProvisionStep::Property] {
                    if journal.has(step) {
                        journal.plan_again(step).await?;
                    }
                }
                return Err(accepted_by_another(work, account_id));
            }
            Err(error) => return Err(work.session.explain(journal.engine, &name, error).await),
        }
    }
    journal
        .made(ProvisionStep::Account, json!({ "account_id": account_id }))
        .await
}

fn accepted_by_another(work: Work<'_>, account_id: &str) -> Error {
    let email = &work.session.connection.email;
    Error::new(
        ErrorCode::WrongAccount,
        format!(
            "The Terms of Service were accepted, and {email} does not see the account that was made ({account_id}): another \
             Google account is signed in in the browser, and the account is its own."
        ),
        format!(
            "Sign in to Google in the browser as {email}, resume the set-up, and accept as {email}. Your entries are kept. \
             Remove the account that was made by mistake in Google Analytics, or give {email} access to it and resume."
        ),
    )
}

/// The property that a lost answer has made: of this name, not older than our request, and no other set-up's.
async fn find(work: Work<'_>, wanted: &Property, first_sent: Timestamp) -> Result<Option<Property>, ApiError> {
    work.spent();
    let earliest = first_sent.checked_sub(CLOCKS_DIFFER).unwrap_or(first_sent);
    let is_new = matches!(work.journal.form.analytics, AnalyticsChoice::NewAccount);
    let ours = |property: &Property| {
        let made_since = || property.create_time.parse::<Timestamp>().is_ok_and(|at| at >= earliest);
        property.display_name == wanted.display_name && (is_new || made_since())
    };
    let mut pages = pin!(work.admin.properties_of(&wanted.parent));
    let mut found = Vec::new();
    while let Some(page) = pages.try_next().await? {
        found.extend(page.into_iter().filter(ours));
    }
    if found.is_empty() {
        return Ok(None);
    }
    let taken = match work
        .journal
        .made_elsewhere(ProvisionStep::Property, "property_id")
        .await
    {
        Ok(taken) => taken,
        Err(error) => {
            tracing::warn!(%error, "other set-ups could not be read");
            return Ok(None);
        }
    };
    Ok(found
        .into_iter()
        .filter(|property| !taken.contains(&id_of(&property.name)))
        .min_by(|one, other| one.create_time.cmp(&other.create_time)))
}
