"""The names of subgroups, English and Traditional Chinese: for warnings, tables and figures."""

from drgrade.locale.languages import Pairs, said

GROUP_WORDS: Pairs = {
    "column_eye": ("eye", "眼別"),
    "column_site": ("site", "地點"),
    "column_camera": ("camera", "相機"),
    "column_sex": ("sex", "性別"),
    "column_age": ("age", "年齡"),
    "column_ethnicity": ("ethnicity", "族裔"),
    "column_quality": ("quality", "品質"),
    "column_width": ("width", "寬度"),
    "group_left": ("left", "左"),
    "group_right": ("right", "右"),
    "group_under 40": ("under 40", "未滿 40 歲"),
    "group_40 to 49": ("40 to 49", "40 至 49 歲"),
    "group_50 to 59": ("50 to 59", "50 至 59 歲"),
    "group_60 to 69": ("60 to 69", "60 至 69 歲"),
    "group_70 and over": ("70 and over", "70 歲以上"),
    "group_under 1000 px": ("under 1000 px", "未滿 1000 px"),
    "group_1000 to 1999 px": ("1000 to 1999 px", "1000 至 1999 px"),
    "group_2000 px and over": ("2000 px and over", "2000 px 以上"),
}


def group_name(language: str, column: str, name: str) -> str:
    """A subgroup in words: its column, and its value where that is a word of ours."""
    value = _word(language, f"group_{name}", name)
    return f"{_word(language, f'column_{column}', column)}: {value}"


def _word(language: str, key: str, name: str) -> str:
    return said(GROUP_WORDS, language, key) if key in GROUP_WORDS else name
