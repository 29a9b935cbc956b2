//! A WebDriver session and the few things that a person does with a page, by role and name rather than by selector.

use std::{
    future::Future,
    net::TcpListener,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    elements::{Element, ElementRef},
    error::CmdError,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value};

use crate::process::Process;

/// How long anything may take to appear. Long, because a slow machine is no failure; nothing waits for all of it.
const PATIENCE: Duration = Duration::from_secs(40);

/// A driver's process and the session in it.
#[derive(Debug)]
pub struct WebDriver {
    pub client: Client,
    pub endpoint: String,
    /// How often a person would have pressed or filled in something.
    interactions: AtomicU32,
    _driver: Process,
}

impl WebDriver {
    /// Starts a driver with `--port` and opens a session with these capabilities.
    pub async fn start(mut driver: Command, capabilities: Map<String, Value>) -> Self {
        let port = free_port();
        let log = driver
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let mut process = Process::start(log);
        let deadline = Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                Instant::now() < deadline && !process.has_ended(),
                "the WebDriver did not come up"
            );
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let endpoint = format!("http://127.0.0.1:{port}");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&endpoint)
            .await
            .expect("a WebDriver session");
        Self {
            client,
            endpoint,
            interactions: AtomicU32::new(0),
            _driver: process,
        }
    }

    /// Waits until `probe` has an answer; `what` is told when it never has.
    pub async fn until<T, F>(&self, what: &str, probe: impl Fn() -> F) -> T
    where
        F: Future<Output = Option<T>>,
    {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            if Instant::now() >= deadline {
                // Errors keep their cause folded away: a failed test wants to read it.
                let unfold = "document.querySelectorAll('details').forEach((part) => { part.open = true; })";
                let _ = self.client.execute(unfold, vec![]).await;
                let text = self.text().await;
                panic!("waited in vain for {what}; the page says:\n{text}");
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// All the text that the page shows.
    pub async fn text(&self) -> String {
        let script = "return document.body ? document.body.innerText : ''";
        self.client.execute(script, vec![]).await.map_or_else(
            |error| format!("(no answer: {error})"),
            |value| value.as_str().unwrap_or_default().to_owned(),
        )
    }

    /// The page's whole document.
    pub async fn document(&self) -> String {
        let script = "return document.documentElement.outerHTML";
        let value = self.client.execute(script, vec![]).await.expect("the document");
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page shows this text.
    pub async fn see(&self, text: &str) {
        self.until(&format!("the text {text:?}"), || async {
            self.text().await.contains(text).then_some(())
        })
        .await;
    }

    /// Waits until the page no longer shows this text.
    pub async fn see_no(&self, text: &str) {
        self.until(&format!("the text {text:?} to go"), || async {
            (!self.text().await.contains(text)).then_some(())
        })
        .await;
    }

    /// Presses the button or link of this name.
    pub async fn press(&self, name: &str) {
        let name = quoted(name);
        let named = format!("normalize-space(.)={name} or @aria-label={name} or @title={name} or @value={name}");
        let path = format!(
            "//*[(self::button or self::a or self::summary or @role='button' or @role='tab' or @role='link' \
             or @role='treeitem' or @role='row' or @role='radio' or @role='menuitem' or @role='option' \
             or (self::input and (@type='submit' or @type='button'))) and not(@disabled) and ({named})]"
        );
        self.click(&path, &name).await;
    }

    /// Presses the first thing that this XPath finds visible.
    pub async fn click(&self, path: &str, what: &str) {
        self.until(&format!("{what} to be pressed"), || async {
            let element = self.visible(path).await?;
            element.click().await.ok()
        })
        .await;
        self.interactions.fetch_add(1, Ordering::Relaxed);
    }

    /// How often something was pressed, filled in or ticked so far.
    pub fn interactions(&self) -> u32 {
        self.interactions.load(Ordering::Relaxed)
    }

    async fn visible(&self, path: &str) -> Option<Element> {
        for element in self.client.find_all(Locator::XPath(path)).await.ok()? {
            if element.is_displayed().await.unwrap_or(false) {
                return Some(element);
            }
        }
        None
    }

    /// Whether this XPath finds something visible now.
    pub async fn shows(&self, path: &str) -> bool {
        self.visible(path).await.is_some()
    }

    /// The form field with this label.
    async fn field(&self, label: &str) -> Option<Element> {
        let script = r"
            const wanted = arguments[0];
            const plain = (text) => (text || '').replace(/\s+/g, ' ').trim();
            const fields = [...document.querySelectorAll('input, select, textarea')];
            const named = (field) => [field.getAttribute('aria-label'),
                ...[...(field.labels || [])].map((label) => label.innerText),
                ...(field.getAttribute('aria-labelledby') || '').split(' ').map((id) => document.getElementById(id)?.innerText)];
            return fields.find((field) => named(field).some((name) => plain(name) === wanted))
                ?? fields.find((field) => named(field).some((name) => plain(name).startsWith(wanted))) ?? null;
        ";
        let found = self.client.execute(script, vec![Value::from(label)]).await.ok()?;
        // WebDriver's name for "a reference to an element" (W3C WebDriver, 12.1).
        let reference = found.as_object()?.values().next()?.as_str()?.to_owned();
        Some(Element::from_element_id(
            self.client.clone(),
            ElementRef::from(reference),
        ))
    }

    /// Writes into the field with this label, in place of what is there, as typing would: with the page's own events.
    pub async fn fill(&self, label: &str, value: &str) {
        self.until(&format!("the field {label:?}"), || async {
            let element = self.field(label).await?;
            let script = r"
                const [field, value] = arguments;
                field.focus();
                const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value');
                own.set.call(field, value);
                field.dispatchEvent(new Event('input', { bubbles: true }));
                field.dispatchEvent(new Event('change', { bubbles: true }));
                return field.value;
            ";
            let element = serde_json::to_value(&element).ok()?;
            let written = self
                .client
                .execute(script, vec![element, Value::from(value)])
                .await
                .ok()?;
            (written.as_str() == Some(value)).then_some(())
        })
        .await;
        self.interactions.fetch_add(1, Ordering::Relaxed);
    }

    /// What the field with this label holds.
    pub async fn value_of(&self, label: &str) -> String {
        self.until(&format!("the field {label:?}"), || async {
            self.field(label).await?.prop("value").await.ok().flatten()
        })
        .await
    }

    /// Ticks or unticks the box with this label.
    pub async fn tick(&self, label: &str, on: bool) {
        self.until(&format!("the box {label:?}"), || async {
            let element = self.field(label).await?;
            if element.is_selected().await.ok()? != on {
                element.click().await.ok()?;
            }
            (element.is_selected().await.ok()? == on).then_some(())
        })
        .await;
        self.interactions.fetch_add(1, Ordering::Relaxed);
    }

    /// Two frames on, so that a photograph shows what is there now and not the frame before.
    pub async fn painted(&self) {
        let script = "const done = arguments[arguments.length - 1]; \
                      requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        let _: Result<Value, CmdError> = self.client.execute_async(script, vec![]).await;
    }

    pub async fn photograph(&self) -> Vec<u8> {
        self.painted().await;
        self.client.screenshot().await.expect("a screenshot")
    }
}

/// A port that was free just now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// An XPath string; XPath has no escapes, so text with both quotes is glued together.
fn quoted(text: &str) -> String {
    if text.contains('\'') {
        format!("concat('{}')", text.replace('\'', "', \"'\", '"))
    } else {
        format!("'{text}'")
    }
}
