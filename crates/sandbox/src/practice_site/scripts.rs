//! Stand-ins for `gtm.js` and `gtag/js`: they tell the sandbox of a visit, as Google's scripts tell Google.

use serde_json::json;

use super::collect::stream_of;
use crate::google::Google;
use crate::http::{ApiReply, ApiRequest, ReplyBody};
use crate::rpc_error;

/// What both have in common: the visitor's cookie, one site apart from the next, and the request.
const COMMON: &str = r#"
  var site = location.pathname.split("/")[1];
  function client() {
    var known = document.cookie.match(/(?:^|; )_ga=GA1\.1\.([0-9.]+)/);
    if (known) return known[1];
    var made = Math.floor(Math.random() * 2147483647) + "." + Math.floor(Date.now() / 1000);
    document.cookie = "_ga=GA1.1." + made + "; path=/" + site + "/; max-age=63072000; SameSite=Lax";
    return made;
  }
  function send(tag, event) {
    var fields = new URLSearchParams({
      v: "2", tid: tag, cid: client(), en: event, dl: location.href, dr: document.referrer, dt: document.title
    });
    fetch("/www.google-analytics.com/g/collect?" + fields, { method: "POST", mode: "no-cors", keepalive: true });
  }
"#;

/// `gtm.js?id=GTM-...`: what the live version's Google tags do. Google has none before a version is published.
pub(super) fn container(google: &Google, request: &ApiRequest) -> ApiReply {
    let id = request.param("id").unwrap_or_default();
    let Some(tags) = google.tag_manager().published_google_tags(id) else {
        return rpc_error::html_not_found(&request.path);
    };
    let (id, tags) = (json!(id), json!(tags));
    script(format!(
        "(function () {{\n  \"use strict\";\n  var loaded = window.google_tag_manager = window.google_tag_manager || {{}};\n  \
         if (loaded[{id}]) return;\n  loaded[{id}] = {{}};\n{COMMON}\n  \
         {tags}.forEach(function (tag) {{ send(tag, \"page_view\"); }});\n}})();\n"
    ))
}

/// `gtag/js?id=G-...`: obeys `config` and `event` of the data layer.
pub(super) fn google_tag(google: &Google, request: &ApiRequest) -> ApiReply {
    let id = request.param("id").unwrap_or_default();
    if stream_of(google, id).is_none() {
        return rpc_error::html_not_found(&request.path);
    }
    let id = json!(id);
    script(format!(
        "(function () {{\n  \"use strict\";\n  var loaded = window.google_tag_data = window.google_tag_data || {{}};\n  \
         if (loaded[{id}]) return;\n  loaded[{id}] = {{}};\n{COMMON}\n  \
         function obey(command) {{\n    if (!command) return;\n    \
         if (command[0] === \"config\" && command[1] === {id}) send({id}, \"page_view\");\n    \
         if (command[0] === \"event\" && typeof command[1] === \"string\") send({id}, command[1]);\n  }}\n  \
         var layer = window.dataLayer = window.dataLayer || [], push = layer.push;\n  \
         Array.prototype.forEach.call(layer, obey);\n  \
         layer.push = function () {{\n    Array.prototype.forEach.call(arguments, obey);\n    \
         return push.apply(layer, arguments);\n  }};\n}})();\n"
    ))
}

fn script(text: String) -> ApiReply {
    ApiReply {
        status: 200,
        headers: vec![("cache-control".to_owned(), "no-store".to_owned())],
        body: ReplyBody::Bytes {
            content_type: "application/javascript; charset=UTF-8",
            bytes: text.into(),
        },
    }
}
