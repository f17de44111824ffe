"""The templates themselves: they compile, say what they mean, and obey the content security policy (security.md 5)."""

from __future__ import annotations

import re
import shutil
import subprocess

import jinja2
import pytest

from partygroup.settings import ROOT
from partygroup.web.assets import ICONS, asset, icon, mark
from partygroup.web.filters import FILTERS

TEMPLATES = ROOT / "templates"
STYLES = ROOT / "static" / "css"
SCRIPTS = ROOT / "static" / "js"
CHECKER = ROOT / "node_modules" / "htmx.org" / "dist" / "scripts" / "upgrade-check.py"
ALL = sorted(file.relative_to(TEMPLATES).as_posix() for file in TEMPLATES.rglob("*.html"))

FORBIDDEN = {
    "an inline style": r"<style\b|\sstyle\s*=",
    "an inline script": r"<script\b(?![^>]*\bsrc=)[^>]*>",
    "a script address": r"javascript:",
    "an inline handler": r"\son[a-z]+\s*=",
    "hx-on, which needs eval": r"\bhx-on\b",
    "js: values, which need eval": r"""["']\s*js:""",
    "a trigger filter, which needs eval": r"""hx-trigger=(["'])[^"']*\[""",
    "text passed unescaped": r"\|\s*safe\b|autoescape\s+false",
}
IMPORTED = re.compile(
    r"\{%-?\s*from\s+[\"'](?P<file>[^\"']+)[\"']\s+import\s+(?P<names>[^%]+?)(?:\s+with(?:out)? context)?\s*-?%\}"
)
COMMENT = re.compile(r"\{#.*?#\}", re.S)
DRAWN = re.compile(r"\bicon\(\s*\"([\w-]+)\"\s*[,)]")
CLASSES = re.compile(r"\bclass=\"([^\"]*)\"")
BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)


def source(name: str) -> str:
    return COMMENT.sub("", (TEMPLATES / name).read_text("utf-8"))


def environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined, autoescape=True
    )
    env.filters.update(FILTERS)
    env.globals.update(asset=asset, icon=icon, mark=mark)
    return env


def forbidden_in(text: str) -> list[str]:
    return [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text, re.I)]


def imports_of(text: str) -> list[tuple[str, str, str]]:
    """Return (file, macro, name it is called by here) of every imported macro."""
    found = []
    for match in IMPORTED.finditer(text):
        for part in match["names"].split(","):
            macro, _, alias = part.strip().partition(" as ")
            found.append((match["file"], macro.strip(), (alias or macro).strip()))
    return found


def unused_imports(text: str) -> list[str]:
    body = IMPORTED.sub("", text)
    return [name for _, _, name in imports_of(text) if not re.search(rf"\b{re.escape(name)}\(", body)]


def classes_in(text: str) -> set[str]:
    """Return the classes written out in full; those with an expression in them are left out."""
    values = (BRACES.sub("\x00", value) for value in CLASSES.findall(text))
    return {token for value in values for token in value.split() if "\x00" not in token}


def styled_classes() -> set[str]:
    styles = "".join(file.read_text("utf-8") for file in STYLES.glob("*.css"))
    return set(re.findall(r"\.([a-z][\w-]*)", styles))


@pytest.mark.parametrize("name", ALL)
def test_compiles_with_the_filters_there_are(name):
    environment().get_template(name)


@pytest.mark.parametrize("name", ALL)
def test_obeys_the_content_security_policy(name):
    assert forbidden_in(source(name)) == []


@pytest.mark.parametrize("name", ALL)
def test_uses_what_it_imports(name):
    assert unused_imports(source(name)) == []


@pytest.mark.parametrize("name", ALL)
def test_imports_only_macros_that_exist(name):
    for file, macro, _ in imports_of(source(name)):
        assert hasattr(environment().get_template(file).module, macro), f"{file} has no macro {macro}"


@pytest.mark.parametrize("name", ALL)
def test_names_only_classes_of_the_stylesheet(name):
    assert classes_in(source(name)) - styled_classes() == set()


@pytest.mark.parametrize("name", ALL)
def test_draws_only_icons_that_exist(name):
    drawings = ICONS.read_text("utf-8")
    assert [drawn for drawn in DRAWN.findall(source(name)) if f'id="i-{drawn}"' not in drawings] == []


@pytest.mark.parametrize("name", [name for name in ALL if "/_" not in name and not name.startswith("components/")])
def test_a_page_has_a_title(name):
    if name not in {"base.html", "errors/error.html"}:
        assert "{% extends" in source(name) and "{% block title %}" in source(name)


@pytest.mark.skipif(not CHECKER.exists() or not shutil.which("python3"), reason="npm ci has not run")
def test_htmx_finds_nothing_of_its_older_versions(tmp_path):
    assert upgrade_check(TEMPLATES).returncode == 0
    (tmp_path / "old.html").write_text('<div hx-ext="sse" hx-vars="a:1" hx-get="/x" hx-on="htmx:afterSwap: x()"></div>')
    complaint = upgrade_check(tmp_path)
    assert complaint.returncode != 0 or "old.html" in complaint.stdout


def upgrade_check(folder) -> subprocess.CompletedProcess:
    command = ["python3", str(CHECKER), "--no-color", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "sample",
    [
        '<p style="color:red">',
        "<script>alert(1)</script>",
        '<a href="javascript:x()">',
        '<button onclick="x()">',
        '<div hx-on:click="x()">',
        "<div hx-vals='js:{a: 1}'>",
        '<div hx-trigger="every 5s [visible]">',
        "{{ text|safe }}",
    ],
)
def test_the_check_can_see(sample):
    assert len(forbidden_in(sample)) == 1


def test_the_other_checks_can_see():
    assert unused_imports('{% from "a.html" import one, two as three %}{{ one(1) }}') == ["three"]
    assert classes_in('<p class="card {{ x }} tag-{{ y }} made-up">') == {"card", "made-up"}
    assert forbidden_in('<script defer src="/static/dist/luhuo.js"></script><p class="on">') == []


def test_scripts_use_no_eval_and_no_markup_from_text():
    for file in SCRIPTS.glob("*.js"):
        assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", file.read_text("utf-8")), file.name


def test_an_icon_says_its_label_and_nothing_else():
    assert 'aria-hidden="true"' in icon("check")
    assert 'role="img" aria-label="a&#34;&lt;b"' in icon("check", 'a"<b')
