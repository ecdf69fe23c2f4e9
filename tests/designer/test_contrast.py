"""Contrast, worked out from the tokens: text on each ground that it stands on, and the shapes that tell something. On the canvas no
tool that looks at the page can do it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "designer" / "src" / "styles" / "tokens.css"
GROUNDS = ("ground", "surface", "raised", "sunken", "hover")
TEXTS = {
    **dict.fromkeys(("ink", "ink-soft", "ink-faint", "accent"), GROUNDS),
    "accent-ink": ("accent", "accent-strong"),
    "success": ("ground", "surface", "raised", "success-soft"),
    "failure": ("ground", "surface", "raised", "failure-soft"),
    "completion": ("ground", "surface", "raised", "completion-soft"),
    "warning": ("ground", "surface", "raised", "warning-soft"),
}
SOFT = ("accent-soft", "success-soft", "failure-soft", "completion-soft", "warning-soft")
SHAPES = {
    **dict.fromkeys(("success", "failure", "completion", "accent", "line-strong"), ("ground", "surface")),
    "warning": ("ground", "surface"),
}
"""Edges, their ends, handles, the boxes of tasks and fields, the ring of the focus."""


def tokens() -> dict[str, tuple[str, str]]:
    found = re.findall(r"--([a-z-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)", TOKENS.read_text())
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_a_contrast_of_four_and_a_half_on_every_ground(scheme: str) -> None:
    at, known = ("light", "dark").index(scheme), tokens()
    pairs = [(text, ground) for text, grounds in TEXTS.items() for ground in grounds]
    pairs += [("ink", ground) for ground in SOFT] + [("accent", "accent-soft")]
    low = {pair: round(found, 2) for pair in pairs if (found := contrast(*(known[name][at] for name in pair))) < 4.5}
    assert low == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_shapes_have_a_contrast_of_three(scheme: str) -> None:
    at, known = ("light", "dark").index(scheme), tokens()
    pairs = [(shape, ground) for shape, grounds in SHAPES.items() for ground in grounds]
    low = {pair: round(found, 2) for pair in pairs if (found := contrast(*(known[name][at] for name in pair))) < 3}
    assert low == {}


def test_styles_name_colours_by_tokens_alone() -> None:
    raw = re.compile(r"(?<![\w-])(#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(|oklch\()", re.I)
    styles = [file for file in TOKENS.parent.glob("*.css") if file != TOKENS]
    assert {file.name: found for file in styles if (found := raw.findall(file.read_text()))} == {}
