//! Browser links that the engine issued. A page names one by id; it never names a URL to open.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use url::Url;

use crate::dto::LinkView;

/// Old links are forgotten; a person opens one within minutes of its issue.
const KEPT: usize = 64;

#[derive(Debug, Default)]
pub struct Links(Mutex<VecDeque<(String, Url)>>);

impl Links {
    /// Issues a link. The caller vouches that `url` is Google's, the loopback base's, or the set-up's own site.
    pub fn issue(&self, url: Url) -> LinkView {
        let id = uuid::Uuid::new_v4().to_string();
        let view = LinkView {
            id: id.clone(),
            url: url.to_string(),
        };
        let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if links.len() == KEPT {
            links.pop_front();
        }
        links.push_back((id, url));
        view
    }

    pub fn get(&self, id: &str) -> Option<Url> {
        let links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        links.iter().find(|(known, _)| known == id).map(|(_, url)| url.clone())
    }
}
