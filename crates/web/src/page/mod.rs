//! What a page says of itself, read from its markup alone: nothing of it runs.
//!
//! A tokenizer without a tree is enough for this, and takes time and memory in proportion to the page whatever a stranger
//! nests in it.

mod builder;
mod google_tags;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

pub use builder::Builder;
pub use google_tags::{GoogleTag, TagSource};

use google_tags::Tally;

/// Letters of a title or a name that are kept.
const LONGEST_TEXT: usize = 300;

/// What was read of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    pub title: Option<String>,
    /// `og:site_name` (<https://ogp.me/>).
    pub site_name: Option<String>,
    /// `<html lang>`, else `og:locale`; BCP 47 in form, not checked.
    pub language: Option<String>,
    /// What the site is made with.
    pub builder: Option<Builder>,
    /// Google tags in the order in which they are first met.
    pub tags: Vec<GoogleTag>,
}

impl PageFacts {
    /// Reads a page. Any text is read; what is no HTML has no facts.
    pub fn read(html: &str) -> Self {
        let reader = Tokenizer::new(Reader::default(), TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(html));
        // A script's end asks for it to be run: it is passed over.
        while !input.is_empty() {
            let _ = reader.feed(&input);
        }
        reader.end();
        reader.sink.0.into_inner().close()
    }

    /// The tag with this id.
    pub fn tag(&self, id: &str) -> Option<&GoogleTag> {
        self.tags.iter().find(|tag| tag.id == id)
    }
}

#[derive(Default)]
struct Reader(RefCell<Reading>);

/// The element whose text is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Title,
    Script,
}

#[derive(Default)]
struct Reading {
    facts: PageFacts,
    locale: Option<String>,
    inside: Option<Inside>,
    text: String,
    /// Drawings have titles of their own.
    drawings: u32,
    tags: Tally,
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reading = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => reading.start(&tag),
            Token::TagToken(tag) => {
                reading.end(&tag.name);
                TokenSinkResult::Continue
            }
            Token::CharacterTokens(text) => {
                if reading.inside.is_some() {
                    reading.text.push_str(&text);
                }
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Reading {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let attribute = |name: &str| {
            let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
            found.map(|attribute| &*attribute.value)
        };
        for one in &tag.attrs {
            let sign = Builder::by_attribute(&one.name.local, &one.value);
            self.facts.builder = self.facts.builder.or(sign);
        }
        match &*tag.name {
            "html" => self.facts.language = self.facts.language.take().or(attribute("lang").and_then(tidy)),
            "meta" => self.meta(attribute("name"), attribute("property"), attribute("content")),
            "svg" if !tag.self_closing => self.drawings += 1,
            "title" if self.drawings == 0 => {
                self.open(Inside::Title);
                return TokenSinkResult::RawData(RawKind::Rcdata);
            }
            "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            "script" => {
                for one in tag.attrs.iter().filter(|one| one.name.local.ends_with("src")) {
                    self.tags.script_address(&one.value);
                }
                self.open(Inside::Script);
                return TokenSinkResult::RawData(RawKind::ScriptData);
            }
            "iframe" => {
                for one in tag.attrs.iter().filter(|one| one.name.local.ends_with("src")) {
                    self.tags.frame_address(&one.value);
                }
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            "style" | "xmp" | "noembed" | "noframes" => return TokenSinkResult::RawData(RawKind::Rawtext),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn open(&mut self, inside: Inside) {
        self.inside = Some(inside);
        self.text.clear();
    }

    fn end(&mut self, name: &str) {
        match (name, self.inside) {
            ("title", Some(Inside::Title)) => {
                self.facts.title = self.facts.title.take().or_else(|| tidy(&self.text));
                self.inside = None;
            }
            ("script", Some(Inside::Script)) => {
                self.tags.script(&self.text);
                self.inside = None;
            }
            ("svg", _) => self.drawings = self.drawings.saturating_sub(1),
            _ => {}
        }
    }

    fn meta(&mut self, name: Option<&str>, property: Option<&str>, content: Option<&str>) {
        let (Some(named), Some(content)) = (property.or(name), content) else {
            return;
        };
        match named.to_ascii_lowercase().as_str() {
            "og:site_name" => self.facts.site_name = self.facts.site_name.take().or_else(|| tidy(content)),
            "og:locale" => self.locale = tidy(content).map(|locale| locale.replace('_', "-")),
            // The site's own word goes before what its addresses look like.
            "generator" => self.facts.builder = Builder::by_generator(content).or(self.facts.builder),
            _ => {}
        }
    }

    fn close(mut self) -> PageFacts {
        // A page that was cut off within its last script.
        if self.inside == Some(Inside::Script) {
            self.tags.script(&self.text);
        }
        self.facts.language = self.facts.language.take().or(self.locale);
        self.facts.tags = self.tags.into_tags();
        self.facts
    }
}

/// One line of text without control characters; `None` where nothing is left.
fn tidy(text: &str) -> Option<String> {
    let mut line = String::new();
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    for word in words.filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let kept: String = line.chars().take(LONGEST_TEXT).collect();
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests;
