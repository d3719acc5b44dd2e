"""The head of a card: whatever stands in it, YAML readers get back what was put in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgrade.publishing.front_matter import front_matter

yaml = pytest.importorskip("yaml")

scalars = st.one_of(st.booleans(), st.integers(-10**9, 10**9), st.text(),
                    st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 4)))  # fmt: skip
keys = st.from_regex(r"[a-z][a-z_-]{0,12}", fullmatch=True).filter(
    lambda key: not isinstance(yaml.safe_load(key), bool)
)
values = st.dictionaries(
    keys,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=12,
    ),
)  # fmt: skip


def between_the_dashes(text: str) -> str:
    first, *lines, last = text.removesuffix("\n").split("\n")
    assert (first, last) == ("---", "---")
    return "\n".join(lines)


@given(values)
def test_yaml_reads_back_what_was_put_in(found):
    assert (yaml.safe_load(between_the_dashes(front_matter(found))) or {}) == found


def test_texts_stay_texts_and_nothing_is_on_a_line_of_another():
    found = {"license": "no", "version": "1.10", "date": "2026-11-25", "list": ["a: b", "- c\n---"]}
    text = front_matter(found)
    assert yaml.safe_load(between_the_dashes(text)) == found
    assert text.count("---\n") == 2


def test_quotes_inside_a_text_are_escaped():
    assert front_matter({"name": 'a "word"'}) == '---\nname: "a \\"word\\""\n---\n'
