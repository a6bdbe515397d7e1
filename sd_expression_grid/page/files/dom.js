// The builder of elements that the WebUI's tab uses too: javascript/expression_grid_dom.js, which the page carries.

const { make, button, plural } = expressionGrid.dom;

// A button whose text is a sign or a short word.
function labelledButton(text, label, onclick, properties = {}) {
    return button(text, { title: label, "aria-label": label, onclick, ...properties });
}

function definitions(pairs, properties = {}) {
    return make("dl", properties, ...pairs.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

export { make, button, plural, labelledButton, definitions };
