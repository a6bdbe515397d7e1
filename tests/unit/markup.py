"""HTML as a tree, so that tests read from it what a person would."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "img", "input", "link", "meta"}
INLINE = {"a", "button", "em", "label", "small", "span", "strong"}


@dataclass
class Element:
    """An element with its attributes; ``parts`` are its texts and elements in their order."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    parts: list[Element | str] = field(default_factory=list)

    def __getitem__(self, name):
        return self.attributes[name]

    @property
    def children(self):
        return [part for part in self.parts if isinstance(part, Element)]

    @property
    def classes(self):
        return (self.attributes.get("class") or "").split()

    @property
    def raw(self):
        """The text, as it stands; what is not in the line of a text stands apart from it."""
        texts = (part if isinstance(part, str) else part.raw for part in self.parts)
        return "".join(texts) if self.tag in INLINE or not self.parts else f" {''.join(texts)} "

    @property
    def text(self):
        """The text as a reader has it: runs of spaces and line breaks are one space."""
        return " ".join(self.raw.split())

    def all(self, tag, class_=""):
        """All elements below with this name, and this class where one is given."""
        found = []
        for child in self.children:
            if child.tag == tag and (not class_ or class_ in child.classes):
                found.append(child)
            found += child.all(tag, class_)
        return found

    def one(self, tag, class_=""):
        (found,) = self.all(tag, class_)
        return found

    def rows(self):
        """A table's lines below its head, as texts."""
        return [[field.text for field in row.children] for row in self.all("tr")[1:]]

    def heads(self):
        return [field.text for field in self.all("tr")[0].children]


class _Builder(HTMLParser):
    def __init__(self):
        super().__init__()
        self.root = Element("")
        self.open = [self.root]

    def handle_starttag(self, tag, attributes):
        element = Element(tag, dict(attributes))
        self.open[-1].parts.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.open[-1].parts.append(Element(tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        self.open[-1].parts.append(data)


def parsed(html):
    """The tree of an HTML text, each of whose elements must be closed."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.open == [builder.root], f"<{builder.open[-1].tag}> is not closed"
    return builder.root
