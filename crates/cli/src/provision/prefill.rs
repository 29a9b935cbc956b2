//! What the website tells of the business, where the command line does not: as the window's form takes it.

use gantry_engine::dto::Nothing;
use gantry_engine::dto::sites::SiteRequest;
use gantry_engine::{Result, provisioning, sites, templates};

use super::one::Basics;
use crate::composition::Session;

/// Fills in what was not said, and says what was taken. Nothing is taken where the website cannot be looked at.
pub async fn from_website(basics: &mut Basics, session: &Session<'_>) -> Result<()> {
    let Some(address) = basics.website.clone().filter(|address| !address.trim().is_empty()) else {
        return Ok(());
    };
    let Ok(site) = sites::inspect(&session.engine, SiteRequest { address }).await else {
        // What is wrong with the address is told at its field.
        return Ok(());
    };
    if !site.reached {
        let why = site.problem.unwrap_or_default();
        session
            .output
            .note(&format!("Nothing could be taken from {}. {why}", site.address));
        return Ok(());
    }
    // What a template is made for comes before what a page suggests.
    let known = templates::list(&session.engine, Nothing {}).await?;
    let template = known
        .into_iter()
        .find(|known| Some(&known.template.name) == basics.template.as_ref());
    let property = template.map(|known| known.template.property).unwrap_or_default();
    let mut taken = Vec::new();
    if let Some(name) = site.name.or(site.title) {
        taken.push(format!("name {name:?}"));
        basics.account_name = Some(name);
    }
    let mut take = |field: &mut String, suggested: Option<String>, templates: &Option<String>, what: &str| {
        if let (true, None, Some(suggested)) = (field.is_empty(), templates, suggested) {
            taken.push(format!("{what} {suggested}"));
            *field = suggested;
        }
    };
    take(&mut basics.country, site.country, &property.country, "country");
    take(&mut basics.currency, site.currency, &property.currency, "currency");
    if basics.time_zone.is_none() && property.time_zone.is_none() {
        // No page tells it.
        session.output.note(&format!(
            "The time zone is this computer's, {}.",
            provisioning::system_time_zone()
        ));
    }
    session.output.note(&if taken.is_empty() {
        format!("{} tells nothing of the business.", site.address)
    } else {
        format!("Taken from {}: {}.", site.address, taken.join(", "))
    });
    Ok(())
}
