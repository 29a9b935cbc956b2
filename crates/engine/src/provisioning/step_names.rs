//! The steps of a set-up in their order, with their names in the journal and the words for them.

use crate::dto::provisioning::ProvisionStep;

/// All steps, in order, with their names in the journal and what a person is told meanwhile.
pub(super) const STEPS: [(ProvisionStep, &str, &str); 20] = [
    (ProvisionStep::Ticket, "ticket", "Asking Google for an account ticket"),
    (ProvisionStep::Terms, "terms", "Waiting for the Terms of Service"),
    (ProvisionStep::Account, "account", "Looking for the new account"),
    (ProvisionStep::Property, "property", "Creating the property"),
    (ProvisionStep::DataStream, "data_stream", "Creating the web data stream"),
    (
        ProvisionStep::AppStreams,
        "app_streams",
        "Creating the app data streams",
    ),
    (
        ProvisionStep::EnhancedMeasurement,
        "enhanced_measurement",
        "Choosing what is measured by itself",
    ),
    (
        ProvisionStep::DataRetention,
        "data_retention",
        "Setting how long data is kept",
    ),
    (ProvisionStep::KeyEvents, "key_events", "Creating key events"),
    (
        ProvisionStep::CustomDimensions,
        "custom_dimensions",
        "Creating custom dimensions",
    ),
    (ProvisionStep::GoogleAdsLink, "google_ads_link", "Linking Google Ads"),
    (ProvisionStep::People, "people", "Giving people access"),
    (
        ProvisionStep::TagManagerAccount,
        "tag_manager_account",
        "Looking for a Tag Manager account",
    ),
    (ProvisionStep::Container, "container", "Creating the container"),
    (ProvisionStep::Workspace, "workspace", "Opening a workspace"),
    (ProvisionStep::Tags, "tags", "Writing tags"),
    (ProvisionStep::Version, "version", "Creating a version"),
    (ProvisionStep::Publish, "publish", "Publishing"),
    (ProvisionStep::Snippet, "snippet", "Fetching the snippet"),
    (ProvisionStep::Client, "client", "Adding it to the client"),
];

/// The step that is called so in the journal.
pub(super) fn named(name: &str) -> Option<ProvisionStep> {
    STEPS
        .iter()
        .find(|(_, known, _)| *known == name)
        .map(|(step, ..)| *step)
}

/// What the step is called in the journal.
pub(super) fn name(step: ProvisionStep) -> &'static str {
    STEPS[position(step)].1
}

/// What a person is told while the step is done.
pub(super) fn doing(step: ProvisionStep) -> &'static str {
    STEPS[position(step)].2
}

pub(super) fn position(step: ProvisionStep) -> usize {
    STEPS.iter().position(|(known, ..)| *known == step).unwrap_or_default()
}
