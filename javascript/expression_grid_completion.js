// Tag completion, where an extension brings it: in the lists and the composition as in the prompt. It takes on the
// prompt's own fields when the page is ready, before the panel is open: each field is shown to it when it is entered.
// The class that it goes by otherwise would also give the fields the WebUI's keys for weights.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const NAMES = ["expressions", "characters", "reference", "composition"];
    const FIELDS = Object.values(expressionGrid.dom.PANELS)
        .flatMap((prefix) => NAMES.map((name) => `#${prefix}${name} :is(textarea, input[type='text'])`)).join(", ");

    document.addEventListener("focusin", (event) => {
        const field = event.composedPath()[0];
        if (window.addAutocompleteToArea && window.TAC_CFG && field.matches(FIELDS)) {
            window.addAutocompleteToArea(field);
        }
    });
});
