//! What each of Google's methods does, in words.

/// What a request did, as the end of the sentence "Gantry ...", by its method's id.
const DID: &[(&str, &str)] = &[
    (
        "analytics.provisioning.createAccountTicket",
        "asked for a ticket to create an Analytics account",
    ),
    (
        "analyticsadmin.accountSummaries.list",
        "listed the Analytics accounts and properties in reach",
    ),
    (
        "analyticsadmin.accounts.accessBindings.list",
        "listed the people of an Analytics account",
    ),
    (
        "analyticsadmin.accounts.delete",
        "moved an Analytics account to the trash",
    ),
    ("analyticsadmin.accounts.get", "read an Analytics account"),
    ("analyticsadmin.accounts.list", "listed the Analytics accounts"),
    (
        "analyticsadmin.accounts.provisionAccountTicket",
        "asked for a ticket to create an Analytics account",
    ),
    (
        "analyticsadmin.properties.accessBindings.list",
        "listed the people of a property",
    ),
    ("analyticsadmin.properties.create", "created a property"),
    (
        "analyticsadmin.properties.customDimensions.create",
        "created a custom dimension",
    ),
    (
        "analyticsadmin.properties.customDimensions.list",
        "listed a property's custom dimensions",
    ),
    ("analyticsadmin.properties.dataStreams.create", "created a data stream"),
    (
        "analyticsadmin.properties.dataStreams.getEnhancedMeasurementSettings",
        "read a data stream's enhanced measurement",
    ),
    (
        "analyticsadmin.properties.dataStreams.getGlobalSiteTag",
        "read a data stream's Google tag",
    ),
    (
        "analyticsadmin.properties.dataStreams.list",
        "listed a property's data streams",
    ),
    (
        "analyticsadmin.properties.dataStreams.updateEnhancedMeasurementSettings",
        "changed a data stream's enhanced measurement",
    ),
    ("analyticsadmin.properties.delete", "moved a property to the trash"),
    ("analyticsadmin.properties.get", "read a property"),
    (
        "analyticsadmin.properties.getDataRetentionSettings",
        "read how long a property keeps its data",
    ),
    ("analyticsadmin.properties.keyEvents.create", "created a key event"),
    (
        "analyticsadmin.properties.keyEvents.list",
        "listed a property's key events",
    ),
    ("analyticsadmin.properties.list", "listed an account's properties"),
    ("analyticsadmin.properties.patch", "changed a property"),
    (
        "analyticsadmin.properties.updateDataRetentionSettings",
        "changed how long a property keeps its data",
    ),
    (
        "analyticsdata.properties.batchRunReports",
        "asked for several reports at once",
    ),
    (
        "analyticsdata.properties.checkCompatibility",
        "asked which fields go together",
    ),
    (
        "analyticsdata.properties.getMetadata",
        "read which fields a property has",
    ),
    (
        "analyticsdata.properties.runRealtimeReport",
        "asked who is on the site now",
    ),
    ("analyticsdata.properties.runReport", "asked for a report"),
    (
        "oauth2.assertion",
        "asked for an access token with a service account's key",
    ),
    ("oauth2.exchangeCode", "finished a sign-in"),
    ("oauth2.refresh", "asked for a new access token"),
    ("oauth2.revoke", "gave a sign-in back to Google"),
    ("oauth2.userinfo", "asked who has signed in"),
    ("tagmanager.accounts.containers.delete", "deleted a container"),
    ("tagmanager.accounts.containers.get", "read a container"),
    ("tagmanager.accounts.containers.list", "listed an account's containers"),
    (
        "tagmanager.accounts.containers.lookup",
        "looked a container up by its tag",
    ),
    ("tagmanager.accounts.containers.snippet", "read a container's snippet"),
    (
        "tagmanager.accounts.containers.versions.live",
        "read a container's live version",
    ),
    (
        "tagmanager.accounts.containers.workspaces.getStatus",
        "read what changed in a workspace",
    ),
    (
        "tagmanager.accounts.containers.workspaces.list",
        "listed a container's workspaces",
    ),
    ("tagmanager.accounts.get", "read a Tag Manager account"),
    ("tagmanager.accounts.list", "listed the Tag Manager accounts"),
];

/// The method's id and what it did; an id that is not known gives nothing.
pub(super) fn known(method: &str) -> Option<(&'static str, &'static str)> {
    let at = DID.binary_search_by_key(&method, |(id, _)| id).ok()?;
    DID.get(at).copied()
}

/// The API's name for people.
pub(super) fn api(method: &str) -> &'static str {
    match method.split('.').next() {
        Some("tagmanager") => "Tag Manager",
        Some("analyticsdata") => "Data API",
        Some("analyticsadmin") => "Admin API",
        Some("analytics") => "Analytics v3",
        Some("oauth2") => "Sign-in",
        _ => "Google",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_in_order_so_that_they_are_found() {
        assert!(DID.is_sorted_by_key(|(id, _)| *id));
        for (id, did) in DID {
            assert_eq!(known(id), Some((*id, *did)));
            assert_ne!(api(id), "Google");
        }
        assert_eq!(known("tagmanager.accounts.unheardOf"), None);
    }
}
