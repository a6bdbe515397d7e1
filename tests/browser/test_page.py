"""The page as a user meets it: choose the script, paste two lists, generate, look at the gallery."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.page import PANEL, Page, choose_option, chromium, number_in
from tests.hosts import folder_of

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium to drive")

EXPRESSIONS = "neutral | neutral face expression\nsmile | smiling with open mouth\nsad | sad crying eyes closed"
CHARACTERS = "[LoRAs]\nNoor | <lora:Noor:0.8> noor woman\nmei | <lora:mei:1>\n[Embeddings]\nember_nobody"


@pytest.fixture
def page(panel, webui, shoot, request):
    panel.fill(f"{PANEL}expressions", EXPRESSIONS)
    panel.fill(f"{PANEL}characters", CHARACTERS)
    panel.set_size(128, 8)
    yield panel
    shoot(panel.page, f"{webui.name}-{request.node.originalname}")


@pytest.mark.slow
def test_lists_are_counted_as_they_are_typed(page):
    counters = page.page.locator(".expression-grid-counter span")
    expect(counters.nth(0)).to_have_text("3 expressions")
    expect(counters.nth(1)).to_have_text("3 characters in 2 groups")
    for text, count in (
        ("# nobody\nNoor", "1 character"), ("[A]\nNoor\n[B]\n[C]\nmei\nmei", "2 characters in 2 groups"),
        ("Noor\n[A]\nmei\n[B]\nJune\n[A]\nAda", "4 characters in 3 groups"),
    ):  # fmt: skip
        page.fill(f"{PANEL}characters", text)
        expect(counters.nth(1)).to_have_text(count)


@pytest.mark.slow
def test_the_lines_of_a_list_are_numbered(page, shoot):
    numbers = page.page.locator(f"{PANEL}characters .expression-grid-numbers")
    expect(numbers).to_have_text(re.compile(r"^1\s2\s3\s4\s5$"))
    page.paste(
        f"{PANEL}characters",
        "\n".join(f"person {number}, whose line is longer than its field" * 2 for number in range(40)),
    )
    expect(numbers).to_have_text(re.compile(r"38\s39\s40$"))
    shoot(page.page, "numbers")


def test_rows_a_batch_are_for_the_batched_mode(page):
    rows = page.page.locator(f"{PANEL}rows_per_batch input").first
    expect(rows).to_be_disabled()
    page.page.locator(f"{PANEL}mode").get_by_text("batched", exact=True).click()
    expect(rows).to_be_enabled()


def test_a_preset_replaces_the_expressions(page):
    choose_preset(page, "preset", "hard")
    expect(page.page.locator(".expression-grid-counter span").nth(0)).to_have_text("8 expressions")


def test_a_study_is_made_from_the_page(page, webui):
    page.generate()
    page.wait_for_result()
    assert "12 cells: 12 done" in page.log
    expect(page.thumbnails()).to_have_count(14)
    page.thumbnails().nth(2).click()
    info = page.page.locator("#html_info_txt2img").first
    expect(info).to_contain_text("[hair, neck, eyes, lips:neutral face expression:0.2], RAW photo, 1girl")
    folder = Path(page.log.split("Saved in ")[1].splitlines()[0])
    with Image.open(next(folder.glob(f"grid - LoRAs*.{webui.grid_format}"))) as grid:
        assert grid.width > 3 * 128


def test_faults_are_shown_a_line_each_and_nothing_typed_is_lost(page):
    page.fill(f"{PANEL}characters", "<lora:Nour:1>\na | b | c")
    page.fill(f"{PANEL}expressions", "smile #2")
    page.generate()
    page.wait_for_result()
    assert "3 faults, nothing was generated:" in page.log
    lines = [line for line in page.log.splitlines() if line.startswith("- ")]
    assert ["expressions, line 1" in lines[0], "Nour" in lines[1], "characters, line 2" in lines[2]] == [True] * 3
    assert page.value(f"{PANEL}characters") == "<lora:Nour:1>\na | b | c"


@pytest.mark.slow
def test_ten_thousand_lines_are_one_fault_and_stay(page):
    lines = "\n".join(f"face {number}" for number in range(10_000))
    page.paste(f"{PANEL}expressions", lines)
    page.paste(f"{PANEL}characters", lines)
    expect(page.page.locator(".expression-grid-counter span").nth(0)).to_have_text("10000 expressions")
    page.generate()
    page.wait_for_result()
    assert "study: 10,000 expressions × 10,001 columns × 1 seed are 100,010,000 cells; at most 50,000" in page.log
    assert [page.value(f"{PANEL}{name}") for name in ("expressions", "characters")] == [lines, lines]


@pytest.mark.slow
@pytest.mark.alone  # Check tells nothing while the WebUI is generating
def test_what_a_word_processor_made_of_a_list_is_read_as_it_was_meant(page):
    page.paste(f"{PANEL}expressions", "\ufeff“smiling”, closed\u00a0mouth \u2028\u2028sad – it’s over…\t\r\n")
    page.paste(f"{PANEL}characters", "Noor\u00a0| <lora:Noor:0.8>\u200b | cfg_scale=7;5\u2029mei\t<lora:mei:1>")
    page.page.locator(f"{PANEL}check").click()
    answer = page.page.locator(f"{PANEL}answer").first
    expect(answer).to_contain_text("1 fault", timeout=60_000)
    expect(answer).to_contain_text("cfg_scale: must be a number, is '7;5'")
    page.paste(f"{PANEL}characters", "Noor\u00a0| <lora:Noor:0.8>\u200b\u2029mei\t<lora:mei:1>")
    page.page.locator(f"{PANEL}check").click()
    expect(answer).to_contain_text("6 (2 rows × 3 columns)", timeout=60_000)
    expect(answer).to_contain_text("2 × LoRA")
    answer.get_by_role("button", name="“smiling”, closed mouth: to make").first.click()
    expect(answer).to_contain_text("[hair, neck, eyes, lips:“smiling”, closed mouth:0.2]")


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.usefixtures("slowly")
def test_interrupt_shows_what_is_finished(page):
    page.set_size(128, 100)
    page.generate()
    text = page.page.locator("#txt2img_results .progress").first
    expect(text).to_contain_text(re.compile(r"row [23] of 3, column [1-3] of 4: "), timeout=300_000)
    page.page.locator("#txt2img_interrupt").click()
    page.wait_for_result()
    done, interrupted = number_in(page.log, r"(\d+) done"), number_in(page.log, r"(\d+) interrupted")
    assert done + interrupted == 12
    missing = f"{done} of 12 cells done; Generate again makes the missing {interrupted}"
    expect(page.page.locator(".expression-grid-result strong")).to_have_text(missing)
    expect(page.thumbnails()).to_have_count(done + (1 if done <= 9 else 2))


def test_a_grids_infotext_restores_the_panel(page):
    page.fill(f"{PANEL}name", "pasted")
    page.page.locator(f"{PANEL}composition textarea").fill("hair, shoulders")
    page.generate()
    page.wait_for_result()
    infotext = page.page.locator("#html_info_txt2img").first.inner_text()
    page.fill(f"{PANEL}characters", "")
    page.fill(f"{PANEL}composition", "")
    page.fill("#txt2img_prompt", infotext.strip())
    page.page.locator("#txt2img_tools #paste, #paste").first.click()
    expect(page.page.locator(f"{PANEL}characters textarea")).to_have_value(CHARACTERS)
    expect(page.page.locator(f"{PANEL}composition textarea")).to_have_value("hair, shoulders")


@pytest.mark.slow
@pytest.mark.alone  # Check tells nothing while the WebUI is generating
def test_check_finds_a_study_on_a_page_that_was_opened_anew(page, webui):
    """What a page sends of other extensions before its first picture may look other than after it."""
    asked = {"expressions": "smile", "characters": "Noor", "seeds": "7", "name": uuid4().hex}

    def fill():
        for field, text in asked.items():
            page.fill(f"{PANEL}{field}", text)
        page.set_size(64, 8)

    fill()
    page.generate()
    page.wait_for_result()
    page.open(webui.url)
    page.choose_script()
    fill()
    page.page.locator(f"{PANEL}check").click()
    answer = page.page.locator(f"{PANEL}answer").first
    expect(answer).to_contain_text("Nothing is left to make", timeout=60_000)


@pytest.mark.alone  # Check tells nothing while the WebUI is generating
def test_check_tells_what_will_be_made_and_makes_nothing(page):
    page.page.locator(f"{PANEL}check").click()
    answer = page.page.locator(f"{PANEL}answer").first
    expect(answer).to_contain_text("12 (3 rows × 4 columns)", timeout=60_000)
    expect(answer).to_contain_text("2 × LoRA, 1 × embedding")
    answer.get_by_role("button", name="mei, smile: to make").click()
    expect(answer).to_contain_text("[hair, neck, eyes, lips:smiling with open mouth:0.2], RAW photo, <lora:mei:1>")
    expect(answer).to_contain_text("Step 1closeup of woman facing viewer, hair, neck, eyes, lips, RAW photo")
    expect(page.thumbnails()).to_have_count(0)


@pytest.mark.alone  # Check tells nothing while the WebUI is generating
def test_check_shows_every_fault_and_keeps_what_was_typed(page):
    page.fill(f"{PANEL}characters", "<lora:Nour:1>\na | <b>bold</b> | c")
    page.page.locator(f"{PANEL}check").click()
    answer = page.page.locator(f"{PANEL}answer").first
    expect(answer).to_contain_text("2 faults: nothing can be generated yet", timeout=60_000)
    expect(answer.locator("li")).to_have_count(2)
    expect(answer).to_contain_text("<b>bold</b>")
    assert page.value(f"{PANEL}characters") == "<lora:Nour:1>\na | <b>bold</b> | c"


@pytest.mark.slow
@pytest.mark.alone  # Check tells nothing while the WebUI is generating
def test_a_click_on_a_fault_chooses_its_line(page, shoot):
    page.fill(f"{PANEL}characters", "# people\n<lora:Nour:1>\nmei")
    page.fill(f"{PANEL}expressions", "smile\nsad #2")
    page.page.locator(f"{PANEL}check").click()
    faults = page.page.locator(f"{PANEL}answer").first.locator("li button")
    expect(faults).to_have_count(2, timeout=60_000)
    for number, line in enumerate(("sad #2", "<lora:Nour:1>")):
        faults.nth(number).click()
        assert page.page.evaluate("getSelection().toString()") == line
    shoot(page.page, "faults")


def check(page):
    """What Check answers."""
    page.page.locator(f"{PANEL}check").click()
    answer = page.page.locator(f"{PANEL}answer .expression-grid-check").first
    expect(answer).not_to_have_class(re.compile("stale"), timeout=60_000)
    return answer


@pytest.mark.slow
@pytest.mark.alone  # Check tells nothing while the WebUI is generating
@pytest.mark.parametrize(
    ("prompt", "put"),
    [
        ("photo of 1girl, freckles, ", "photo of {character}, freckles, {expression}"),
        ("portrait, {character}", "portrait, {character}, {expression}"),
        ("portrait", "portrait, {expression}, {character}"),
    ],
)
def test_placeholders_that_the_prompt_lacks_are_put_in_by_a_click(page, prompt, put, shoot):
    page.fill("#txt2img_prompt", prompt)
    answer = check(page)
    expect(answer).to_contain_text("put it where the expression belongs, or leave the prompt empty", timeout=60_000)
    shoot(page.page, "remedies")
    answer.get_by_role("button", name="Put the placeholders into the prompt").click()
    expect(page.page.locator("#txt2img_prompt textarea")).to_have_value(put)
    expect(page.page.locator(f"{PANEL}answer").first).to_contain_text("Ready to generate", timeout=60_000)


@pytest.mark.slow
@pytest.mark.alone  # Check tells nothing while the WebUI is generating
def test_standard_prompts_are_put_in_with_the_panels_placeholders_and_taken_back(page):
    page.fill(f"{PANEL}expression_placeholder", "FACE")
    boxes = [page.page.locator(f"#txt2img_{name}prompt textarea") for name in ("", "neg_")]
    page.fill("#txt2img_prompt", "mine")
    for title in ("Illustrious", "Pony", "Photographic"):
        page.page.locator(f"{PANEL}prompts").get_by_role("button", name=title).click()
        expect(boxes[0]).to_have_value(re.compile(r"{character}, FACE|FACE, RAW photo, {character}"))
        expect(boxes[1]).not_to_have_value("")
        expect(check(page)).to_contain_text("Ready to generate", timeout=60_000)
    for _ in range(6):  # three prompts in two boxes
        page.page.keyboard.press("Control+z")
    expect(boxes[0]).to_have_value("mine")
    page.fill(f"{PANEL}expression_placeholder", "{expression}")


@pytest.mark.slow
@pytest.mark.alone  # Check tells nothing while the WebUI is generating
def test_a_prompt_without_placeholders_is_emptied_by_a_click(page):
    page.fill("#txt2img_prompt", "portrait")
    check(page).get_by_role("button", name="Empty the prompt box").click()
    expect(page.page.locator("#txt2img_prompt textarea")).to_have_value("")
    expect(page.page.locator(f"{PANEL}answer").first).to_contain_text("Ready to generate", timeout=60_000)


@pytest.mark.slow
@pytest.mark.alone  # Check tells nothing while the WebUI is generating
def test_an_answer_to_something_else_says_so(page, shoot):
    answer, stale = check(page), re.compile("stale")
    expect(answer).to_contain_text("Ready to generate", timeout=60_000)
    expect(answer).not_to_have_class(stale)
    page.fill(f"{PANEL}expressions", "sad")
    expect(answer).to_have_class(stale)
    shoot(page.page, "stale")
    page.fill(f"{PANEL}expressions", EXPRESSIONS)
    expect(answer).not_to_have_class(stale)
    page.page.locator(f"{PANEL}make").get_by_text("seeds to choose from").click()
    expect(answer).to_have_class(stale)
    expect(page.page.locator(f"{PANEL}scout_count")).to_be_visible()
    page.page.locator(f"{PANEL}make").get_by_text("study", exact=True).click()
    expect(page.page.locator(f"{PANEL}scout_count")).not_to_be_visible()
    expect(answer).not_to_have_class(stale)
    page.page.locator(f"{PANEL}fill .label-wrap").click()
    page.fill(f"{PANEL}preset_name", "no part of the study")
    expect(answer).not_to_have_class(stale)
    choose_preset(page, "preset", "hard")
    expect(answer).to_have_class(stale)
    expect(page.page.locator(".expression-grid-counter span").nth(0)).to_have_text("8 expressions")
    expect(check(page)).to_contain_text("32 (8 rows × 4 columns)", timeout=60_000)
    page.generate()
    page.wait_for_result()
    expect(answer).to_have_class(stale)


@pytest.fixture
def style(page, webui):
    """A style that the dropdown offers; a real WebUI may have none, and reads its file again when it is asked to."""
    if webui.name == "standin":
        yield "Studio"
        return
    name, file = f"style {uuid4().hex}", Path(folder_of(webui.name), "styles.csv")
    before = file.read_bytes() if file.exists() else None
    file.write_text(f'name,prompt,negative_prompt\n{name},"studio, {{prompt}}",\n', encoding="utf8")
    page.page.locator("#refresh_txt2img_styles").evaluate("button => button.click()")
    yield name
    file.unlink() if before is None else file.write_bytes(before)


@pytest.mark.slow
@pytest.mark.alone  # Check tells nothing while the WebUI is generating
def test_a_style_is_part_of_what_was_checked(page, style):
    answer, stale = check(page), re.compile("stale")
    expect(answer).to_contain_text("Ready to generate", timeout=60_000)
    tokens, typed = page.page.locator("#txt2img_styles .token"), page.page.locator("#txt2img_styles input").first
    choose_option(page.page, "#txt2img_styles", style)
    expect(tokens).to_have_count(1)
    typed.fill("")  # gradio 3 leaves there what was typed
    typed.dispatch_event("change")  # what was typed no longer counts
    expect(answer).to_have_class(stale)
    tokens.locator(".token-remove").click()
    expect(tokens).to_have_count(0)
    typed.fill("")
    expect(answer).not_to_have_class(stale)


@pytest.mark.slow
@pytest.mark.alone  # Check tells nothing while the WebUI is generating
def test_a_name_with_a_slip_is_noted_and_words_only_stand_out(page, shoot):
    page.fill(f"{PANEL}characters", "mei | <lora:mei:1>\nember_nobdy")
    answer = check(page)
    expect(answer).to_contain_text("the nearest network: the embedding 'ember_nobody'", timeout=60_000)
    expect(answer.locator("tr.words")).to_have_text(re.compile("^ember_nobdy\\s*words only"))
    expect(answer.locator("tr.words")).to_be_visible()
    shoot(page.page, "words-only")


class Networks:
    """The list of installed networks in the panel."""

    def __init__(self, page, panel=PANEL):
        self.root = page.page.locator(f"{panel}networks")
        self.search, self.status = self.root.get_by_role("searchbox"), self.root.locator(".status")
        self.shown = self.root.locator(".item:visible")

    def open(self, page, panel=PANEL):
        page.page.locator(f"{panel}fill .label-wrap").click()
        expect(self.status).to_contain_text("for this checkpoint", timeout=60_000)
        self.search.fill("")  # the page may have been open before, with other files
        self.root.locator("summary").first.evaluate("part => { part.dataset.isOld = true }")
        self.root.get_by_role("button", name="Read anew").click()
        expect(self.root.locator("[data-is-old]")).to_have_count(0, timeout=60_000)
        return self

    def find(self, words):
        self.search.fill(words)
        expect(self.status).to_contain_text("found")

    def tick(self, name):
        self.root.locator(f"[data-id$=':{name}']").check()

    def add(self, count):
        self.root.get_by_role("button", name=f"Add {count} to characters").click()


@pytest.mark.slow
@pytest.mark.alone  # Check tells nothing while the WebUI is generating
def test_characters_are_filled_from_what_is_installed(page):
    page.fill(f"{PANEL}characters", "mei | <lora:mei:1>")
    networks = Networks(page).open(page)
    networks.find("no")
    networks.tick("Noor")
    networks.find("ember")
    networks.tick("ember_nobody")
    networks.add(2)
    lines = page.page.locator(f"{PANEL}characters textarea")
    expect(lines).to_have_value(
        "mei | <lora:mei:1>\n[LoRAs]\nNoor | <lora:Noor:1>\n[Embeddings]\nember_nobody", timeout=60_000
    )
    page.page.locator(f"{PANEL}check").click()
    expect(page.page.locator(f"{PANEL}answer").first).to_contain_text("Ready to generate", timeout=60_000)
    page.page.locator(f"{PANEL}characters").get_by_role("button", name="Undo").click()
    expect(lines).to_have_value("mei | <lora:mei:1>")


MANY = 120


@pytest.fixture
def many_files(webui):
    """Many LoRAs in a folder of their own, each with a preview."""
    loras, made = webui.folder("lora"), []
    data = (loras / "Noor.safetensors").read_bytes()
    (loras / "crowd").mkdir()
    for number in range(MANY):
        made.append(loras / f"crowd/face{number:03}.safetensors")
        made[-1].write_bytes(data)
        made.append(loras / f"crowd/face{number:03}.preview.png")
        Image.new("RGB", (96, 144), (2 * number, 120, 90)).save(made[-1])
    yield
    for file in made:
        file.unlink()
    (loras / "crowd").rmdir()


@pytest.mark.slow
@pytest.mark.usefixtures("many_files")
def test_many_networks_are_closed_by_folder_and_previews_come_into_sight(page, shoot, request):
    fetched = []
    page.page.on("request", lambda asked: fetched.append(asked.url) if "thumb?" in asked.url else None)
    networks = Networks(page).open(page)
    crowd = networks.root.locator("details", has_text="LoRAs/crowd")
    expect(crowd.locator("summary")).to_contain_text(f"LoRAs/crowd {MANY}")
    assert (networks.shown.count(), fetched) == (0, [])
    crowd.locator("summary").click()
    expect(crowd.locator(".item img").first).to_have_js_property("naturalWidth", 96)
    shoot(page.page, request.node.name)
    assert 0 < len(fetched) < MANY / 3
    crowd.locator(".item").last.scroll_into_view_if_needed()
    expect(crowd.locator(".item img").last).to_have_js_property("naturalWidth", 96)
    networks.find("CROWD face11")
    expect(networks.shown).to_have_count(10)
    crowd.locator(".all input").check()
    networks.search.fill("")
    expect(networks.status).to_contain_text("10 ticked")
    networks.add(10)
    lines = page.page.locator(f"{PANEL}characters textarea")
    expect(lines).to_have_value(re.compile(r"<lora:face110:1>\n(.*\n){8}.*<lora:face119:1>$"), timeout=60_000)
    expect(crowd.locator(".item small", has_text="in the list")).to_have_count(10)
    expect(networks.root.get_by_role("button", name="Add to characters")).to_be_disabled()


@pytest.mark.slow
@pytest.mark.usefixtures("many_files")
def test_networks_are_chosen_by_keyboard(page):
    page.fill(f"{PANEL}characters", "")
    networks = Networks(page).open(page)
    networks.search.fill("crowd")
    expect(networks.shown).to_have_count(MANY)
    keyboard, ticked = page.page.keyboard, networks.root.locator(".item input:checked")
    for key in ("ArrowDown", "ArrowRight", "Space", "ArrowRight", "Space", "End", "Space", "ArrowRight", "Home"):
        keyboard.press(key)
    expect(ticked).to_have_count(3)
    keyboard.press("Tab")
    assert page.page.evaluate("!document.activeElement.closest('.expression-grid-networks')"), "a folder is one stop"
    for _ in range(5):  # items, all, folder, Read anew, Add
        keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    lines = page.page.locator(f"{PANEL}characters textarea")
    names = ["[LoRAs]", *(f"face{number:03} | <lora:face{number:03}:1>" for number in (1, 2, MANY - 1))]
    expect(lines).to_have_value("\n".join(names), timeout=60_000)


@pytest.mark.slow
@pytest.mark.usefixtures("many_files")
def test_networks_are_chosen_on_a_phone_in_img2img_too(standin_server, chrome, shoot, request):
    phone = chrome.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page, panel = Page(phone.new_page()), PANEL.replace("script_", "script_img2img_")
    page.open(standin_server.url)
    page.page.locator("#tabs button", has_text="img2img").first.click()
    page.page.locator("#img2img_script_container #script_list input").click()
    page.page.locator("#img2img_script_container li", has_text="Expression grid").first.click()
    networks = Networks(page, panel).open(page, panel)
    networks.find("face00")
    networks.shown.nth(1).tap()
    networks.shown.nth(3).tap()
    shoot(page.page, request.node.name)
    assert networks.root.evaluate("root => root.scrollWidth <= root.clientWidth")
    assert min(item.bounding_box()["height"] for item in networks.shown.all()) >= 44
    networks.root.get_by_role("button", name="Add 2 to characters").tap()
    lines = page.page.locator(f"{panel}characters textarea")
    expect(lines).to_have_value(re.compile("<lora:face001:1>\n.*<lora:face003:1>$"), timeout=60_000)
    assert page.complaints == []
    phone.close()


@pytest.fixture
def odd_files(webui):
    """A LoRA whose card has its weight as a text, one that no line can name, and an embedding of the same name."""
    loras, embeddings = webui.folder("lora"), webui.folder("embeddings")
    lora, embedding = (loras / "Noor.safetensors").read_bytes(), (embeddings / "ember_nobody.safetensors").read_bytes()
    card = b'{"preferred weight": "0.8", "activation text": "noor woman"}'
    made = {loras / "oddcard.safetensors": lora, loras / "oddcard.json": card, loras / "oddcard#2.safetensors": lora}
    made[embeddings / "oddcard.safetensors"] = embedding
    for file, data in made.items():
        file.write_bytes(data)
    yield
    for file in made:
        file.unlink()


@pytest.mark.slow
@pytest.mark.alone  # Check tells nothing while the WebUI is generating
@pytest.mark.usefixtures("odd_files")
def test_what_is_filled_in_is_taken_whatever_the_files_and_their_cards_are_like(page):
    page.fill(f"{PANEL}characters", "")
    networks = Networks(page).open(page)
    networks.find("oddcard")
    expect(networks.shown).to_have_count(3)
    for tick in networks.shown.all():
        tick.click()
    networks.add(3)
    lines = "[LoRAs]\noddcard | <lora:oddcard:0.8> noor woman\n[Embeddings]\noddcard embedding | oddcard"
    expect(page.page.locator(f"{PANEL}characters textarea")).to_have_value(lines)
    expect(page.page.get_by_text("oddcard#2").first).to_be_visible()
    page.page.locator(f"{PANEL}check").click()
    expect(page.page.locator(f"{PANEL}answer").first).to_contain_text("Ready to generate", timeout=60_000)


def save_preset(page, name):
    if not page.page.locator(f"{PANEL}preset_name").is_visible():
        page.page.locator(f"{PANEL}fill .label-wrap").click()
    page.fill(f"{PANEL}preset_name", name)
    page.page.locator(f"{PANEL}save_preset").click()


def choose_preset(page, field, name):
    choose_option(page.page, f"{PANEL}{field}", name)


@pytest.mark.slow
def test_a_list_is_kept_as_a_preset(page):
    name = f"faces {uuid4().hex}"  # a real WebUI keeps those of earlier runs
    save_preset(page, name)
    expect(page.page.get_by_text(f"Saved as the preset '{name}'")).to_be_visible()
    for _ in range(2):
        page.fill(f"{PANEL}expressions", "other")
        choose_preset(page, "preset", name)
        expect(page.page.locator(f"{PANEL}expressions textarea")).to_have_value(EXPRESSIONS)


@pytest.mark.slow
def test_a_preset_is_written_over_and_deleted_after_a_second_click_only(page):
    lines, save = page.page.locator(f"{PANEL}expressions textarea"), page.page.locator(f"{PANEL}save_preset")
    delete = page.page.locator(f"{PANEL}delete_preset")
    save_preset(page, "two faces")
    expect(page.page.get_by_text("Saved as the preset 'two faces'")).to_be_visible()
    page.fill(f"{PANEL}expressions", "other")
    save.click()
    expect(save).to_have_text("Overwrite the expressions 'two faces'")
    choose_preset(page, "preset", "two faces")
    expect(lines).to_have_value(EXPRESSIONS)
    page.fill(f"{PANEL}expressions", "other")
    save.click()
    expect(save).to_have_text("Save preset")
    page.fill(f"{PANEL}expressions", "")
    choose_preset(page, "preset", "two faces")
    expect(lines).to_have_value("other")
    delete.click()
    expect(delete).to_have_text("Really delete the expressions 'two faces'")
    delete.click()
    expect(page.page.get_by_text("Deleted the preset 'two faces'")).to_be_visible()
    page.page.locator(f"{PANEL}preset input").first.click()
    expect(page.page.locator(f"{PANEL}preset li", has_text="two faces")).to_have_count(0)
    page.page.keyboard.press("Escape")


@pytest.mark.slow
def test_a_second_click_deletes_from_the_list_that_the_first_one_asked_about(page):
    which, delete = page.page.locator(f"{PANEL}preset_list"), page.page.locator(f"{PANEL}delete_preset")
    save_preset(page, "of both")
    saved = page.page.get_by_text("Saved as the preset 'of both'")
    expect(saved).to_be_visible()
    expect(saved).to_have_count(0, timeout=30_000)  # so that the next one is the other list's
    which.get_by_text("characters", exact=True).click()
    page.page.locator(f"{PANEL}save_preset").click()
    expect(saved).to_be_visible()
    delete.click()
    expect(delete).to_have_text("Really delete the characters 'of both'")
    for kind in ("expressions", "characters"):
        which.get_by_text(kind, exact=True).click()
        delete.click()
        expect(delete).to_have_text(f"Really delete the {kind} 'of both'")
        delete.click()
        expect(delete).to_have_text("Delete preset")


@pytest.mark.slow
def test_a_list_of_characters_is_kept_as_well(page):
    page.page.locator(f"{PANEL}fill .label-wrap").click()
    page.page.locator(f"{PANEL}preset_list").get_by_text("characters", exact=True).click()
    name = f"people {uuid4().hex}"  # a real WebUI keeps those of earlier runs
    save_preset(page, name)
    expect(page.page.get_by_text(f"Saved as the preset '{name}'")).to_be_visible()
    page.fill(f"{PANEL}characters", "")
    choose_preset(page, "character_preset", name)
    expect(page.page.locator(f"{PANEL}characters textarea")).to_have_value(CHARACTERS)


@pytest.mark.slow
def test_what_a_preset_or_a_fill_took_the_place_of_is_brought_back(page, shoot):
    lines, undo = (
        page.page.locator(f"{PANEL}expressions textarea"),
        page.page.locator(f"{PANEL}expressions").get_by_text("Undo"),
    )
    expect(undo).to_be_hidden()
    choose_preset(page, "preset", "hard")
    expect(lines).to_have_value(re.compile("pouting"))
    shoot(page.page, "undo")
    undo.click()
    expect(lines).to_have_value(EXPRESSIONS)
    undo.click()
    expect(lines).to_have_value(re.compile("pouting"))
    lines.press("Control+z")
    expect(lines).to_have_value(EXPRESSIONS)
    lines.press_sequentially("x")
    expect(undo).to_be_hidden()
    networks = Networks(page).open(page)
    page.fill(f"{PANEL}characters", "mei")
    networks.tick("Noor")
    networks.add(1)
    lines = page.page.locator(f"{PANEL}characters textarea")
    expect(lines).to_have_value(re.compile("lora:Noor"))
    lines.press("Control+z")
    expect(lines).to_have_value("mei")


@pytest.mark.slow
@pytest.mark.alone  # Check tells nothing while the WebUI is generating
def test_seeds_are_scouted_and_one_is_reused(page, shoot):
    page.fill(f"{PANEL}name", uuid4().hex)  # a real WebUI keeps what was scouted before
    page.fill(f"{PANEL}characters", "")
    expect(page.page.locator(f"{PANEL}scout_count")).not_to_be_visible()
    page.page.locator(f"{PANEL}make").get_by_text("seeds to choose from").click()
    expect(page.page.locator(f"{PANEL}scout_count")).to_be_visible()
    page.page.locator(f"{PANEL}scout_count input[type=number]").fill("5")
    page.fill(f"{PANEL}scout_expression", "smile")
    page.page.locator(f"{PANEL}stop_at_switch input").check()
    page.fill("#txt2img_seed", 400)
    page.page.locator(f"{PANEL}check").click()
    answer = page.page.locator(f"{PANEL}answer").first
    expect(answer).to_contain_text("5, for smile", timeout=60_000)
    answer.get_by_role("button", name="403, smile: to make").click()
    expect(answer).to_contain_text("[hair, neck, eyes, lips:smiling with open mouth:0.2], RAW photo, 1girl")
    shoot(page.page, "scout-check")
    page.generate()
    page.wait_for_result()
    expect(page.page.locator(".expression-grid-result > *")).to_have_text(["5 cells done", "Page of the study"])
    expect(page.thumbnails()).to_have_count(6)
    page.thumbnails().nth(3).click()
    expect(page.page.locator("#html_info_txt2img").first).to_contain_text("Scout: stopped after step 2 of 8")
    page.page.locator("#txt2img_reuse_seed").click()
    expect(page.page.locator("#txt2img_seed input")).to_have_value("402")
    page.thumbnails().first.click()
    page.click_picture(0.1, 0.4)  # the first seed of the second row
    expect(page.page.locator("#expression_grid_cell")).to_have_text("seed 403")
    expect(page.page.locator("#html_info_txt2img").first).to_contain_text("Seed: 403")
    page.page.locator("#txt2img_reuse_seed").click()
    expect(page.page.locator("#txt2img_seed input")).to_have_value("403")
    shoot(page.page, "scout-chosen")


@pytest.mark.slow
def test_a_sheets_infotext_restores_the_switch_and_a_grids_puts_it_back(page):
    page.generate()
    page.wait_for_result()
    infotext = page.page.locator("#html_info_txt2img").first
    of_grid = infotext.inner_text()
    page.page.locator(f"{PANEL}make").get_by_text("seeds to choose from").click()
    page.page.locator(f"{PANEL}scout_seeds textarea").fill("7, 3")
    page.generate()
    page.wait_for_result()
    expect(page.thumbnails()).to_have_count(3, timeout=60_000)  # Forge shows what was before until it has begun
    of_sheet = infotext.inner_text()
    page.page.locator(f"{PANEL}scout_seeds textarea").fill("")
    for text, is_scout in ((of_grid, False), (of_sheet, True)):
        page.fill("#txt2img_prompt", text.strip())
        page.page.locator("#txt2img_tools #paste, #paste").first.click()
        expect(page.page.locator(f"{PANEL}scout_seeds")).to_be_visible(visible=is_scout)
    expect(page.page.locator(f"{PANEL}scout_seeds textarea")).to_have_value("7, 3")


def test_lists_and_composition_are_shown_to_a_tag_completion_when_they_are_entered(page):
    page.page.evaluate("window.completed = []")
    page.page.locator(f"{PANEL}characters textarea").focus()
    assert page.page.evaluate("completed.length") == 0
    page.page.evaluate("TAC_CFG = {}, addAutocompleteToArea = (area) => completed.push(area.closest('[id]').id), 0")
    for name in ("expressions", "characters", "composition"):
        page.page.locator(f"{PANEL}{name} textarea").focus()
    page.page.locator("#txt2img_prompt textarea").focus()
    names = ["expressions", "characters", "composition"]
    assert page.page.evaluate("completed") == [f"script_expression_grid_{name}" for name in names]
    page.page.evaluate("delete window.TAC_CFG, delete window.addAutocompleteToArea")


@pytest.mark.slow
def test_the_panel_in_img2img_has_numbered_lines_undo_and_prompts_of_its_own(panel, webui):
    if webui.name != "standin":
        pytest.skip("the stand-in is enough for what the page's script does")
    own, tab = PANEL.replace("script_", "script_img2img_"), panel.page
    tab.locator("#tabs button", has_text="img2img").first.click()
    tab.locator("#img2img_script_container #script_list input").click()
    tab.locator("#img2img_script_container li", has_text="Expression grid").first.click()
    lines = tab.locator(f"{own}expressions textarea")
    expect(lines).to_be_visible()
    panel.fill(f"{own}expressions", "sad\nbored")
    expect(tab.locator(f"{own}expressions .expression-grid-counter span")).to_have_text("2 expressions")
    expect(tab.locator(f"{own}expressions .expression-grid-numbers")).to_have_text(re.compile(r"^1\s2$"))
    choose_option(tab, f"{own}preset", "hard")
    expect(lines).to_have_value(re.compile("pouting"))
    lines.press("Control+z")
    expect(lines).to_have_value("sad\nbored")
    tab.locator(f"{own}prompts").get_by_role("button", name="Pony").click()
    expect(tab.locator("#img2img_prompt textarea")).to_have_value(re.compile("^score_9.*{character}, {expression}"))
    expect(tab.locator("#txt2img_prompt textarea")).to_have_value("")
    tab.locator("#tabs button", has_text="txt2img").first.click()
