// Names for the controls that gradio leaves without: to a screen reader, a slider's number would be a field of its own,
// and a button with a sign that sign.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const PARTS = Object.values(expressionGrid.dom.PANELS).map((prefix) => `[id^="${prefix}"]`);
    const NUMBERS = PARTS.map((part) => `${part} input[type="number"]:not([aria-label])`).join(", ");
    const REFRESH = "#expression_grid_refresh:not([aria-label])";

    function nameNumber(field) {
        const block = field.closest(PARTS.join(", "));
        const title = block.querySelector("label span, [data-testid='block-info']");
        if (title) {
            field.setAttribute("aria-label", title.textContent.trim());
        }
    }

    onAfterUiUpdate(() => {
        gradioApp().querySelectorAll(NUMBERS).forEach(nameNumber);
        for (const button of gradioApp().querySelectorAll(REFRESH)) {
            button.setAttribute("aria-label", "Read the list of studies anew");
            button.title = "Read the list of studies anew";
        }
    });
});
