//! The snippet, and the proof that data arrives.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dto::LinkView;

/// The snippet and where to paste it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SnippetView {
    /// HTML for the site's `<head>`.
    pub head: String,
    /// HTML for right after `<body>`.
    pub noscript: Option<String>,
    /// `GTM-...` or `G-...`, whichever the snippet loads.
    pub tag_id: String,
    pub guides: Vec<BuilderGuide>,
    /// Text of an e-mail to whoever looks after the site.
    pub email_subject: String,
    pub email_text: String,
    pub site: Option<LinkView>,
}

/// How to paste the snippet into what the site is made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BuilderGuide {
    /// `wordpress`, `shopify`, `wix`, `squarespace`, `html` ...
    pub builder: String,
    pub title: String,
    pub steps: Vec<String>,
    /// The site looks as if it were made with it.
    pub likely: bool,
}

/// Look at the site, and watch realtime until the first active user.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProofRequest {
    pub run_id: String,
    /// Goes on looking until somebody is seen, or for 15 minutes; `false` looks once.
    pub watch: bool,
}

/// What was seen of the site and of its visitors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProofView {
    pub checked_at: Timestamp,
    /// `None` where the site could not be looked at: the reason is among the checks.
    pub page_title: Option<String>,
    pub checks: Vec<ProofCheck>,
    /// In the last 30 minutes.
    pub active_users: u32,
    pub first_seen_at: Option<Timestamp>,
    /// From the beginning of the watch to the first active user.
    pub seconds_to_first: Option<u32>,
    pub events: Vec<ProofEvent>,
    /// What to look at where nobody comes.
    pub hints: Vec<String>,
    /// "Open my site".
    pub site: Option<LinkView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProofCheck {
    pub outcome: ProofOutcome,
    /// "The page contains GTM-N6ZD2RKP".
    pub what: String,
    /// "found once"
    pub detail: Option<String>,
    pub remedy: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProofOutcome {
    Good,
    Warning,
    Bad,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProofEvent {
    pub event: String,
    pub page_title: String,
    pub count: u32,
}
