"""Text that a spreadsheet would run as a formula: marked when written, restored when read."""

import re
from typing import Final

import polars as pl

FORMULA: Final = r"^'*[=+\-@\t\r\n＝＋－＠]"
PLAIN_NUMBER: Final = r"^[+-]?\d+([.]\d+)?([eE][+-]?\d+)?$"


def neutralise(table: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before every text, names of columns too, that would run as a formula."""
    table = table.with_columns(_marked(name) for name in _texts(table))
    risky_names = [name for name in table.columns if re.match(FORMULA, name)]
    return table.rename({name: "'" + name for name in risky_names})


def _texts(table: pl.DataFrame) -> list[str]:
    return [name for name, kind in table.schema.items() if kind == pl.String]


def _marked(name: str) -> pl.Expr:
    text = pl.col(name)
    risky = text.str.contains(FORMULA) & ~text.str.contains(PLAIN_NUMBER)
    return pl.when(risky).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).alias(name)


def restored(table: pl.DataFrame) -> pl.DataFrame:
    """Take away the apostrophes that `neutralise` put; names of columns stay different."""
    marked = "^'" + FORMULA.removeprefix("^")
    for name in _texts(table):
        if (is_marked := table[name].str.contains(marked)).any():
            bare = table[name].str.slice(1).zip_with(is_marked.fill_null(False), table[name])
            table = table.with_columns(bare.alias(name))
    bare_names: dict[str, str] = {}
    taken = set(table.columns)
    for name in sorted((name for name in table.columns if re.match(marked, name)), key=len):
        if name[1:] not in taken:
            bare_names[name] = name[1:]
            taken = (taken - {name}) | {name[1:]}
    return table.rename(bare_names)
