"""The README's pictures, photographed from the demo's own pages: `python docs/images/make.py demo`.

Needs chromium. `made.json` beside the pictures says of what they are; a test holds it against the
drawing, the version and the grader of this tree, and against the pictures themselves.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from drgrade.modelfile.places import shipped_models

HERE = Path(__file__).parent
PAGES = {  # name, page below the demo's folder, width and height in px
    "gallery.jpg": ("gallery/gallery.html", 1280, 1000),
    "report.jpg": ("lab/report.html", 1280, 800),
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--blink-settings=preferredColorScheme=1",
)  # fmt: skip


def photograph(page: Path, picture: Path, width: int, height: int) -> None:
    """Photograph the top of a page as a JPEG."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit(f"the pictures are made by a browser; install one of {', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        subprocess.run(
            [browser, *OPTIONS, f"--user-data-dir={folder}/profile", f"--screenshot={shot}",
             f"--window-size={width},{height}", page.resolve().as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        Image.open(shot).convert("RGB").save(picture, quality=86, optimize=True)


def sha256(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(demo: Path) -> None:
    """Photograph the demo's pages and record of what they are."""
    twin = json.loads((demo / "demo.json").read_text(encoding="utf-8"))
    for name, (page, width, height) in PAGES.items():
        photograph(demo / page, HERE / name, width, height)
    made = {
        "command": "drgrade demo -o demo && python docs/images/make.py demo",
        **{key: twin[key] for key in ("drgrade", "drawing", "seed", "cells", "difference_qwk")},
        "default_sha256": sha256(shipped_models()["default"]),
        "pictures": {name: sha256(HERE / name) for name in PAGES},
    }
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    (HERE / "made.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
