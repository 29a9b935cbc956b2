//! What a set-up meets outside the APIs' own resources: how the Terms of Service go, whether a ticket is still good, who is
//! an approved partner, what the person did in Tag Manager's own pages, and whether its compiler works.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, read};
use crate::{
    google::Google,
    practice,
    settings::{InstalledTermsRedirect, TermsAcceptor, TermsOutcome},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermsOrder {
    outcome: Option<TermsOutcome>,
    installed_redirect: Option<InstalledTermsRedirect>,
    acceptor: Option<TermsAcceptor>,
}

pub(super) fn set_terms(google: &Google, body: Value) -> Answer {
    let order: TermsOrder = read(body)?;
    let mut settings = google.settings();
    settings.terms_outcome = order.outcome.unwrap_or(settings.terms_outcome);
    settings.installed_terms_redirect = order.installed_redirect.unwrap_or(settings.installed_terms_redirect);
    settings.terms_acceptor = order.acceptor.unwrap_or(settings.terms_acceptor);
    Ok(json!({}))
}

/// All tickets since the start, in the order in which they were given.
pub(super) fn tickets(google: &Google) -> Value {
    let now = google.now();
    let tickets = google.tickets();
    let shown = tickets.in_order().into_iter().map(|(id, ticket)| {
        let state = match (ticket.settled, ticket.has_expired(now)) {
            (true, _) => "settled",
            (false, true) => "expired",
            (false, false) => "open",
        };
        json!({
            "id": id,
            "display_name": ticket.display_name,
            "email": ticket.email,
            "redirect_uri": ticket.redirect_uri,
            "asked_at": ticket.asked_at,
            "state": state,
        })
    });
    json!({"tickets": shown.collect::<Vec<_>>()})
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpireOrder {
    ticket: Option<String>,
}

/// One ticket, or every one that is open.
pub(super) fn expire_tickets(google: &Google, body: Value) -> Answer {
    let order: ExpireOrder = read(body)?;
    let expired = google.tickets().expire(order.ticket.as_deref());
    match order.ticket {
        Some(_) if expired == 0 => Err("The sandbox has no such ticket.".to_owned()),
        _ => Ok(json!({"expired": expired})),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartnerOrder {
    project: Option<String>,
    approved: bool,
}

pub(super) fn set_partner(google: &Google, body: Value) -> Answer {
    let order: PartnerOrder = read(body)?;
    let project = order.project.unwrap_or_else(|| practice::PROJECT.to_owned());
    let mut settings = google.settings();
    if order.approved {
        settings.approved_partners.insert(project);
    } else {
        settings.approved_partners.remove(&project);
    }
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagManagerAccountOrder {
    email: String,
    name: String,
}

pub(super) fn add_tag_manager_account(google: &Google, body: Value) -> Answer {
    let order: TagManagerAccountOrder = read(body)?;
    if order.name.trim().is_empty() {
        return Err("The account needs a name.".to_owned());
    }
    let now = google.now();
    let id = google.tag_manager().add_account(&order.email, order.name.trim(), now);
    Ok(json!({"account_id": id.to_string(), "path": format!("accounts/{id}")}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompilerOrder {
    create_version: Option<bool>,
    publish: Option<bool>,
}

/// Whether Tag Manager's compiler fails whatever it is given: 200 with `compilerError`, and nothing is made or published.
pub(super) fn set_compiler(google: &Google, body: Value) -> Answer {
    let order: CompilerOrder = read(body)?;
    let mut model = google.tag_manager();
    let faults = &mut model.compiler;
    faults.create_version = order.create_version.unwrap_or(faults.create_version);
    faults.publish = order.publish.unwrap_or(faults.publish);
    Ok(json!({}))
}
