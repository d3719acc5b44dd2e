"""What is installed is the whole: the wheel alone grades a photograph."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.proof
def test_the_wheel_alone_grades_and_explains_a_real_photograph(tmp_path):
    skimage = pytest.importorskip("skimage")
    photo = Path(skimage.__file__).parent / "data" / "retina.jpg"
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path)]
    subprocess.run([*build, str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site")
    there = os.environ | {"PYTHONPATH": str(tmp_path / "site"), "DRGRADE_DATA": str(tmp_path)}

    def typed(*words):
        command = [sys.executable, "-m", "drgrade", *map(str, words)]
        done = subprocess.run(command, cwd=tmp_path, env=there, capture_output=True, check=True)
        return json.loads(done.stdout)

    where = [sys.executable, "-c", "import drgrade; print(drgrade.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=there, capture_output=True, check=True)
    assert str(tmp_path / "site") in found.stdout.decode()
    card = tmp_path / "site" / "drgrade" / "modelfile" / "shipped" / "default.md"
    assert "model-index" in card.read_text(encoding="utf-8")
    assert typed("predict", "default", photo, "--json")["predicted"] == 0
    assert typed("explain", "default", photo, "-o", "out", "--json")["eye"] == "left"
    assert (tmp_path / "out" / "retina.png").is_file()
