//! Lists that come in pages.

use futures_util::stream::{self, Stream};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::error::ApiError;
use crate::transport::Transport;

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Empty on the last page.
    pub next_page_token: String,
}

/// A list method's answer.
pub(crate) trait ListAnswer: DeserializeOwned + Send + 'static {
    type Item: Send + 'static;
    fn into_page(self) -> Page<Self::Item>;
}

/// The pages of `call`, fetched one after the other as the stream is read.
pub(crate) fn pages<A: ListAnswer>(
    transport: &Transport,
    call: Call,
) -> impl Stream<Item = Result<Vec<A::Item>, ApiError>> + Send + use<A> {
    let transport = transport.clone();
    stream::try_unfold(Some(call), move |call| {
        let transport = transport.clone();
        async move {
            let Some(mut call) = call else { return Ok(None) };
            let page = transport.send::<A>(&call).await?.into_page();
            // The same token again would fetch the same page for ever.
            let again = call
                .url
                .query_pairs()
                .any(|(name, value)| name == "pageToken" && value == page.next_page_token);
            let next = if page.next_page_token.is_empty() || again {
                None
            } else {
                call.set_query("pageToken", &page.next_page_token);
                Some(call)
            };
            Ok(Some((page.items, next)))
        }
    })
}

/// Declares the answer of a list method: the key its items come under.
macro_rules! list_answer {
    ($name:ident, $key:literal, $item:ty) => {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct $name {
            #[serde(rename = $key, default)]
            items: Vec<$item>,
            #[serde(default)]
            next_page_token: String,
        }

        impl crate::paging::ListAnswer for $name {
            type Item = $item;

            fn into_page(self) -> crate::paging::Page<$item> {
                crate::paging::Page {
                    items: self.items,
                    next_page_token: self.next_page_token,
                }
            }
        }
    };
}
pub(crate) use list_answer;
