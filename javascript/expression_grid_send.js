// The WebUI's buttons that send a picture to another tab take the prompts from the page's prompt boxes, where a study
// has its template, or nothing. While such a button does its work, they hold the prompts of the chosen cell.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const { setValue } = expressionGrid.dom;
    const { grids, chosenPicture, promptsOf } = expressionGrid.generation;
    const BUTTONS = ["img2img", "inpaint", "extras"].map((tab) => `#txt2img_send_to_${tab}`).join(", ");
    const FIELDS = { prompt: "#txt2img_prompt textarea", negative: "#txt2img_neg_prompt textarea",
        seed: "#txt2img_seed input" };
    const GRADIO_KNOWS = 100; // milliseconds until gradio has what was typed, and what a button has taken
    let isSending = false;

    const later = () => new Promise((resolve) => setTimeout(resolve, GRADIO_KNOWS));

    async function withValues(values, act) {
        const fields = Object.keys(FIELDS).map((name) => [gradioApp().querySelector(FIELDS[name]), values[name]]);
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
