//! The pages of a practice site: a small business's home page, and the fake site builder at `/_edit`.

use super::Site;
use crate::google::Google;
use crate::http::{ApiReply, ApiRequest};
use crate::pages::escape;

const STYLE: &str = "
:root{color-scheme:light dark;--line:#767b85;--accent:#1f5fbf;--on-accent:#fff;--soft:#f3f1ea;--note:#fff4d6;--note-text:#4a3500}
@media(prefers-color-scheme:dark){:root{--line:#9aa0aa;--accent:#8ab4f8;--on-accent:#10213d;--soft:#26282c;--note:#4a3a10;--note-text:#ffe9b0}}
body{font:17px/1.6 system-ui,sans-serif;margin:0}
.sandbox{background:var(--note);color:var(--note-text);padding:.4rem 1.25rem;margin:0;text-align:center;font-size:.85rem}
header,main,footer{max-width:44rem;margin:0 auto;padding:1rem 1.25rem}
header{display:flex;gap:1.5rem;align-items:baseline;flex-wrap:wrap}
header strong{font-size:1.25rem;margin-inline-end:auto}
a{color:var(--accent)}
.welcome{background:var(--soft);padding:2.5rem 1.5rem;border-radius:12px}
h1{margin:0 0 .5rem;line-height:1.2}
footer{border-top:1px solid var(--line);font-size:.9rem}
label{display:block;font-weight:600;margin:1.25rem 0 .3rem}
textarea{box-sizing:border-box;width:100%;min-height:11rem;font:13px/1.5 ui-monospace,monospace;padding:.6rem;border:1px solid var(--line);border-radius:8px}
button{font:inherit;padding:.5rem 1.6rem;border-radius:6px;border:1px solid var(--accent);background:var(--accent);color:var(--on-accent);cursor:pointer;margin-top:1rem}
";

/// Scripts that the owner pastes run, as they do on a real site; everything stays below the base.
const SITE_POLICY: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
                           img-src 'self' data:; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
/// The builder runs no script at all.
const EDITOR_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// What one box of the builder takes, in bytes.
const LONGEST_CODE: usize = 100_000;

/// `harbour-bakery.example` is called "Harbour Bakery".
fn name_of(host: &str) -> String {
    let host = host.strip_prefix("www.").unwrap_or(host);
    let label = host.split('.').next().unwrap_or(host);
    let words = label.split('-').filter(|word| !word.is_empty()).map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A page as visitors get it.
pub(super) fn page(google: &Google, host: &str, path: &str) -> ApiReply {
    let site = google.practice_sites().sites.get(host).cloned().unwrap_or_default();
    if let Some(to) = &site.redirect {
        return ApiReply::redirect(to);
    }
    let name = site.title.clone().unwrap_or_else(|| name_of(host));
    let (status, title, heading, text) = match path {
        "/" => (
            200,
            name.clone(),
            format!("Welcome to {name}"),
            "Good things, made with care, around the corner from you. Come in: we are open from Tuesday to Saturday.",
        ),
        "/about" => (
            200,
            format!("About us | {name}"),
            "About us".to_owned(),
            "A small family business since 1987, with six people, two of them called Kim.",
        ),
        "/contact" => (
            200,
            format!("Contact | {name}"),
            "Contact".to_owned(),
            "Write to us or drop by. We answer within a day.",
        ),
        _ => (
            404,
            format!("Page not found | {name}"),
            "Page not found".to_owned(),
            "There is nothing at this address.",
        ),
    };
    let body = format!(
        "<header><strong>{}</strong> <a href=\"/{host}/\">Home</a> <a href=\"/{host}/about\">About us</a> \
         <a href=\"/{host}/contact\">Contact</a></header>\n<main><div class=\"welcome\"><h1>{}</h1>\n<p>{text}</p></div></main>\n\
         <footer>{} \u{b7} <a href=\"/{host}/_edit\">Edit this website</a></footer>",
        escape(&name),
        escape(&heading),
        escape(host),
        host = escape(host),
    );
    ApiReply::html(status, document(&site, &title, &body)).with_header("content-security-policy", SITE_POLICY)
}

fn document(site: &Site, title: &str, body: &str) -> String {
    let language = site.language.as_deref().unwrap_or("en");
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n{}\n</head>\n<body>\n{}\n\
         <p class=\"sandbox\" role=\"note\"><strong>Sandbox.</strong> A practice website on this computer.</p>\n{body}\n</body>\n</html>\n",
        escape(language),
        escape(title),
        below_the_base(&site.head),
        below_the_base(&site.after_body),
    )
}

/// Google's tags are fetched from the sandbox, and so report to it.
fn below_the_base(code: &str) -> String {
    let mut dialled = code.to_owned();
    for host in ["www.googletagmanager.com", "www.google-analytics.com"] {
        dialled = dialled.replace(&format!("https://{host}/"), &format!("/{host}/"));
        dialled = dialled.replace(&format!("\"//{host}/"), &format!("\"/{host}/"));
    }
    dialled
}

/// The fake site builder.
pub(super) fn editor(google: &Google, host: &str, saved: bool) -> ApiReply {
    let site = google.practice_sites().sites.get(host).cloned().unwrap_or_default();
    let note = if saved {
        "<p role=\"status\">Saved. The code is on every page of the site.</p>\n"
    } else {
        ""
    };
    let body = format!(
        "<header><strong>Edit {name}</strong> <a href=\"/{host}/\">Look at the website</a></header>\n<main>\n{note}\
         <form method=\"post\" action=\"/{host}/_edit\">\n<label for=\"head\">Code for the head</label>\n\
         <textarea id=\"head\" name=\"head\" spellcheck=\"false\">\n{head}</textarea>\n\
         <label for=\"after_body\">Code after body</label>\n\
         <textarea id=\"after_body\" name=\"after_body\" spellcheck=\"false\">\n{after_body}</textarea>\n\
         <button type=\"submit\">Save</button>\n</form>\n</main>",
        name = escape(&name_of(host)),
        host = escape(host),
        head = escape(&site.head),
        after_body = escape(&site.after_body),
    );
    let title = format!("Edit {} - site builder", name_of(host));
    ApiReply::html(200, document(&Site::default(), &title, &body)).with_header("content-security-policy", EDITOR_POLICY)
}

/// Saves what was typed. Only the builder's own page may: a page from elsewhere could plant a script here.
pub(super) fn save(google: &Google, host: &str, request: &ApiRequest) -> ApiReply {
    let own = request.header("host").map(|own| format!("http://{own}"));
    let foreign = request
        .header("origin")
        .is_some_and(|origin| Some(origin) != own.as_deref());
    if foreign {
        return ApiReply::html(
            403,
            "<!DOCTYPE html><title>Forbidden</title><p>Save it from the page itself.".to_owned(),
        );
    }
    let form = request.form();
    // Browsers send line breaks as CR LF.
    let typed = |name: &str| {
        let found = form.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.replace("\r\n", "\n"))
    };
    let (head, after_body) = (
        typed("head").unwrap_or_default(),
        typed("after_body").unwrap_or_default(),
    );
    if head.len() > LONGEST_CODE || after_body.len() > LONGEST_CODE {
        return ApiReply::html(
            413,
            "<!DOCTYPE html><title>Too long</title><p>That is too much code.".to_owned(),
        );
    }
    {
        let mut model = google.practice_sites();
        let site = model.sites.entry(host.to_owned()).or_default();
        site.head = head;
        site.after_body = after_body;
    }
    editor(google, host, true)
}

/// `ns.html`: what browsers without scripts are shown of a container.
pub(super) fn noscript() -> ApiReply {
    ApiReply::html(
        200,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>ns</title>\n</head>\n<body></body>\n</html>\n".to_owned(),
    )
}
