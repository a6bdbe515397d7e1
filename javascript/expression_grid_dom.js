// Builds elements, for the WebUI's tab, the page of a study and the report: texts become text, never HTML.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

expressionGrid.dom = (() => {
    "use strict";

    // A new element; what is no property of such an element becomes an attribute.
    function make(tag, { dataset, ...properties } = {}, ...children) {
        const element = document.createElement(tag);
        Object.assign(element.dataset, dataset);
        for (const [name, value] of Object.entries(properties)) {
            if (name in element) {
                element[name] = value;
            } else {
                element.setAttribute(name, value);
            }
        }
        element.append(...children);
        return element;
    }

    function button(text, properties = {}) {
        return make("button", { type: "button", ...properties }, text);
    }

    function plural(count, word) {
        return `${count} ${word}${count === 1 ? "" : "s"}`;
    }

    // As if it was typed: gradio reads what a field's event tells it.
    function setValue(field, text) {
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
    }

    // The same, so that the browser's own undo brings back what was there.
    function typeInto(field, text) {
        field.focus();
        field.select();
        if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
            setValue(field, text);
        }
    }

    // The server's answers come as JSON in the text of a hidden element, which gradio draws more than once for each.
    function answersIn(receive) {
        let last = "";
        return (element) => {
            const json = element.querySelector(".json");
            if (json && json.dataset.answer !== last) {
                last = json.dataset.answer;
                receive(JSON.parse(json.textContent));
            }
        };
    }

    function receiveFrom(element, receive) {
        const read = answersIn(receive);
        new MutationObserver(() => read(element)).observe(element, { childList: true, subtree: true });
    }

    // The panel stands in two tabs, under ids of its own in each.
    const PANELS = { txt2img: "script_expression_grid_", img2img: "script_img2img_expression_grid_" };

    function tabOf(element) {
        return element.closest(`[id^="${PANELS.img2img}"]`) ? "img2img" : "txt2img";
    }

    function partOf(tab, name) {
        return gradioApp().querySelector(`#${PANELS[tab]}${name}`);
    }

    return { make, button, plural, setValue, typeInto, answersIn, receiveFrom, PANELS, tabOf, partOf };
})();
