//! A scripted user agent: follows links and submits forms over plain HTTP, keeps cookies, runs no scripts. It plays the
//! person at the sandbox's consent page and Terms of Service, for journeys without a browser.

use ureq::Agent;
use url::Url;

#[derive(Debug)]
pub struct UserAgent {
    agent: Agent,
}

impl Default for UserAgent {
    fn default() -> Self {
        let config = Agent::config_builder().http_status_as_error(false).build();
        Self { agent: config.into() }
    }
}

/// A page that was answered.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    /// Where it was found in the end, after redirects.
    pub url: Url,
    pub html: String,
}

/// A form of a page, as it would be sent now.
#[derive(Debug, Default, Clone)]
pub struct Form {
    action: String,
    post: bool,
    fields: Vec<Field>,
    buttons: Vec<Button>,
}

#[derive(Debug, Clone)]
struct Field {
    name: String,
    value: String,
    /// Hidden and text fields are always sent, boxes and radio buttons when ticked.
    sent: bool,
    radio: bool,
}

#[derive(Debug, Clone)]
struct Button {
    text: String,
    name: Option<String>,
    value: String,
}

impl UserAgent {
    pub fn open(&self, url: &str) -> Page {
        let answer = self
            .agent
            .get(url)
            .call()
            .unwrap_or_else(|error| panic!("{url}: {error}"));
        page(answer, url)
    }

    /// Submits the page's form that has a button of this name, after `change` has filled it in.
    pub fn submit(&self, page: &Page, button: &str, change: impl FnOnce(&mut Form)) -> Page {
        let mut form = page
            .forms()
            .into_iter()
            .find(|form| form.buttons.iter().any(|found| found.text == button))
            .unwrap_or_else(|| panic!("no form with a button {button:?} at {}:\n{}", page.url, page.html));
        change(&mut form);
        let pressed = form
            .buttons
            .iter()
            .find(|found| found.text == button)
            .expect("the button just found");
        let mut fields: Vec<(String, String)> = form
            .fields
            .iter()
            .filter(|field| field.sent && !field.name.is_empty())
            .map(|field| (field.name.clone(), field.value.clone()))
            .collect();
        if let Some(name) = &pressed.name {
            fields.push((name.clone(), pressed.value.clone()));
        }
        let mut target = page.url.join(&form.action).expect("the form's address");
        let answer = if form.post {
            self.agent.post(target.as_str()).send_form(fields)
        } else {
            target.query_pairs_mut().clear().extend_pairs(&fields);
            self.agent.get(target.as_str()).call()
        };
        let answer = answer.unwrap_or_else(|error| panic!("{target}: {error}"));
        self::page(answer, target.as_str())
    }
}

fn page(mut answer: ureq::http::Response<ureq::Body>, asked: &str) -> Page {
    use ureq::ResponseExt;
    let url = answer.get_uri().to_string();
    Page {
        status: answer.status().as_u16(),
        url: Url::parse(&url)
            .or_else(|_| Url::parse(asked))
            .expect("the page's address"),
        html: answer.body_mut().read_to_string().unwrap_or_default(),
    }
}

impl Form {
    /// Sets a text or hidden field.
    pub fn set(&mut self, name: &str, value: &str) {
        let field = self
            .fields
            .iter_mut()
            .find(|field| field.name == name)
            .unwrap_or_else(|| panic!("no field {name:?}"));
        value.clone_into(&mut field.value);
    }

    /// Chooses a radio button or ticks a box by name and value.
    pub fn choose(&mut self, name: &str, value: &str) {
        assert!(
            self.fields
                .iter()
                .any(|field| field.name == name && field.value == value),
            "no choice {name}={value} among {:?}",
            self.fields
        );
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            if field.value == value {
                field.sent = true;
            } else if field.radio {
                field.sent = false;
            }
        }
    }

    /// Unticks boxes of this name whose value has this ending.
    pub fn untick(&mut self, name: &str, ending: &str) {
        for field in self
            .fields
            .iter_mut()
            .filter(|field| field.name == name && field.value.ends_with(ending))
        {
            field.sent = false;
        }
    }
}

impl Page {
    pub fn forms(&self) -> Vec<Form> {
        let mut forms = Vec::new();
        let mut rest = self.html.as_str();
        while let Some(start) = rest.find("<form") {
            let block = &rest[start..];
            let end = block.find("</form>").unwrap_or(block.len());
            forms.push(form(&block[..end]));
            rest = &block[end..];
        }
        forms
    }

    /// The address of the first link whose address or text holds `part`.
    pub fn link(&self, part: &str) -> Url {
        self.html
            .split("<a ")
            .skip(1)
            .find(|link| link.split("</a>").next().unwrap_or_default().contains(part))
            .and_then(|link| attribute(link.split('>').next()?, "href"))
            .and_then(|address| self.url.join(&address).ok())
            .unwrap_or_else(|| panic!("no link with {part:?} at {}:\n{}", self.url, self.html))
    }
}

fn form(html: &str) -> Form {
    let head = html.split('>').next().unwrap_or_default();
    let mut form = Form {
        action: attribute(head, "action").unwrap_or_default(),
        post: attribute(head, "method").is_some_and(|method| method.eq_ignore_ascii_case("post")),
        ..Form::default()
    };
    for (at, _) in html.match_indices("<input") {
        let tag = html[at..].split('>').next().unwrap_or_default();
        let kind = attribute(tag, "type").unwrap_or_default();
        let (name, value) = (attribute(tag, "name").unwrap_or_default(), attribute(tag, "value"));
        let radio = kind == "radio";
        let ticked = tag
            .split_whitespace()
            .any(|word| word.trim_end_matches('/').starts_with("checked"));
        match kind.as_str() {
            "submit" => form.buttons.push(Button {
                text: value.clone().unwrap_or_default(),
                name: Some(name).filter(|name| !name.is_empty()),
                value: value.unwrap_or_default(),
            }),
            "checkbox" | "radio" => {
                form.fields.push(Field {
                    name,
                    value: value.unwrap_or_else(|| "on".to_owned()),
                    sent: ticked,
                    radio,
                });
            }
            _ => form.fields.push(Field {
                name,
                value: value.unwrap_or_default(),
                sent: true,
                radio,
            }),
        }
    }
    for (at, _) in html.match_indices("<button") {
        let block = &html[at..];
        let (tag, rest) = block.split_once('>').unwrap_or((block, ""));
        form.buttons.push(Button {
            text: without_tags(rest.split("</button>").next().unwrap_or_default()),
            name: attribute(tag, "name"),
            value: attribute(tag, "value").unwrap_or_default(),
        });
    }
    form
}

fn without_tags(html: &str) -> String {
    let text: String = html
        .split('<')
        .map(|part| part.rsplit_once('>').map_or(part, |(_, text)| text))
        .collect();
    unescaped(text.trim())
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(unescaped(tag[start..].split('"').next()?))
}

fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_sent_as_a_browser_would() {
        let page = Page {
            status: 200,
            url: Url::parse("http://127.0.0.1/x/y").unwrap(),
            html: r#"<form method="post" action="/go?a=1&amp;b=2"><input type="hidden" name="h" value="1 &lt; 2">
                <input type="radio" name="who" value="a" checked><input type="radio" name="who" value="b">
                <input type="checkbox" name="scope" value="s1" checked><input type="checkbox" name="scope" value="s2">
                <button name="do" value="allow"><b>Allow</b></button></form>"#
                .to_owned(),
        };
        let mut form = page.forms().remove(0);
        form.choose("who", "b");
        form.choose("scope", "s2");
        form.untick("scope", "1");
        let sent: Vec<_> = form
            .fields
            .iter()
            .filter(|field| field.sent)
            .map(|field| field.value.as_str())
            .collect();
        assert_eq!(sent, ["1 < 2", "b", "s2"]);
        assert_eq!(
            (form.action.as_str(), form.buttons[0].text.as_str()),
            ("/go?a=1&b=2", "Allow")
        );
    }
}
