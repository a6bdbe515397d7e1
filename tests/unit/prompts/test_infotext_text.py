import pytest

from sd_expression_grid.prompts.infotext_text import prompts_in, settings_in

INFOTEXT = (
    "a face,\nsecond line\nNegative prompt: blurry,\nold\nSteps: 20, Sampler: DPM++ 2M, CFG scale: 7.0, Size: 64x96, "
    'Lora hashes: "Noor: 12, mei: 34", Hires prompt: "said \\"no\\"", Version: v1.10.1'
)


def test_prompts_and_settings_are_told_apart():
    assert prompts_in(INFOTEXT) == ("a face,\nsecond line", "blurry,\nold")
    assert settings_in(INFOTEXT) == {
        "Steps": "20", "Sampler": "DPM++ 2M", "CFG scale": "7.0", "Size": "64x96",
        "Lora hashes": "Noor: 12, mei: 34", "Hires prompt": 'said "no"', "Version": "v1.10.1",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "a face", "a face\nNegative prompt: x"])
def test_a_text_without_settings_has_none(text):
    assert settings_in(text) == {}


def test_steps_in_the_prompt_are_no_settings():
    assert settings_in("Steps: 3, Sampler: fake\nSteps: 20, Sampler: Euler") == {"Steps": "20", "Sampler": "Euler"}


def test_a_broken_quotation_is_left_as_it_is():
    assert settings_in('Steps: 20, Note: "a\\q"')["Note"] == '"a\\q"'


def test_a_text_without_a_prompt_begins_with_the_negative_one():
    assert prompts_in("Negative prompt: blurry\nSteps: 3") == ("", "blurry")
    assert prompts_in("Steps: 3, Sampler: Euler") == ("", "")


def test_the_last_steps_and_the_first_negative_prompt_divide_the_text():
    assert prompts_in("a\nSteps: 3") == ("a", "")
    assert prompts_in("a\nNegative prompt: b\nNegative prompt: c\nSteps: 2\nSteps: 3") == (
        "a", "b\nNegative prompt: c\nSteps: 2",
    )  # fmt: skip
    assert settings_in('Steps: 3, A/b: 1,C-d: "x, y", E: ') == {"Steps": "3", "A/b": "1", "C-d": "x, y"}
