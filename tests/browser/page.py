"""The txt2img page in headless Chromium, driven as a user would."""

import re
import shutil
from contextlib import contextmanager

from playwright.sync_api import TimeoutError as TookTooLong
from playwright.sync_api import expect, sync_playwright

FLAGS = """
    --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync
"""
SECONDS = 1000
OF_THE_HOST = "reading 'props'"  # what gradio 3.41 complains of after every generation, with any script or none
HAS_LOADED_AGAIN = "location.protocol === 'http:' && sessionStorage.setItem('physton_icon_refreshed', '1')"
"""Tells Forge Neo's page so, which else does it two seconds after it is first opened in a tab, whatever is going on."""

PANEL = "#script_expression_grid_"
CLOSE_ACCORDIONS = "document.querySelectorAll('.label-wrap.open').forEach((label) => label.click())"


def choose_option(page, field, name):
    """Chooses in a dropdown: types the name and clicks the option.

    Choices that arrive after the typing, gradio does not show, and with those that arrive after the list has opened,
    it draws the list anew, under the mouse, or closes it until the field is entered again.
    """
    text, option = page.locator(f"{field} input").first, page.locator(f"{field} li", has_text=name).first
    for _ in range(20):
        text.blur()
        text.fill("")
        text.fill(name)
        try:
            option.click(timeout=2 * SECONDS)
        except TookTooLong:
            continue
        return
    raise AssertionError(f"{field} offers no {name!r}: {page.locator(f'{field} li').all_inner_texts()}")


class Page:
    """Finds things by the element ids that the WebUI and the panel give them."""

    def __init__(self, page):
        self.page = page
        self.complaints = []
        page.on("pageerror", self._note)
        page.add_init_script(HAS_LOADED_AGAIN)

    def _note(self, error):
        if OF_THE_HOST not in str(error):
            self.complaints.append(error.stack or str(error))

    def open(self, url, theme="light"):
        # The page's fonts come from elsewhere, and "load" waits for them where there is no network.
        self.page.goto(f"{url}/?__theme={theme}", timeout=60 * SECONDS, wait_until="domcontentloaded")
        expect(self.page.locator("#txt2img_generate")).to_be_visible(timeout=60 * SECONDS)

    @property
    def is_gradio_3(self):
        return self.page.evaluate("window.gradio_config.version").startswith("3.")

    def reset(self):
        """Puts the stand-in's fields back to how they were when it was opened.

        In gradio 4 a gallery that is emptied shows no thumbnails of what comes next.
        """
        self.page.evaluate(CLOSE_ACCORDIONS)
        resets = self.page.locator("#standin_resets.prose, #standin_resets .prose").first  # without gradio's progress
        before = resets.text_content()
        self.page.evaluate("document.querySelector('#standin_reset').click()")
        expect(resets).not_to_have_text(before, timeout=60 * SECONDS)

    def leave(self):
        """Lets go of the tab, with nothing left in it."""
        self.page.remove_listener("pageerror", self._note)
        self.page.evaluate("localStorage.clear()")
        self.page.goto("about:blank")

    def fill(self, element_id, text):
        self.page.locator(f"{element_id} textarea, {element_id} input").first.fill(str(text))

    def paste(self, element_id, text):
        """As the clipboard does it; typing thousands of lines takes Chromium minutes, in any text field."""
        self.page.locator(f"{element_id} textarea").first.evaluate(
            "(field, text) => { field.value = text; field.dispatchEvent(new Event('input', {bubbles: true})) }", text
        )

    def value(self, element_id):
        return self.page.locator(f"{element_id} textarea, {element_id} input").first.input_value()

    def choose_script(self, title="Expression grid"):
        """As the script stays chosen when the fields are reset, it may be already."""
        if self.page.locator(f"{PANEL}expressions textarea").is_visible():
            return
        self.page.locator("#txt2img_script_container #script_list input").click()
        self.page.get_by_role("option", name=title, exact=True).or_(
            self.page.locator("#txt2img_script_container li", has_text=title)
        ).first.click()
        expect(self.page.locator(f"{PANEL}expressions textarea")).to_be_visible()

    def set_size(self, pixels, steps):
        for name, value in (("width", pixels), ("height", pixels), ("steps", steps)):
            self.page.locator(f"#txt2img_{name} input[type=number]").fill(str(value))

    def generate(self):
        self.page.locator("#txt2img_generate").click()

    def wait_for_result(self, timeout=300):
        """Until pictures, or an error, are there: the time that the WebUI prints comes with either.

        Forge leaves the time of the generation before in sight; while one is under way, there is an Interrupt button.
        """
        expect(self.page.locator("#txt2img_interrupt")).to_be_hidden(timeout=timeout * SECONDS)
        expect(self.page.locator("#html_log_txt2img .time").first).to_be_visible(timeout=timeout * SECONDS)

    @property
    def log(self):
        return self.page.locator("#html_log_txt2img").first.inner_text()

    def click_picture(self, across, down, **how):
        """Clicks on the large picture, at fractions of what is seen of it, which is in the middle of its box."""
        picture = self.page.locator("#txt2img_gallery .preview img").first
        width, height, room, tall = picture.evaluate(
            "i => [i.naturalWidth, i.naturalHeight, i.clientWidth, i.clientHeight]"
        )
        scale = min(room / width, tall / height)
        x, y = room / 2 + (across - 0.5) * width * scale, tall / 2 + (down - 0.5) * height * scale
        picture.click(position={"x": x, "y": y}, **how)

    def thumbnails(self):
        return self.page.locator("#txt2img_gallery .thumbnails button")


CHROMIUMS = "chromium-headless-shell chromium chromium-browser google-chrome"  # the first takes two thirds of the time


def chromium():
    """Where Chromium is, or None."""
    return next(filter(None, map(shutil.which, CHROMIUMS.split())), None)


@contextmanager
def browser():
    """A headless Chromium."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=FLAGS.split())
        yield launched
        launched.close()


def number_in(text, pattern):
    found = re.search(pattern, text)
    return int(found[1]) if found else None
