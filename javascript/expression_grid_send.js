// The WebUI's buttons that send a picture to another tab take the prompts from the page's prompt boxes, where a study
// has its template, or nothing. While such a button does its work, they hold the prompts of the chosen cell.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const { setValue } = expressionGrid.dom;
    const { tabInSight, grids, chosenPicture, promptsOf } = expressionGrid.generation;
    const BUTTONS = ["txt2img", "img2img"].flatMap((from) =>
        ["img2img", "inpaint", "extras"].map((to) => `#${from}_send_to_${to}`)).join(", ");
    const FIELDS = { prompt: "prompt textarea", negative: "neg_prompt textarea", seed: "seed input" };
    const GRADIO_KNOWS = 100; // milliseconds until gradio has what was typed, and what a button has taken
    let isSending = false;

    const later = () => new Promise((resolve) => setTimeout(resolve, GRADIO_KNOWS));

    async function withValues(values, act) {
        const tab = tabInSight();
        const fieldOf = (name) => gradioApp().querySelector(`#${tab}_${FIELDS[name]}`);
        const fields = Object.keys(FIELDS).map((name) => [fieldOf(name), values[name]]);
        const before = fields.map(([field]) => field.value);
        fields.forEach(([field, value]) => setValue(field, value));
        await later();
        act();
        await later();
        fields.forEach(([field], number) => setValue(field, before[number]));
    }

    async function send(button, prompts) {
        isSending = true;
        try {
            await withValues(prompts, () => button.click());
        } finally {
            isSending = false;
        }
    }

    document.addEventListener("click", (event) => {
        const button = event.target.closest && event.target.closest(BUTTONS);
        const prompts = button && !isSending && grids().length ? promptsOf(chosenPicture()) : null;
        if (prompts) {
            event.stopImmediatePropagation();
            send(button, prompts);
        }
    }, true);
});
