"""The page that Solara makes, mended: scripts carry the nonce, pinch zoom works, and the language is named."""

from __future__ import annotations

import re
from html import escape

from app.language import words

SCRIPT = re.compile(r"<script(?=[\s>])")
LANGUAGE = re.compile(r"<html(?=[\s>])")
VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>')
ZOOMED = '<meta name="viewport" content="width=device-width, initial-scale=1">'


# what the page will need anyway is fetched, and its first question made ready, while Solara connects
EARLY = (
    '<link rel="stylesheet" href="/static/public/css/corridors.css">'
    '<link rel="modulepreload" href="/_solara/cdn/echarts@5.4.0/dist/echarts.esm.min.js">'
    '<script type="module" src="/static/public/js/store.js"></script></head>'
)


def mended(html: str, nonce: str, language: str) -> str:
    """Solara's page as we send it. Nothing in it comes from the visitor, so every script may have the nonce."""
    say = words(language)
    html = LANGUAGE.sub(f'<html lang="{language}"', html, count=1)
    html = VIEWPORT.sub(f'{ZOOMED}<meta name="description" content="{escape(say.t("page.about"))}">', html, count=1)
    html = html.replace("</head>", EARLY, 1)
    html = SCRIPT.sub(f'<script nonce="{nonce}"', html)
    return f"{html}<noscript>{escape(say.t('page.needs_javascript'))}</noscript>"
