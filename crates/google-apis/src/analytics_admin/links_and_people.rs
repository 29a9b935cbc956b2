//! Whom a property is shared with: Google Ads accounts, people and service accounts.

use futures_util::stream::Stream;
use serde::Serialize;

use super::{AccessBinding, AccessBindings, AnalyticsAdmin, GoogleAdsLink, GoogleAdsLinks, list};
use crate::call::{Api, Call};
use crate::error::ApiError;
use crate::paging::pages;

#[derive(Serialize)]
struct BatchCreate<'a> {
    requests: Vec<CreateBinding<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateBinding<'a> {
    parent: &'a str,
    access_binding: &'a AccessBinding,
}

impl AnalyticsAdmin {
    /// Unsafe, though a second link to the same customer is refused.
    pub async fn create_google_ads_link(
        &self,
        property: &str,
        link: &GoogleAdsLink,
    ) -> Result<GoogleAdsLink, ApiError> {
        let path = format!("v1beta/{property}/googleAdsLinks");
        let method = "analyticsadmin.properties.googleAdsLinks.create";
        self.transport
            .send(&Call::create(Api::AnalyticsAdmin, method, &path, link))
            .await
    }

    /// The Google Ads links of a property.
    pub fn google_ads_links(
        &self,
        property: &str,
    ) -> impl Stream<Item = Result<Vec<GoogleAdsLink>, ApiError>> + Send + use<> {
        let path = format!("v1beta/{property}/googleAdsLinks");
        pages::<GoogleAdsLinks>(
            &self.transport,
            list("analyticsadmin.properties.googleAdsLinks.list", &path),
        )
    }

    /// v1alpha. Who has which role on `parent`, an account or a property.
    pub fn access_bindings(
        &self,
        parent: &str,
    ) -> impl Stream<Item = Result<Vec<AccessBinding>, ApiError>> + Send + use<> {
        let method = if parent.starts_with("properties/") {
            "analyticsadmin.properties.accessBindings.list"
        } else {
            "analyticsadmin.accounts.accessBindings.list"
        };
        pages::<AccessBindings>(
            &self.transport,
            list(method, &format!("v1alpha/{parent}/accessBindings")),
        )
    }

    /// v1alpha. Gives roles on a property (`properties/2`), to at most 1,000 at once: all of them or, where one is refused,
    /// none. Unsafe, though a second binding of the same user is refused.
    pub async fn create_access_bindings(
        &self,
        property: &str,
        bindings: &[AccessBinding],
    ) -> Result<Vec<AccessBinding>, ApiError> {
        let path = format!("v1alpha/{property}/accessBindings:batchCreate");
        let method = "analyticsadmin.properties.accessBindings.batchCreate";
        let requests = bindings.iter().map(|access_binding| CreateBinding {
            parent: property,
            access_binding,
        });
        let body = BatchCreate {
            requests: requests.collect(),
        };
        let call = Call::create(Api::AnalyticsAdmin, method, &path, &body);
        Ok(self.transport.send::<AccessBindings>(&call).await?.items)
    }
}
