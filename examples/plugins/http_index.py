"""A source: files that a web server lists in its index pages, as `python -m http.server` does."""

import urllib.error
import urllib.request
from html.parser import HTMLParser
from urllib.parse import quote, unquote

from visionlens_jlab.plugin_api import Page, SourceFile

MANIFEST = {
    "manifest": 1,
    "name": "http-index",
    "version": "1.0",
    "api": ">=1,<2",
    "permissions": ["network"],
    "contributions": [{"kind": "source", "id": "web", "scheme": "web", "target": "Index"}],
}


class Links(HTMLParser):
    """Gathers where a page's links lead."""

    names = ()

    def handle_starttag(self, tag, attrs):
        name = unquote(dict(attrs).get("href") or "") if tag == "a" else ""
        if name.strip("/") and "/" not in name[:-1] and not name.startswith(("?", "#", ".")):
            self.names = (*self.names, name)


class Index:
    """The files below `web://host:port/folder`, over http."""

    def __init__(self, *, address, **rest):
        self.base = "http" + address.removeprefix("web") + "/"

    def ask(self, path, **more):
        try:
            request = urllib.request.Request(self.base + quote(path), **more)  # noqa: S310
            return urllib.request.urlopen(request, timeout=30)  # noqa: S310
        except urllib.error.HTTPError as error:
            raise {404: FileNotFoundError}.get(error.code, OSError)(str(error)) from None

    def list(self, *, folder, **rest):
        links, above = Links(), f"{folder}/" if folder else ""
        with self.ask(above) as page:
            links.feed(page.read().decode())
        files = [self.stat(path=above + name) for name in links.names if name[-1] != "/"]
        return Page(folders=[name[:-1] for name in links.names if name[-1] == "/"], files=files)

    def stat(self, *, path, **rest):
        with self.ask(path, method="HEAD") as answer:
            size, version = (answer.headers[one] for one in ("Content-Length", "Last-Modified"))
            return SourceFile(path=path, bytes=int(size), version=version or "")

    def read(self, *, path, start, end, **rest):
        wanted = {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        with self.ask(path, headers=wanted) as answer:
            return answer.read() if answer.status == 206 else answer.read()[start:end]
