"""What all pages share."""

from drgrade.evaluation.pages.frame import coded


def test_what_stands_between_backticks_is_code_and_all_is_escaped():
    said = coded("a <b> & `drgrade split <x>` done")
    assert str(said) == "a &lt;b&gt; &amp; <code>drgrade split &lt;x&gt;</code> done"
