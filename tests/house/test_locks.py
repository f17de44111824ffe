"""Lock files hold versions and hashes, no addresses: they work behind any mirror (stack.md 10)."""

from __future__ import annotations

import re

import pytest

from tests.house.source import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt", "package-lock.json", "tests/bench/lighthouse/package-lock.json")
FUNDING = re.compile(r'"funding":\s*(\{[^{}]*\}|\[[^\[\]]*\]|"[^"]*")')
ADDRESS = re.compile(r'.*(?:://|--(?:extra-)?index|--find-links|"resolved"|--trusted-host| @ file:).*')


def addresses(text: str) -> list[str]:
    """Return the lines that hold an address; the home pages of packages that ask for funding do not count."""
    return [line.strip() for line in ADDRESS.findall(FUNDING.sub("", text))]


def test_the_test_sees_addresses():
    assert addresses("--index-url https://mirror.example/simple") == ["--index-url https://mirror.example/simple"]
    assert addresses("--find-links ../wheels") == ["--find-links ../wheels"]
    assert addresses('"resolved": "x"') == ['"resolved": "x"']
    assert addresses('"funding": {"url": "https://fund.example"},\n"funding": [{"url": "https://fund.example"}]') == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_hold_no_addresses(name):
    assert addresses((ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", LOCKS[:2])
def test_every_package_is_pinned_with_hashes(name):
    packages = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text(encoding="utf-8").strip(), flags=re.IGNORECASE)
    assert [text.split()[0] for text in packages if "==" not in text.split()[0] or "--hash=sha256:" not in text] == []


def test_htmx_is_pinned_exactly():
    assert re.search(r'"htmx\.org": "\d+\.\d+\.\d+"', (ROOT / "package.json").read_text(encoding="utf-8"))
