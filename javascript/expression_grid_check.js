// What Check shows: a cell's prompt, a fault's line, placeholders that can be put in, and whether it is still true.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const { make, typeInto } = expressionGrid.dom;
    const { selectLine } = expressionGrid.lists;
    const GRADIO_KNOWS = 100; // milliseconds until gradio has what was typed
    const FIELDS = ["#tab_txt2img", "#quicksettings"].map((part) => `${part} :is(input, textarea)`).join(", ");
    const NOT_ASKED = "#txt2img_results, .extra-page, #script_expression_grid_fill";
    let checked = null;

    function find(id) {
        return gradioApp().querySelector(`#script_expression_grid_${id}`);
    }

    function valueOf(id) {
        return find(id).querySelector("textarea, input").value;
    }

    function showPrompt(button) {
        const check = button.closest(".expression-grid-check");
        check.querySelectorAll("button.selected").forEach((other) => other.classList.remove("selected"));
        button.classList.add("selected");
        const pairs = JSON.parse(button.dataset.lines).map(([name, text]) => [make("dt", {}, name), make("dd", {}, text)]);
        check.querySelector(".expression-grid-prompt").replaceChildren(make("dl", {}, ...pairs.flat()));
    }

    // The character's placeholder takes the place of the reference's word, where that stands in the prompt.
    function withPlaceholder(prompt, placeholder) {
        const reference = valueOf("reference").trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        const word = new RegExp(`(?<![\\w<:])${reference}(?![\\w:>])`);
        if (placeholder === valueOf("character_placeholder") && reference && word.test(prompt)) {
            return prompt.replace(word, () => placeholder);
        }
        return `${prompt.replace(/[\s,]+$/, "")}, ${placeholder}`;
    }

    function mendPrompt(missing) {
        const area = gradioApp().querySelector("#txt2img_prompt textarea");
        typeInto(area, missing ? JSON.parse(missing).reduce(withPlaceholder, area.value) : "");
        setTimeout(() => find("check").click(), GRADIO_KNOWS);
    }

    // Standard prompts have the placeholders that the panel has.
    function putPrompts({ prompt, negative }) {
        const own = prompt.replace("{expression}", valueOf("expression_placeholder"))
            .replace("{character}", valueOf("character_placeholder"));
        typeInto(gradioApp().querySelector("#txt2img_neg_prompt textarea"), negative);
        typeInto(gradioApp().querySelector("#txt2img_prompt textarea"), own);
    }

    // All that is asked for, as one text; what the page shows of results is none of it, but that there are new ones.
    function pageText() {
        const fields = [...gradioApp().querySelectorAll(FIELDS)].filter((field) => !field.closest(NOT_ASKED));
        const values = fields.map((field) => `${field.id}${["radio", "checkbox"].includes(field.type) ? field.checked : field.value}`);
        const made = gradioApp().querySelector("#generation_info_txt2img textarea");
        return JSON.stringify([...values, made ? made.value : ""]);
    }

    function markStale() {
        const answer = find("answer") && find("answer").querySelector(".expression-grid-check");
        if (answer && checked !== null) {
            answer.classList.toggle("stale", pageText() !== checked);
        }
    }

    document.addEventListener("click", (event) => {
        const button = event.target.closest && event.target.closest("button");
        if (!button) {
            return;
        }
        if (button.id === "script_expression_grid_check") {
            checked = pageText();
        } else if (button.closest(".expression-grid-prompts")) {
            putPrompts(button.dataset);
        } else if (button.closest(".expression-grid-check")) {
            const { lines, list, line, missing } = button.dataset;
            if (lines) {
                showPrompt(button);
            } else if (list) {
                selectLine(list, Number(line));
            } else if (missing !== undefined) {
                mendPrompt(missing);
            }
        }
    });
    document.addEventListener("input", markStale);
    document.addEventListener("change", markStale);
    onAfterUiUpdate(markStale);
});
