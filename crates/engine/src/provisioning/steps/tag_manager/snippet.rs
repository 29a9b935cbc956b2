//! What the site has to contain so that the container runs on it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::super::journal::Journal;
use super::super::incomplete;
use super::Work;
use crate::connections::Session;
use crate::dto::provisioning::{ContainerMade, ProvisionStep};
use crate::error::Result;

/// The snippet, as the journal has it.
#[derive(Debug, Serialize, Deserialize)]
struct Snippet {
    snippet: String,
    noscript: Option<String>,
}

/// What to paste: for the head, and for right after the opening body tag. One call.
pub(in super::super) async fn snippet(
    journal: &Journal<'_>,
    session: &Session,
    container: &ContainerMade,
) -> Result<(String, Option<String>)> {
    let work = Work::new(journal, session);
    let step = ProvisionStep::Snippet;
    if let Some(Snippet { snippet, noscript }) = work.done(step).await? {
        return Ok((snippet, noscript));
    }
    let path = format!(
        "accounts/{}/containers/{}",
        container.account_id, container.container_id
    );
    journal.sending(step, json!({ "container": path })).await?;
    work.spent();
    let answer = work.api.snippet(&path).await;
    let whole = work.explained(&path, answer).await?.snippet;
    let (head, noscript) = split(&whole);
    if head.is_empty() {
        return Err(incomplete("snippet"));
    }
    let noscript = noscript.unwrap_or_else(|| without_scripts(&container.public_id));
    let made = Snippet {
        snippet: head,
        noscript: Some(noscript),
    };
    journal.made(step, json!(made)).await?;
    Ok((made.snippet, made.noscript))
}

/// Google gives both parts in one text: the second begins with the comment before `<noscript>`, or with that itself.
fn split(whole: &str) -> (String, Option<String>) {
    let Some(tag) = whole.find("<noscript") else {
        return (whole.trim().to_owned(), None);
    };
    let comment = whole[..tag]
        .rfind("<!--")
        .filter(|from| whole[*from..tag].trim_end().ends_with("-->") && whole[*from..tag].matches("-->").count() == 1)
        // A comment that ends the part before is not ours.
        .filter(|from| whole[*from..tag].to_ascii_lowercase().contains("noscript"));
    let at = comment.unwrap_or(tag);
    (whole[..at].trim().to_owned(), Some(whole[at..].trim().to_owned()))
}

/// As Tag Manager's own page shows it (<https://developers.google.com/tag-platform/tag-manager/web>).
fn without_scripts(public_id: &str) -> String {
    format!(
        "<!-- Google Tag Manager (noscript) -->\n<noscript><iframe src=\"https://www.googletagmanager.com/ns.html?id={public_id}\"\n\
         height=\"0\" width=\"0\" style=\"display:none;visibility:hidden\"></iframe></noscript>\n\
         <!-- End Google Tag Manager (noscript) -->"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<!-- Google Tag Manager -->\n<script>1</script>\n<!-- End Google Tag Manager -->";

    #[test]
    fn both_parts_are_told_apart_with_their_comments() {
        let body = without_scripts("GTM-A");
        assert_eq!(split(&format!("{HEAD}\n\n{body}\n")), (HEAD.to_owned(), Some(body)));
        let bare = "<noscript><iframe></iframe></noscript>";
        assert_eq!(
            split(&format!("{HEAD}\n{bare}")),
            (HEAD.to_owned(), Some(bare.to_owned()))
        );
    }

    #[test]
    fn a_head_alone_stays_whole() {
        assert_eq!(split(&format!("\n{HEAD}\n")), (HEAD.to_owned(), None));
    }
}
