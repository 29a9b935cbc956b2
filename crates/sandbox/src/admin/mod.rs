//! Analytics Admin API v1beta, and the v1alpha methods that a set-up needs (discovery documents `analyticsadmin.v1beta` and
//! `analyticsadmin.v1alpha`). One table says which path, verb and scopes make which method.

mod access_bindings;
mod accounts;
mod call;
mod custom_dimensions;
mod data_streams;
mod fields;
mod google_ads_links;
mod key_events;
mod paging;
mod properties;
mod stream_settings;

use serde_json::Value;

use self::call::Call;
use crate::{
    google::Google,
    http::{ApiReply, ApiRequest, Caller},
    rpc_error,
};

type Handler = fn(&Call<'_>) -> Result<Value, ApiReply>;

struct Method {
    /// Served under v1alpha alone.
    alpha: bool,
    verb: &'static str,
    /// After the version; `*` is one numeric id. A custom verb follows a colon.
    template: &'static str,
    /// The RPC's name in google.analytics.admin.
    rpc: &'static str,
    /// Any one of these is enough.
    scopes: &'static [&'static str],
    handler: Handler,
}

/// What every method of a transcoded API takes in the query.
const EVERYWHERE: [&str; 11] = [
    "$.xgafv",
    "access_token",
    "alt",
    "callback",
    "fields",
    "key",
    "oauth_token",
    "prettyPrint",
    "quotaUser",
    "uploadType",
    "upload_protocol",
];

impl Method {
    /// Whether the method has this query parameter, in camelCase or snake_case, or it is one of the system's.
    fn takes(&self, parameter: &str) -> bool {
        let parameter = parameter
            .strip_prefix('$')
            .filter(|name| *name != ".xgafv")
            .unwrap_or(parameter);
        let listing = self.rpc.starts_with("List");
        let known = match fields::camel_case(parameter).as_str() {
            "pageSize" | "pageToken" => listing,
            "showDeleted" => matches!(self.rpc, "ListAccounts" | "ListProperties"),
            "filter" => self.rpc == "ListProperties",
            "updateMask" => self.verb == "PATCH" && self.rpc != "UpdateAccessBinding",
            "names" => self.rpc == "BatchGetAccessBindings",
            _ => false,
        };
        known || EVERYWHERE.contains(&parameter)
    }
}

const READ: &[&str] = &["analytics.edit", "analytics.readonly"];
const WRITE: &[&str] = &["analytics.edit"];
const USERS: &[&str] = &["analytics.manage.users"];
const USERS_READ: &[&str] = &["analytics.manage.users", "analytics.manage.users.readonly"];

const fn beta(
    verb: &'static str,
    template: &'static str,
    rpc: &'static str,
    scopes: &'static [&'static str],
    handler: Handler,
) -> Method {
    Method {
        alpha: false,
        verb,
        template,
        rpc,
        scopes,
        handler,
    }
}

const fn alpha(
    verb: &'static str,
    template: &'static str,
    rpc: &'static str,
    scopes: &'static [&'static str],
    handler: Handler,
) -> Method {
    Method {
        alpha: true,
        verb,
        template,
        rpc,
        scopes,
        handler,
    }
}

const STREAM: &str = "properties/*/dataStreams/*";

#[rustfmt::skip]
const METHODS: &[Method] = &[
    beta("GET", "accountSummaries", "ListAccountSummaries", READ, accounts::summaries),
    beta("GET", "accounts", "ListAccounts", READ, accounts::list),
    beta("POST", "accounts:provisionAccountTicket", "ProvisionAccountTicket", WRITE, accounts::provision_account_ticket),
    beta("GET", "accounts/*", "GetAccount", READ, accounts::get),
    beta("PATCH", "accounts/*", "UpdateAccount", WRITE, accounts::patch),
    beta("DELETE", "accounts/*", "DeleteAccount", WRITE, accounts::delete),
    beta("GET", "accounts/*/dataSharingSettings", "GetDataSharingSettings", READ, accounts::data_sharing_settings),
    beta("GET", "properties", "ListProperties", READ, properties::list),
    beta("POST", "properties", "CreateProperty", WRITE, properties::create),
    beta("GET", "properties/*", "GetProperty", READ, properties::get),
    beta("PATCH", "properties/*", "UpdateProperty", WRITE, properties::patch),
    beta("DELETE", "properties/*", "DeleteProperty", WRITE, properties::delete),
    beta("GET", "properties/*/dataRetentionSettings", "GetDataRetentionSettings", READ, properties::retention),
    beta("PATCH", "properties/*/dataRetentionSettings", "UpdateDataRetentionSettings", WRITE, properties::patch_retention),
    beta("GET", "properties/*/dataStreams", "ListDataStreams", READ, data_streams::list),
    beta("POST", "properties/*/dataStreams", "CreateDataStream", WRITE, data_streams::create),
    beta("GET", STREAM, "GetDataStream", READ, data_streams::get),
    beta("PATCH", STREAM, "UpdateDataStream", WRITE, data_streams::patch),
    beta("DELETE", STREAM, "DeleteDataStream", WRITE, data_streams::delete),
    beta("GET", "properties/*/keyEvents", "ListKeyEvents", READ, key_events::list),
    beta("POST", "properties/*/keyEvents", "CreateKeyEvent", WRITE, key_events::create),
    beta("GET", "properties/*/keyEvents/*", "GetKeyEvent", READ, key_events::get),
    beta("PATCH", "properties/*/keyEvents/*", "UpdateKeyEvent", WRITE, key_events::patch),
    beta("DELETE", "properties/*/keyEvents/*", "DeleteKeyEvent", WRITE, key_events::delete),
    beta("GET", "properties/*/customDimensions", "ListCustomDimensions", READ, custom_dimensions::list),
    beta("POST", "properties/*/customDimensions", "CreateCustomDimension", WRITE, custom_dimensions::create),
    beta("GET", "properties/*/customDimensions/*", "GetCustomDimension", READ, custom_dimensions::get),
    beta("PATCH", "properties/*/customDimensions/*", "UpdateCustomDimension", WRITE, custom_dimensions::patch),
    beta("POST", "properties/*/customDimensions/*:archive", "ArchiveCustomDimension", WRITE, custom_dimensions::archive),
    beta("GET", "properties/*/googleAdsLinks", "ListGoogleAdsLinks", READ, google_ads_links::list),
    beta("POST", "properties/*/googleAdsLinks", "CreateGoogleAdsLink", WRITE, google_ads_links::create),
    beta("PATCH", "properties/*/googleAdsLinks/*", "UpdateGoogleAdsLink", WRITE, google_ads_links::patch),
    beta("DELETE", "properties/*/googleAdsLinks/*", "DeleteGoogleAdsLink", WRITE, google_ads_links::delete),
    alpha("GET", "properties/*/dataStreams/*/enhancedMeasurementSettings", "GetEnhancedMeasurementSettings", READ, stream_settings::get),
    alpha("PATCH", "properties/*/dataStreams/*/enhancedMeasurementSettings", "UpdateEnhancedMeasurementSettings", WRITE, stream_settings::patch),
    alpha("GET", "properties/*/dataStreams/*/globalSiteTag", "GetGlobalSiteTag", READ, stream_settings::global_site_tag),
    alpha("GET", "accounts/*/accessBindings", "ListAccessBindings", USERS_READ, access_bindings::list),
    alpha("GET", "properties/*/accessBindings", "ListAccessBindings", USERS_READ, access_bindings::list),
    alpha("POST", "accounts/*/accessBindings", "CreateAccessBinding", USERS, access_bindings::create),
    alpha("POST", "properties/*/accessBindings", "CreateAccessBinding", USERS, access_bindings::create),
    alpha("GET", "accounts/*/accessBindings:batchGet", "BatchGetAccessBindings", USERS_READ, access_bindings::batch_get),
    alpha("GET", "properties/*/accessBindings:batchGet", "BatchGetAccessBindings", USERS_READ, access_bindings::batch_get),
    alpha("POST", "accounts/*/accessBindings:batchCreate", "BatchCreateAccessBindings", USERS, access_bindings::batch_create),
    alpha("POST", "properties/*/accessBindings:batchCreate", "BatchCreateAccessBindings", USERS, access_bindings::batch_create),
    alpha("POST", "accounts/*/accessBindings:batchUpdate", "BatchUpdateAccessBindings", USERS, access_bindings::batch_update),
    alpha("POST", "properties/*/accessBindings:batchUpdate", "BatchUpdateAccessBindings", USERS, access_bindings::batch_update),
    alpha("POST", "accounts/*/accessBindings:batchDelete", "BatchDeleteAccessBindings", USERS, access_bindings::batch_delete),
    alpha("POST", "properties/*/accessBindings:batchDelete", "BatchDeleteAccessBindings", USERS, access_bindings::batch_delete),
    alpha("GET", "accounts/*/accessBindings/*", "GetAccessBinding", USERS_READ, access_bindings::get),
    alpha("GET", "properties/*/accessBindings/*", "GetAccessBinding", USERS_READ, access_bindings::get),
    alpha("PATCH", "accounts/*/accessBindings/*", "UpdateAccessBinding", USERS, access_bindings::patch),
    alpha("PATCH", "properties/*/accessBindings/*", "UpdateAccessBinding", USERS, access_bindings::patch),
    alpha("DELETE", "accounts/*/accessBindings/*", "DeleteAccessBinding", USERS, access_bindings::delete),
    alpha("DELETE", "properties/*/accessBindings/*", "DeleteAccessBinding", USERS, access_bindings::delete),
];

/// The method that a request names, with the ids of its path.
pub(crate) struct Found {
    method: &'static Method,
    version: &'static str,
    ids: Vec<u64>,
}

/// `None` where Google's front end would answer its HTML page.
pub(crate) fn find(request: &ApiRequest) -> Option<Found> {
    let (version, rest) = request.path.trim_start_matches('/').split_once('/')?;
    let version = match version {
        "v1beta" => "v1beta",
        "v1alpha" => "v1alpha",
        _ => return None,
    };
    METHODS
        .iter()
        .filter(|method| method.verb == request.method.as_str() && (!method.alpha || version == "v1alpha"))
        .find_map(|method| match_template(method.template, rest).map(|ids| Found { method, version, ids }))
}

fn match_template(template: &str, path: &str) -> Option<Vec<u64>> {
    let (template, wanted_verb) = split_verb(template);
    let (path, verb) = split_verb(path);
    if wanted_verb != verb {
        return None;
    }
    let mut ids = Vec::new();
    let mut wanted = template.split('/');
    let mut given = path.split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(ids),
            // A name that is no number is nobody's: id 0 exists nowhere.
            (Some("*"), Some(id)) if !id.is_empty() => ids.push(id.parse().unwrap_or(0)),
            (Some(want), Some(have)) if want == have => {}
            _ => return None,
        }
    }
}

fn split_verb(path: &str) -> (&str, Option<&str>) {
    match path.split_once(':') {
        Some((path, verb)) => (path, Some(verb)),
        None => (path, None),
    }
}

pub(crate) fn handle(google: &Google, caller: &Caller, request: &ApiRequest, found: &Found) -> ApiReply {
    // The old `analytics` scope includes reading; it is not in the documents of this API and grants nothing here.
    if !caller.has_any_scope(found.method.scopes) {
        let rpc = format!(
            "google.analytics.admin.{}.AnalyticsAdminService.{}",
            found.version, found.method.rpc
        );
        return rpc_error::insufficient_scopes("analyticsadmin.googleapis.com", &rpc);
    }
    if let Some((name, _)) = request.query.iter().find(|(name, _)| !found.method.takes(name)) {
        let description = format!(
            "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not be \
             found in request message."
        );
        return rpc_error::bad_field("", &description);
    }
    let Ok(body) = request.json() else {
        return rpc_error::invalid_argument("Invalid JSON payload received. Unexpected token.");
    };
    let call = Call {
        google,
        caller,
        request,
        body,
        ids: &found.ids,
    };
    match (found.method.handler)(&call) {
        Ok(answer) => ApiReply::ok(answer),
        Err(refusal) => refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_takes_its_own_parameters_and_the_systems() {
        let method = |rpc: &str| METHODS.iter().find(|method| method.rpc == rpc).unwrap();
        assert!(method("ListAccounts").takes("pageSize") && method("ListAccounts").takes("page_size"));
        assert!(method("ListAccounts").takes("$alt") && method("GetAccount").takes("prettyPrint"));
        assert!(!method("GetAccount").takes("pageSize") && !method("ListAccounts").takes("filter"));
        assert!(method("UpdateProperty").takes("updateMask") && !method("CreateProperty").takes("updateMask"));
    }

    #[test]
    fn templates_match_whole_paths_and_their_verbs() {
        assert_eq!(match_template("accounts/*", "accounts/12"), Some(vec![12]));
        assert_eq!(match_template("accounts/*", "accounts/12/x"), None);
        assert_eq!(match_template("accounts/*", "accounts/"), None);
        assert_eq!(match_template("accounts/*", "accounts/abc"), Some(vec![0]));
        assert_eq!(match_template("accounts:go", "accounts:go"), Some(vec![]));
        assert_eq!(match_template("accounts", "accounts:go"), None);
        assert_eq!(match_template("a/*/b/*:archive", "a/1/b/2:archive"), Some(vec![1, 2]));
    }
}
