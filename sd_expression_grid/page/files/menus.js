// The lists of all rows and all columns: which are shown, and in which order.

import { arrangement, change, moveBy, reset, setHidden, shownOf } from "./arrangement.js";
import { labelledButton, make } from "./dom.js";

function menu(name, axis) {
    const plain = name.toLowerCase();
    const count = make("span", { className: "count" });
    const list = make("ul");
    const all = labelledButton("Show all", `Show all ${plain}`, () => change(() => axis.hidden.clear()));
    const order = labelledButton("Original order", `All ${plain} in their original order`, () => change(() => reset(axis)));
    const panel = make("div", { className: "panel" }, make("div", { className: "tools" }, all, order), list);

    arrangement.addEventListener("change", () => {
        const shown = shownOf(axis).length;
        count.textContent = shown === axis.order.length ? String(shown) : `${shown} of ${axis.order.length}`;
        list.replaceChildren(...axis.order.map((index) => entry(axis, index, list)));
    });
    return make("details", { className: "menu" }, make("summary", {}, `${name} `, count), panel);
}

function entry(axis, index, list) {
    const { label } = axis.entries[index];
    const box = make("input", { type: "checkbox", checked: !axis.hidden.has(index) });
    box.onchange = () => change(() => setHidden(axis, index, !box.checked));
    const group = axis.groupOf(index);
    const name = make("label", {}, box, make("span", {}, label), ...(group ? [make("small", {}, group)] : []));
    const movers = axis.isFixed(index) ? [] : [mover(axis, index, -1, list), mover(axis, index, 1, list)];
    return make("li", { dataset: { index } }, name, ...movers);
}

// The buttons are made anew when the list is drawn; the reader's finger or focus stays on the same one.
function mover(axis, index, step, list) {
    const [sign, word] = step < 0 ? ["↑", "earlier"] : ["↓", "later"];
    return labelledButton(sign, `Move ${axis.entries[index].label} ${word}`, () => {
        change(() => moveBy(axis, index, step));
        list.querySelector(`[data-index="${index}"]`).querySelectorAll("button")[step < 0 ? 0 : 1].focus();
    });
}

export { menu };
