"""On the screen are the first rows, under the names of the table, and counts of all."""

from drgrade.cli.listing import LISTED, say_summary, show


def row(number, **more):
    shares = {f"p{k}": 0.2 for k in range(5)}
    return {"photo": f"{number}.jpg", "status": "graded", "predicted": 2, **shares, **more}


def test_what_the_model_says_and_the_reference_have_their_names_of_the_table(capsys):
    show([row(1, grade=4, referable=True, p_dme=0.25)], as_json=False)
    titles, line = capsys.readouterr().out.splitlines()
    assert titles.split()[2:] == ["predicted", "p0", "p1", "p2", "p3", "p4", "referable", "p_dme",
                                  "grade"]  # fmt: skip
    assert line.split()[2] == "2"
    assert line.split()[-3:] == ["yes", "0.250", "4"]


def test_a_column_that_no_row_has_is_not_shown(capsys):
    show([row(1)], as_json=False)
    assert "referable" not in capsys.readouterr().out


def test_a_long_listing_is_cut_with_a_count_and_all_are_counted(capsys):
    tally = show((row(number) for number in range(LISTED + 1234)), as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == LISTED + 2
    assert "1,234 more" in lines[-1]
    assert tally.total == LISTED + 1234


def test_json_has_every_row(capsys):
    show((row(number) for number in range(LISTED + 3)), as_json=True)
    assert len(capsys.readouterr().out.splitlines()) == LISTED + 3


def test_a_summary_ends_it(capsys, tmp_path):
    failed = {"photo": "a", "status": "error", "reason": "empty file: a"}
    tally = show([row(1), failed, failed], as_json=True)
    say_summary(tally, tmp_path / "t.csv")
    *counts, end = capsys.readouterr().err.splitlines()
    assert [line.split() for line in counts] == [["1", "graded"], ["2", "error", "empty", "file"]]
    assert "3 photographs = 1 graded + 2 not graded" in end
