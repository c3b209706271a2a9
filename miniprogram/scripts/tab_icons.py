"""Write the PNG pictograms of the tab bar (the platforms take no SVG there). Needs the development environment.

    .talent/app/bin/python miniprogram/scripts/tab_icons.py
"""

import io
import re
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

CLIENT = Path(__file__).parents[1]
ICONS = {"home": "house", "items": "layout-grid", "assistant": "messages-square", "me": "user-round"}
COLOURS = {"": "#66717F", "-on": "#0E5CAD", "-dark": "#9AA6B5", "-dark-on": "#6DB1F7"}
SIZE = 81


def drawing(lucide: str, colour: str) -> str:
    """The pictogram as SVG in `colour`, with room around it as the tab bars expect."""
    svg = (CLIENT / "node_modules" / "lucide-static" / "icons" / f"{lucide}.svg").read_text(encoding="utf-8")
    svg = re.sub(r'(width|height)="24"', rf'\1="{SIZE}"', svg).replace('stroke-width="2"', 'stroke-width="1.8"')
    return svg.replace('viewBox="0 0 24 24"', 'viewBox="-1.5 -1.5 27 27"').replace("currentColor", colour)


def write() -> None:
    """Draw each pictogram in each colour."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": SIZE, "height": SIZE})
        for name, lucide in ICONS.items():
            for suffix, colour in COLOURS.items():
                page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{drawing(lucide, colour)}")
                drawn = Image.open(io.BytesIO(page.screenshot(omit_background=True)))
                small = drawn.quantize(16, method=Image.Quantize.FASTOCTREE)
                small.save(CLIENT / "src" / "static" / "tab" / f"{name}{suffix}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    write()
