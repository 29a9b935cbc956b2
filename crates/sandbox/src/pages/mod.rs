//! The fake Google's pages: plain HTML, every field labelled, nothing needs a script, and each says that it is a sandbox.

mod consent;
mod tag_manager;
mod terms;

pub(crate) use consent::ConsentPage;
pub(crate) use tag_manager::AccountsPage;
pub(crate) use terms::{FRAGMENT_SCRIPT, TermsPage, choose_account, fragment_page, settled};

/// Text for HTML content and double-quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

const STYLE: &str = "
:root{color-scheme:light dark;--line:#767b85;--accent:#1f5fbf;--on-accent:#fff;--note:#fff4d6;--note-text:#4a3500}
@media(prefers-color-scheme:dark){:root{--line:#9aa0aa;--accent:#8ab4f8;--on-accent:#10213d;--note:#4a3a10;--note-text:#ffe9b0}}
body{font:16px/1.5 system-ui,sans-serif;margin:0}
main{max-width:34rem;margin:2rem auto;padding:0 1.25rem}
.sandbox{background:var(--note);color:var(--note-text);padding:.5rem 1.25rem;margin:0;text-align:center}
fieldset{border:1px solid var(--line);border-radius:8px;margin:1rem 0;padding:.75rem 1rem}
input[type=text]{font:inherit;padding:.4rem .6rem;border:1px solid var(--line);border-radius:6px;flex:1}
label{display:flex;gap:.6rem;align-items:baseline;padding:.3rem 0;overflow-wrap:anywhere}
button{font:inherit;padding:.5rem 1.4rem;border-radius:6px;border:1px solid var(--line);background:transparent;color:inherit;cursor:pointer}
button.first{background:var(--accent);color:var(--on-accent);border-color:var(--accent)}
.actions{display:flex;gap:.75rem;justify-content:flex-end;margin-top:1.25rem}
bdi,code{overflow-wrap:anywhere}
";

/// A whole page around `body`, which is HTML already.
fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title} - Gantry sandbox</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <p class=\"sandbox\" role=\"note\"><strong>Sandbox.</strong> This is a practice page, not Google.</p>\n\
         <main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
}

/// The page Google shows where it will not redirect.
pub(crate) fn refused(status: u16, code: &str, message: &str) -> String {
    let body = format!(
        "<p>{}</p>\n<p>If you are a developer of this app, see the error details.</p>\n<p><strong>Error {status}: {}</strong></p>",
        escape(message),
        escape(code)
    );
    page("Access blocked: authorization error", &body)
}

/// What stands at the base itself.
pub(crate) fn index(seed: &str) -> crate::http::ApiReply {
    let body = format!(
        "<p>A fake Google for practice and for tests, with the <code>{}</code> data. Every <code>https://HOST/PATH</code> of \
         Google\u{2019}s is served at <code>/HOST/PATH</code> here.</p>",
        escape(seed)
    );
    crate::http::ApiReply::html(200, page("Gantry sandbox", &body))
}
