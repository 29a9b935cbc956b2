"""A person at the sandbox's pages, without a browser: reads the form, fills it in, presses a button."""

from html.parser import HTMLParser

import requests

from dialling import dial


class Form(HTMLParser):
    """The first form of a page: its action and its fields as a browser would send them."""

    def __init__(self, page):
        super().__init__()
        self.action = None
        self.method = None
        self.fields = []
        self.buttons = {}
        self._button = None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.action, self.method = attributes["action"], attributes.get("method", "get")
        if tag == "input":
            ticked = attributes.get("type") not in ("radio", "checkbox") or "checked" in attributes
            if ticked:
                self.fields.append((attributes["name"], attributes["value"]))
        if tag == "button":
            self._button = (attributes.get("name"), attributes.get("value"))

    def handle_data(self, data):
        if self._button and data.strip():
            self.buttons[data.strip()] = self._button

    def handle_endtag(self, tag):
        if tag == "button":
            self._button = None


class Agent:
    def __init__(self, base):
        self.base = base
        self.session = requests.Session()

    def open(self, url):
        return self.session.get(dial(self.base, url), allow_redirects=False, timeout=60)

    def press(self, page, button, account=None, untick=()):
        """Presses a button of the page's form; answers the reply, redirects not followed."""
        form = Form(page.text)
        fields = [(k, account if k == "account" and account else v) for k, v in form.fields if v not in untick]
        fields.append(form.buttons[button])
        return self.session.post(self.base + form.action, data=fields, allow_redirects=False, timeout=60)
