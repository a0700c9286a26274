"""Takes the pictures of the explorer that the documents show: `python -m tests.browser.pictures`.

They look best on a machine that has a font like Arial, Roboto or Segoe UI.
"""

import base64
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, Page, sync_playwright

from conformance.serving import service as started_service
from tests.browser.visit import launch

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "docs" / "pictures"
STORY: Final = "morning"
POSITION: Final = 18
"""Two drive one work package, a warning follows, both answer, and a late event shows that one had stopped."""
LARGEST: Final = 150_000
SCALE: Final = 2
AS_WEBP: Final = """async ([png, quality]) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d").drawImage(image, 0, 0);
  const blob = await canvas.convertToBlob({type: "image/webp", quality});
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
}"""


def main() -> None:
    """Take both pictures, light and dark."""
    FOLDER.mkdir(exist_ok=True)
    with started_service() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for scheme in ("light", "dark"):
            taken = as_webp(browser, take(browser, address, scheme))
            path = FOLDER / f"explorer-{scheme}.webp"
            assert len(taken) < LARGEST
            path.write_bytes(taken)
        browser.close()


def take(browser: Browser, address: str, scheme: Literal["light", "dark"]) -> bytes:
    """Show the story at its overlap, and take the picture with its slider."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 1000}, device_scale_factor=SCALE, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(f"{address}/explore#story={STORY}&at={POSITION}")
    page.wait_for_selector(f"[role=slider][aria-valuenow='{POSITION}']")
    taken = page.locator(".stage").screenshot(animations="disabled")
    context.close()
    return taken


def as_webp(browser: Browser, png: bytes, quality: float = 0.9) -> bytes:
    """Let the browser encode it: there is no other tool for it here."""
    page: Page = browser.new_page()
    encoded: str = page.evaluate(AS_WEBP, [base64.b64encode(png).decode(), quality])
    page.close()
    return base64.b64decode(encoded)


if __name__ == "__main__":
    main()
