"""What people with a keyboard or a screen reader need of every page, checked by our own rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest

WHY = urlencode(
    {
        "subject": "http://example.org/lab/calibration-table/v1",
        "predicate": "prov:alternateOf",
        "object": "http://example.org/lab/calibration-table/v2",
    }
)
PATHS = [
    "/",
    "/bundles",
    f"/sparql?query={quote('SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 30')}",
    f"/resource?iri={quote('http://example.org/air/report/v2', safe='')}",
    f"/resource?iri={quote('http://example.org/air/aggregate/1', safe='')}",
    f"/resource?iri={quote('http://example.org/demo/air-quality', safe='')}",
    "/search?q=report",
    f"/explain?all=on&{WHY}",
    f"/lineage?iri={quote('http://example.org/air/report/v2', safe='')}",
    f"/impact?iri={quote('http://example.org/air/aggregate/1', safe='')}&agents=on&limit=8",
    f"/versions?iri={quote('http://example.org/air/report', safe='')}",
    f"/diff?a={quote('http://example.org/air/report/v1')}&b={quote('http://example.org/air/report/v2')}",
    f"/at?iri={quote('http://example.org/air/report/v2', safe='')}",
    f"/blame?iri={quote('http://example.org/air/report', safe='')}",
    f"/history?iri={quote('http://example.org/air/report', safe='')}",
    "/validate?example=twice",
    "/validate?store=on&union=on",
]
Open = Callable[..., Any]

_STRUCTURE = """() => {
  const faults = [];
  const name = (e) => (e.getAttribute('aria-label') || e.textContent || '').trim()
    || [...e.querySelectorAll('img[alt], [aria-label]')].map(i => i.alt || i.ariaLabel).join('');
  for (const e of document.querySelectorAll('input, select, textarea'))
    if (!e.labels.length && !e.ariaLabel) faults.push('no label: ' + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll('a[href], button'))
    if (!name(e)) faults.push('no name: ' + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll('img'))
    if (!e.hasAttribute('alt')) faults.push('no alt: ' + e.src);
  for (const e of document.querySelectorAll('table')) {
    if (!e.caption) faults.push('table without caption');
    if ([...e.querySelectorAll('thead th')].some(h => h.scope !== 'col')) faults.push('th without scope');
  }
  for (const e of document.querySelectorAll('[aria-labelledby], [aria-describedby]'))
    for (const at of ['aria-labelledby', 'aria-describedby'])
      for (const id of (e.getAttribute(at) || '').split(' ').filter(Boolean))
        if (!document.getElementById(id)) faults.push(at + ' leads nowhere: ' + id);
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push('id twice: ' + id);
  let last = 0;
  const levels = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1]);
  for (const level of levels) {
    if (level > last + 1) faults.push('heading skips to h' + level);
    last = level;
  }
  if (levels.filter(l => l === 1).length !== 1) faults.push('there is not one h1');
  for (const tag of ['header', 'main', 'footer', 'nav'])
    if (!document.querySelector(tag)) faults.push('no landmark: ' + tag);
  if (document.querySelectorAll('main').length !== 1) faults.push('there is not one main');
  if (!document.documentElement.lang) faults.push('no language');
  if (!document.title) faults.push('no title');
  return faults;
}"""

_CONTRAST = """() => {
  const parse = (c) => {
    const n = c.match(/[\\d.]+/g).map(Number);
    return {rgb: n.slice(0, 3), a: n[3] ?? 1};
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const behind = (e) => {
    for (let at = e; at; at = at.parentElement) {
      if (at.matches?.('svg a.box')) return parse(getComputedStyle(at.querySelector('path')).fill).rgb;
      if (at.matches?.('.drawing g')) return parse(getComputedStyle(at.querySelector('rect')).fill).rgb;
      const back = parse(getComputedStyle(at).backgroundColor);
      if (back.a === 1) return back.rgb;
    }
    return [255, 255, 255];
  };
  const faults = [];
  for (const e of document.querySelectorAll('body *')) {
    const text = [...e.childNodes].filter(n => n.nodeType === 3 && n.textContent.trim()).length;
    if (!text || e.tagName === 'OPTION' || e.tagName === 'title' || !e.getClientRects().length) continue;
    const style = getComputedStyle(e);
    const front = parse(e instanceof SVGElement ? style.fill : style.color);
    if (front.a === 0 || style.visibility === 'hidden') continue;
    const found = ratio(front.rgb, behind(e));
    if (found < 4.5) faults.push(`${found.toFixed(2)} ${e.outerHTML.slice(0, 80)}`);
  }
  return [...new Set(faults)];
}"""


@pytest.mark.parametrize("path", PATHS)
def test_structure(visit: Open, path: str) -> None:
    assert visit().go(path).evaluate(_STRUCTURE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_text_stands_out_from_what_is_behind_it(visit: Open, path: str, scheme: str) -> None:
    assert visit(color_scheme=scheme).go(path).evaluate(_CONTRAST) == []


def test_the_keyboard_comes_first_to_a_way_past_the_navigation(visit: Open) -> None:
    page = visit().go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_what_has_the_focus_can_be_seen(visit: Open) -> None:
    page = visit().go(f"/resource?iri={quote('http://example.org/air/report/v2', safe='')}")
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)"))
    assert min(seen) >= 2


def test_target_sizes_on_a_phone(visit: Open) -> None:
    page = visit(viewport={"width": 320, "height": 640}, has_touch=True).go("/")
    heights = page.evaluate(
        "[...document.querySelectorAll('nav a, button')].map(e => e.getBoundingClientRect().height)"
    )
    assert min(heights) >= 24
