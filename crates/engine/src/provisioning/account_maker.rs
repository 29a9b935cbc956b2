//! Who makes the account: Google's Admin API, or the Provisioning API of Universal Analytics (v3), which is deprecated,
//! open by invitation only, and makes a property and a view of a kind that measures nothing any more.

use async_trait::async_trait;
use gantry_domain::permissions::ANALYTICS_PROVISION;
use google_apis::analytics_admin::{Account, ProvisionAccountTicketRequest};
use google_apis::provisioning_v3::{AccountTicket, AccountTreeRequest, Named, Profile, Webproperty};
use google_apis::{AnalyticsAdmin, Api, ApiError, ProvisioningV3, Transport};
use url::Url;

use super::choices::constant;
use crate::dto::provisioning::{Dialect, ProvisionRequest};
use crate::error::Result;

/// What came of asking.
pub(super) enum Asked {
    /// A ticket, with which a person accepts the Terms of Service.
    Ticket(String),
    /// The account itself; digits.
    Account {
        account_id: String,
        web_property_id: String,
        profile_id: String,
    },
}

/// One way of asking Google for an account. Unsafe: each call makes something.
#[async_trait]
pub(super) trait AccountMaker: Send + Sync {
    fn api(&self) -> Api;

    /// Whether a person has to accept the Terms of Service.
    fn asks_a_person(&self) -> bool {
        true
    }

    /// Whether a ticket may name no redirect address.
    fn does_without_redirect(&self) -> bool {
        false
    }

    async fn ask(&self, form: &ProvisionRequest, redirect_uri: Option<&str>) -> Result<Asked, ApiError>;

    /// The page that the person accepts on, signed in as the one who asked for the ticket.
    fn terms_link(&self, ticket: &str, email: &str) -> Result<Url>;
}

pub(super) fn of(dialect: Dialect, transport: &Transport) -> Box<dyn AccountMaker> {
    match dialect {
        Dialect::Ga4 => Box::new(Ga4(AnalyticsAdmin::new(transport))),
        Dialect::V3Ticket => Box::new(V3Ticket(ProvisioningV3::new(transport))),
        Dialect::V3Tree => Box::new(V3Tree(ProvisioningV3::new(transport))),
    }
}

/// The scope that a dialect needs besides those of permissions.
pub(super) fn scope(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Ga4 => None,
        Dialect::V3Ticket | Dialect::V3Tree => Some(ANALYTICS_PROVISION),
    }
}

const TERMS: &str = "https://analytics.google.com/analytics/web/?provisioningSignup=false";

fn terms_page(email: &str, fragment: &str) -> Result<Url> {
    let mut link = constant(TERMS)?;
    link.query_pairs_mut().append_pair("authuser", email);
    link.set_fragment(Some(fragment));
    Ok(link)
}

/// `accounts:provisionAccountTicket`
struct Ga4(AnalyticsAdmin);

#[async_trait]
impl AccountMaker for Ga4 {
    fn api(&self) -> Api {
        Api::AnalyticsAdmin
    }

    fn does_without_redirect(&self) -> bool {
        true
    }

    async fn ask(&self, form: &ProvisionRequest, redirect_uri: Option<&str>) -> Result<Asked, ApiError> {
        let request = ProvisionAccountTicketRequest {
            account: Account {
                display_name: form.account_name.clone(),
                region_code: form.country.clone(),
                ..Account::default()
            },
            redirect_uri: redirect_uri.unwrap_or_default().to_owned(),
        };
        let answer = self.0.provision_account_ticket(&request).await?;
        Ok(Asked::Ticket(answer.account_ticket_id))
    }

    fn terms_link(&self, ticket: &str, email: &str) -> Result<Url> {
        terms_page(email, &format!("/termsofservice/{ticket}"))
    }
}

/// The view that v3 makes besides: nobody looks at it.
const VIEW: &str = "All Web Site Data";

/// `createAccountTicket`
struct V3Ticket(ProvisioningV3);

#[async_trait]
impl AccountMaker for V3Ticket {
    fn api(&self) -> Api {
        Api::ProvisioningV3
    }

    async fn ask(&self, form: &ProvisionRequest, redirect_uri: Option<&str>) -> Result<Asked, ApiError> {
        let ticket = AccountTicket {
            account: Named {
                name: form.account_name.clone(),
                ..Named::default()
            },
            webproperty: Webproperty {
                name: form.property_name.clone(),
                website_url: form.website.clone(),
                ..Webproperty::default()
            },
            profile: Profile {
                name: VIEW.to_owned(),
                timezone: form.time_zone.clone(),
                ..Profile::default()
            },
            redirect_uri: redirect_uri.unwrap_or_default().to_owned(),
            ..AccountTicket::default()
        };
        let answer = self.0.create_account_ticket(&ticket).await?;
        Ok(Asked::Ticket(answer.id.unwrap_or_default()))
    }

    fn terms_link(&self, ticket: &str, email: &str) -> Result<Url> {
        terms_page(
            email,
            &format!("management/TermsOfService/?api.accountTicketId={ticket}"),
        )
    }
}

/// `createAccountTree`, for partners that Google has approved.
struct V3Tree(ProvisioningV3);

#[async_trait]
impl AccountMaker for V3Tree {
    fn api(&self) -> Api {
        Api::ProvisioningV3
    }

    fn asks_a_person(&self) -> bool {
        false
    }

    async fn ask(&self, form: &ProvisionRequest, _: Option<&str>) -> Result<Asked, ApiError> {
        let tree = AccountTreeRequest {
            account_name: form.account_name.clone(),
            webproperty_name: form.property_name.clone(),
            website_url: form.website.clone(),
            profile_name: VIEW.to_owned(),
            timezone: form.time_zone.clone(),
        };
        let made = self.0.create_account_tree(&tree).await?;
        Ok(Asked::Account {
            account_id: made.account.id,
            web_property_id: made.webproperty.id,
            profile_id: made.profile.id,
        })
    }

    fn terms_link(&self, _: &str, email: &str) -> Result<Url> {
        terms_page(email, "/")
    }
}
