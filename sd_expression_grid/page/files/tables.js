// A table for each group, under sticky headers; arrow keys walk through all cells, and one of them is in the tab order.

import { canMove, change, columnsOf, move, save, setHidden, shownOf, view } from "./arrangement.js";
import { cellAround, cellAt, keyOf } from "./cells.js";
import { toggle } from "./choice.js";
import { labelledButton, make } from "./dom.js";
import { study } from "./study.js";

const tables = study.groups.map((group, number) => {
    const table = make("table", { role: "grid", "aria-label": group || "Cells" });
    return { group, number, table, section: make("section", {}, ...(group ? [make("h2", {}, group)] : []), table) };
});

// The picture that all cells start from stays in sight beside the columns' labels.
function corner() {
    const start = study.picture ? [make("img", { src: study.picture.picture, alt: "All start from this picture" })] : [];
    return make("td", { role: "gridcell" }, ...start);
}

const main = make("main", { tabIndex: -1 }, ...tables.map(({ section }) => section));
let current = null;

function drawTables() {
    const rows = shownOf(view.rows);
    for (const { group, number, table, section } of tables) {
        const columns = columnsOf(group);
        const heads = columns.map((index) => header(view.columns, index, "col"));
        const head = make("tr", { role: "row" }, corner(), ...heads);
        const body = rows.map((row) => {
            const cells = columns.map((column) => cellAt(number, row, column).td);
            return make("tr", { role: "row" }, header(view.rows, row, "row"), ...cells);
        });
        table.replaceChildren(make("thead", { role: "rowgroup" }, head), make("tbody", { role: "rowgroup" }, ...body));
        section.hidden = !columns.some((index) => tables.length === 1 || study.columns[index].group === group);
    }
    setCurrent(current && isShown(current) ? current : firstShown());
    save();
}

// Shows the cells of another seed; the focus stays in its cell.
function showSeed(seed) {
    const focused = current && current.td.contains(document.activeElement) ? current : null;
    view.seed = seed;
    drawTables();
    go(focused);
}

// ---- headers

// The width of the longest label of a row, in ems: each row is laid out by itself.
function labelWidth() {
    const ems = 100;
    const context = make("canvas").getContext("2d");
    context.font = `${ems}px ${getComputedStyle(document.body).fontFamily}`;
    return Math.max(0, ...study.rows.map(({ label }) => context.measureText(label).width)) / ems;
}

function header(axis, index, scope) {
    const { label, text, exclude } = axis.entries[index];
    const isFixed = axis.isFixed(index);
    const onHide = () => change(() => setHidden(axis, index, true));
    const hide = labelledButton("×", `Hide ${label}`, onHide, { tabIndex: -1, className: "hide" });
    const role = scope === "col" ? "columnheader" : "rowheader";
    const cell = make("th", { scope, role, draggable: !isFixed }, make("span", { className: "label" }, label), hide);
    cell.title = [text, exclude ? "left out of the analysis" : "", isFixed ? "" : "drag to move"].filter(Boolean).join("\n");
    cell.classList.toggle("reference", isFixed);
    cell.classList.toggle("excluded", Boolean(exclude));
    makeDraggable(cell, axis, index, scope);
    return cell;
}

let dragged = null;

function makeDraggable(cell, axis, index, scope) {
    const isAfter = (event) => {
        const box = cell.getBoundingClientRect();
        return scope === "col" ? event.clientX > box.left + box.width / 2 : event.clientY > box.top + box.height / 2;
    };
    const unmark = () => cell.classList.remove("before", "after");
    cell.ondragstart = (event) => {
        dragged = { axis, index };
        event.dataTransfer.setData("text/plain", axis.entries[index].label);
    };
    cell.ondragend = () => (dragged = null);
    cell.ondragleave = unmark;
    cell.ondragover = (event) => {
        unmark();
        if (dragged && dragged.axis === axis && canMove(axis, dragged.index, index)) {
            event.preventDefault();
            cell.classList.add(isAfter(event) ? "after" : "before");
        }
    };
    cell.ondrop = (event) => {
        event.preventDefault();
        unmark();
        change(() => move(axis, dragged.index, index, isAfter(event)));
    };
}

// ---- walking

function cellIn(table, row, column) {
    return table && row !== undefined && column !== undefined ? cellAt(table.number, row, column) : null;
}

function firstShown() {
    const table = tables.find(({ section }) => !section.hidden);
    return table ? cellIn(table, shownOf(view.rows)[0], columnsOf(table.group)[0]) : null;
}

function isShown(cell) {
    return cell.td.isConnected;
}

// The cell so many steps away, over into the next table; null beyond the last.
function neighbour(cell, across, down) {
    const rows = shownOf(view.rows);
    const table = tables[cell.table];
    const columns = columnsOf(table.group);
    const column = columns.indexOf(cell.column) + across;
    const row = rows.indexOf(cell.row) + down;
    if (row >= 0 && row < rows.length) {
        return cellIn(table, rows[row], columns[column]);
    }
    const shown = tables.filter(({ section }) => !section.hidden);
    const next = shown[shown.indexOf(table) + Math.sign(down)];
    const nextColumns = next ? columnsOf(next.group) : [];
    return cellIn(next, down > 0 ? rows[0] : rows.at(-1), nextColumns[Math.min(column, nextColumns.length - 1)]);
}

function setCurrent(cell) {
    if (current) {
        current.td.querySelector(".cell").tabIndex = -1;
    }
    current = cell;
    if (current) {
        current.td.querySelector(".cell").tabIndex = 0;
    }
}

function go(cell) {
    if (cell) {
        setCurrent(cell);
        cell.td.querySelector(".cell").focus();
    }
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

main.addEventListener("keydown", (event) => {
    if (!event.target.classList.contains("cell") || event.ctrlKey || event.metaKey || event.altKey) {
        return;
    }
    if (event.key in STEPS) {
        event.preventDefault();
        go(neighbour(current, ...STEPS[event.key]));
    } else if (event.key === " ") {
        event.preventDefault();
        toggle(keyOf(current));
    }
});

main.addEventListener("focusin", (event) => {
    if (event.target.classList.contains("cell")) {
        setCurrent(cellAround(event.target));
    }
});

export { main, STEPS, drawTables, labelWidth, showSeed, neighbour, go };
