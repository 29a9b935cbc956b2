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
    /// One that is issued again keeps its id, so that a page which asks often pushes no other link out.
    pub fn issue(&self, url: Url) -> LinkView {
        let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = links.iter().position(|(_, known)| *known == url);
        let id = known
            .and_then(|at| links.remove(at))
            .map_or_else(|| uuid::Uuid::new_v4().to_string(), |(id, _)| id);
        if links.len() == KEPT {
            links.pop_front();
        }
        let view = LinkView {
            id: id.clone(),
            url: url.to_string(),
        };
        links.push_back((id, url));
        view
    }

    pub fn get(&self, id: &str) -> Option<Url> {
        let links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        links.iter().find(|(known, _)| known == id).map(|(_, url)| url.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_issued_again_keeps_its_id_and_pushes_none_out() {
        let links = Links::default();
        let url = |n: usize| Url::parse(&format!("https://console.cloud.google.com/{n}")).unwrap();
        let first = links.issue(url(0));
        for _ in 0..2 * KEPT {
            links.issue(url(1));
        }
        assert_eq!(links.get(&first.id), Some(url(0)));
        assert_eq!(links.issue(url(0)), first);
        for n in 2..2 * KEPT {
            links.issue(url(n));
        }
        assert_eq!(links.get(&first.id), None);
    }
}
