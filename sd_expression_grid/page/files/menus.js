// The lists of all rows and all columns: which are shown, and in which order.

function menu(name, axis) {
    const count = make("span", { className: "count" });
    const list = make("ul");
    const all = button("Show all", `Show all ${name.toLowerCase()}`, () => change(() => axis.hidden.clear()));
    const order = button("Original order", `All ${name.toLowerCase()} in their original order`, () => change(() => reset(axis)));
    const panel = make("div", { className: "panel" }, make("div", { className: "tools" }, all, order), list);
    const box = make("details", { className: "menu" }, make("summary", {}, `${name} `, count), panel);

    function draw() {
        const shown = shownOf(axis).length;
        count.textContent = shown === axis.order.length ? String(shown) : `${shown} of ${axis.order.length}`;
        list.replaceChildren(...axis.order.map((place) => entry(axis, place, list)));
    }
    return { box, draw };
}

function entry(axis, place, list) {
    const { label } = axis.entries[place];
    const box = make("input", { type: "checkbox", checked: !axis.hidden.has(place) });
    box.onchange = () => change(() => setHidden(axis, place, !box.checked));
    const group = axis.groupOf(place);
    const name = make("label", {}, box, make("span", {}, label), ...(group ? [make("small", {}, group)] : []));
    const item = make("li", {}, name);
    if (!axis.isFixed(place)) {
        item.append(mover(axis, place, -1, list), mover(axis, place, 1, list));
    }
    item.dataset.place = place;
    return item;
}

// The buttons are made anew when the list is drawn; the reader's finger or focus stays on the same one.
function mover(axis, place, step, list) {
    const [sign, word] = step < 0 ? ["↑", "earlier"] : ["↓", "later"];
    const label = `Move ${axis.entries[place].label} ${word}`;
    return button(sign, label, () => {
        change(() => moveBy(axis, place, step));
        list.querySelector(`[data-place="${place}"]`).querySelectorAll("button")[step < 0 ? 0 : 1].focus();
    });
}
