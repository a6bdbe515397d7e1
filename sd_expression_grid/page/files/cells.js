// The cells of the tables. Each is made once and moved about with its row, so that its picture need not load again.

import { view } from "./arrangement.js";
import { choice, isChosen, toggle } from "./choice.js";
import { button, make } from "./dom.js";
import { picture } from "./pictures.js";
import { cellOf, labelOf, statusOf, study } from "./study.js";

const cells = new Map();
const cellOfTd = new WeakMap();

// The cell of a table, given by its number, showing the seed in view.
function cellAt(table, row, column) {
    const id = `${table} ${row} ${column}`;
    if (!cells.has(id)) {
        const cell = { table, row, column, td: make("td", { role: "gridcell" }), seed: null };
        cell.td.classList.toggle("reference", study.columns[column].group === null);
        cells.set(id, cell);
        cellOfTd.set(cell.td, cell);
    }
    const cell = cells.get(id);
    if (cell.seed !== view.seed) {
        fill(cell);
    }
    return cell;
}

// The cell that an element is in, if any.
function cellAround(element) {
    return cellOfTd.get(element.closest("td"));
}

function keyOf(cell) {
    return { seed: view.seed, column: cell.column, row: cell.row };
}

function fill(cell) {
    const key = keyOf(cell);
    const isPicked = Boolean(cellOf(key).picked);
    const label = `${labelOf(key)}: ${statusOf(cellOf(key))}${isPicked ? ", picked" : ""}`;
    const open = button(picture(key, { loading: "lazy" }), { className: "cell", "aria-label": label, tabIndex: -1 });
    const pick = make("input", {
        type: "checkbox", className: "pick", tabIndex: -1, title: "Choose to compare",
        "aria-label": `Compare ${labelOf(key)}`, onchange: () => toggle(key),
    });
    const star = isPicked ? [make("span", { className: "picked", title: "Picked for a story", "aria-hidden": "true" }, "★")] : [];
    cell.td.replaceChildren(open, pick, ...star);
    cell.seed = view.seed;
    mark(cell);
}

function mark(cell) {
    const isMarked = isChosen(keyOf(cell));
    cell.td.classList.toggle("chosen", isMarked);
    cell.td.querySelector(".pick").checked = isMarked;
}

choice.addEventListener("change", () => cells.forEach((cell) => cell.seed === view.seed && mark(cell)));

export { cellAt, cellAround, keyOf };
