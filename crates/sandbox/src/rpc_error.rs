//! Google's error bodies: google.rpc.Status, the legacy list that v3 sends, and the HTML page of the front end.

use serde_json::{Value, json};

use crate::http::ApiReply;

/// A google.rpc.Status: `{"error":{"code","message","status","details"}}`.
pub fn status(code: u16, status: &str, message: &str, details: Vec<Value>) -> ApiReply {
    let mut error = json!({"code": code, "message": message, "status": status});
    if !details.is_empty() {
        error["details"] = Value::Array(details);
    }
    ApiReply::json(code, json!({"error": error}))
}

pub fn invalid_argument(message: &str) -> ApiReply {
    status(400, "INVALID_ARGUMENT", message, Vec::new())
}

/// 400 with a `google.rpc.BadRequest` naming the field, as the JSON transcoder answers.
pub fn bad_field(field: &str, description: &str) -> ApiReply {
    let mut violation = json!({"description": description});
    if !field.is_empty() {
        violation = json!({"field": field, "description": description});
    }
    let details = json!({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]});
    status(400, "INVALID_ARGUMENT", description, vec![details])
}

pub fn not_found(message: &str) -> ApiReply {
    status(404, "NOT_FOUND", message, Vec::new())
}

pub fn permission_denied(message: &str) -> ApiReply {
    status(403, "PERMISSION_DENIED", message, Vec::new())
}

/// 403 for a token whose scopes do not cover the method.
/// `rpc` is the full method, e.g. `google.analytics.admin.v1beta.AnalyticsAdminService.CreateProperty`.
pub fn insufficient_scopes(service: &str, rpc: &str) -> ApiReply {
    let details = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {"service": service, "method": rpc},
    });
    status(
        403,
        "PERMISSION_DENIED",
        "Request had insufficient authentication scopes.",
        vec![details],
    )
}

/// What was wrong with the credential of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCredential {
    Missing,
    Invalid,
}

/// 401 with `WWW-Authenticate`, with the legacy list beside the status where the API sends it (`legacy`).
pub fn unauthenticated(credential: BadCredential, service: &str, legacy: bool) -> ApiReply {
    let (message, reason, challenge) = match credential {
        BadCredential::Missing => (
            "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
            "CREDENTIALS_MISSING",
            r#"Bearer realm="https://accounts.google.com/""#,
        ),
        BadCredential::Invalid => (
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
            "ACCESS_TOKEN_INVALID",
            r#"Bearer realm="https://accounts.google.com/", error="invalid_token""#,
        ),
    };
    let details = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": service},
    });
    let mut reply = status(401, "UNAUTHENTICATED", message, vec![details]);
    if legacy && let crate::http::ReplyBody::Json(body) = &mut reply.body {
        let (old_reason, old_message) = match credential {
            BadCredential::Missing => ("required", "Login Required."),
            BadCredential::Invalid => ("authError", "Invalid Credentials"),
        };
        body["error"]["errors"] = json!([{
            "message": old_message, "domain": "global", "reason": old_reason,
            "location": "Authorization", "locationType": "header",
        }]);
    }
    reply.with_header("www-authenticate", challenge)
}

/// 403 for an API that is not switched on in the caller's project, with the page that switches it on; with the legacy list
/// beside the status where the API sends it (`legacy`).
pub fn service_disabled(service: &str, project: &str, legacy: bool) -> ApiReply {
    let page = format!("https://console.developers.google.com/apis/api/{service}/overview?project={project}");
    let message = format!(
        "{service} has not been used in project {project} before or it is disabled. Enable it by visiting {page} then retry. \
         If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
    );
    let info = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "SERVICE_DISABLED",
        "domain": "googleapis.com",
        "metadata": {
            "service": service,
            "consumer": format!("projects/{project}"),
            "containerInfo": project,
            "activationUrl": page,
        },
    });
    let help = json!({
        "@type": "type.googleapis.com/google.rpc.Help",
        "links": [{"description": "Google developers console API activation", "url": page}],
    });
    let mut reply = status(403, "PERMISSION_DENIED", &message, vec![info, help]);
    if legacy && let crate::http::ReplyBody::Json(body) = &mut reply.body {
        body["error"]["errors"] = json!([{
            "message": message, "domain": "usageLimits", "reason": "accessNotConfigured",
            "extendedHelp": "https://console.developers.google.com",
        }]);
    }
    reply
}

/// The v3 dialect: `{"error":{"errors":[{domain,reason,message}],"code","message"}}`.
pub fn legacy(code: u16, reason: &str, message: &str) -> ApiReply {
    let item = json!({"domain": "global", "reason": reason, "message": message});
    ApiReply::json(
        code,
        json!({"error": {"errors": [item], "code": code, "message": message}}),
    )
}

/// Google's front end answers an unknown path or a wrong verb with a page, never with JSON and never with 405.
pub fn html_not_found(path: &str) -> ApiReply {
    let path = crate::pages::escape(path);
    ApiReply::html(
        404,
        format!(
            "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error 404 (Not Found)!!1</title>\n  \
             <p><b>404.</b> <ins>That\u{2019}s an error.</ins>\n  <p>The requested URL <code>{path}</code> was not found on this server.  \
             <ins>That\u{2019}s all we know.</ins>\n"
        ),
    )
}
