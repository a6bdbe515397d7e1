// What Check shows: a cell's prompt, a fault's line, placeholders that can be put in, and whether it is still true.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const { make, typeInto, PANELS, tabOf, partOf } = expressionGrid.dom;
    const { selectLine } = expressionGrid.lists;
    const GRADIO_KNOWS = 100; // milliseconds until gradio has what was typed
    const PICTURES = "#mode_img2img";
    const CHOICES = `.token, .file-preview tr, ${PICTURES} img, ${PICTURES} > .tab-nav .selected`;
    const checked = {}; // what was asked for at each tab's last check
    let strokes = 0; // with the clicks on the buttons beside them, such as Undo

    function valueOf(tab, name) {
        return partOf(tab, name).querySelector("textarea, input").value;
    }

    function showPrompt(button) {
        const check = button.closest(".expression-grid-check");
        check.querySelectorAll("button.selected").forEach((other) => other.classList.remove("selected"));
        button.classList.add("selected");
        const pairs = JSON.parse(button.dataset.lines).map(([name, text]) => [make("dt", {}, name), make("dd", {}, text)]);
        check.querySelector(".expression-grid-prompt").replaceChildren(make("dl", {}, ...pairs.flat()));
    }

    // The character's placeholder takes the place of the reference's word, where that stands in the prompt.
    function withPlaceholder(tab, prompt, placeholder) {
        const reference = valueOf(tab, "reference").trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        const word = new RegExp(`(?<![\\w<:])${reference}(?![\\w:>])`);
        if (placeholder === valueOf(tab, "character_placeholder") && reference && word.test(prompt)) {
            return prompt.replace(word, () => placeholder);
        }
        return `${prompt.replace(/[\s,]+$/, "")}, ${placeholder}`;
    }

    function mendPrompt(tab, missing) {
        const area = gradioApp().querySelector(`#${tab}_prompt textarea`);
        const put = (prompt, placeholder) => withPlaceholder(tab, prompt, placeholder);
        typeInto(area, missing ? JSON.parse(missing).reduce(put, area.value) : "");
        setTimeout(() => partOf(tab, "check").click(), GRADIO_KNOWS);
    }

    // Standard prompts have the placeholders that the panel has.
    function putPrompts(tab, { prompt, negative }) {
        const own = prompt.replace("{expression}", valueOf(tab, "expression_placeholder"))
            .replace("{character}", valueOf(tab, "character_placeholder"));
        typeInto(gradioApp().querySelector(`#${tab}_neg_prompt textarea`), negative);
        typeInto(gradioApp().querySelector(`#${tab}_prompt textarea`), own);
    }

    // A picture may be a data URL of megabytes; its size and its end, with a PNG's checksums, tell it from another.
    function brief(text) {
        return text.startsWith("data:") ? `${text.length} ${text.slice(-100)}` : text;
    }

    function fieldText(field) {
        return `${field.id}${["radio", "checkbox"].includes(field.type) ? field.checked : brief(field.value)}`;
    }

    // What gradio shows of a choice stands in no field: each of several choices, files, pictures, and the chosen tab.
    function choiceText(element) {
        return element.tagName === "IMG" ? brief(element.src) : element.textContent.trim();
    }

    // All that is asked for, as one text; what the page shows of results is none of it, but that there are new ones.
    function pageText(tab) {
        const roots = `:is(#tab_${tab}, #quicksettings)`;
        const notAsked = `#${tab}_results, .extra-page, #${PANELS[tab]}fill`;
        const all = (parts) => [...gradioApp().querySelectorAll(`${roots} :is(${parts})`)];
        const asked = (parts) => all(parts).filter((part) => !part.closest(notAsked));
        const made = gradioApp().querySelector(`#generation_info_${tab} textarea`);
        return JSON.stringify([
            ...asked("input, textarea").map(fieldText), ...asked(CHOICES).map(choiceText),
            tab === "img2img" ? strokes : 0, made ? made.value : "",
        ]);
    }

    function markStale() {
        for (const [tab, text] of Object.entries(checked)) {
            const answer = partOf(tab, "answer") && partOf(tab, "answer").querySelector(".expression-grid-check");
            if (answer) {
                answer.classList.toggle("stale", pageText(tab) !== text);
            }
        }
    }

    function around(event, selector) {
        return event.target.closest ? event.target.closest(selector) : null;
    }

    // What is painted gradio 3 has in its canvases only; Forge and Neo put it into a field.
    function countStroke(event) {
        const painted = around(event, `${PICTURES} .image-container`);
        if (painted && painted.querySelector("canvas[key]")) {
            strokes += 1;
            markStale();
        }
    }

    function takePicture(event) {
        if (around(event, PICTURES)) {
            markStale();
        }
    }

    document.addEventListener("click", (event) => {
        const button = around(event, "button");
        if (!button) {
            return;
        }
        const tab = tabOf(button);
        if (button === partOf(tab, "check")) {
            checked[tab] = pageText(tab);
        } else if (button.closest(".expression-grid-prompts")) {
            putPrompts(tab, button.dataset);
        } else if (button.closest(".expression-grid-check")) {
            const { lines, list, line, missing } = button.dataset;
            if (lines) {
                showPrompt(button);
            } else if (list) {
                selectLine(tab, list, Number(line));
            } else if (missing !== undefined) {
                mendPrompt(tab, missing);
            }
        }
    });
    document.addEventListener("pointerdown", countStroke, true);
    document.addEventListener("load", takePicture, true);
    document.addEventListener("input", markStale);
    document.addEventListener("change", markStale);
    onAfterUiUpdate(markStale);
});
