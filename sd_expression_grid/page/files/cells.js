// The cells of the tables. Each is made once and moved about with its row, so that its picture need not load again.

const chosen = new Map();
const shells = new Map();
const shellOf = new WeakMap();

function shell(table, row, column) {
    const id = `${table} ${row} ${column}`;
    if (!shells.has(id)) {
        const cell = { table, row, column, td: make("td"), seed: null };
        cell.td.classList.toggle("reference", study.columns[column].group === null);
        shells.set(id, cell);
        shellOf.set(cell.td, cell);
    }
    const cell = shells.get(id);
    if (cell.seed !== view.seed) {
        fill(cell);
    }
    return cell;
}

function keyOf(cell) {
    return { seed: view.seed, column: cell.column, row: cell.row };
}

function fill(cell) {
    const key = keyOf(cell);
    const label = `${labelOf(key)}: ${statusOf(cellOf(key))}`;
    const open = make("button", { type: "button", className: "cell", "aria-label": label, tabIndex: -1 });
    open.append(picture(key, { loading: "lazy" }));
    open.onclick = (event) => (event.shiftKey || event.ctrlKey || event.metaKey ? toggle(key) : showDetails(cell));
    const pick = make("input", { type: "checkbox", className: "pick", tabIndex: -1, title: "Choose to compare" });
    pick.setAttribute("aria-label", `Compare ${labelOf(key)}`);
    pick.onchange = () => toggle(key);
    cell.td.replaceChildren(open, pick);
    cell.seed = view.seed;
    mark(cell);
}

function mark(cell) {
    const isChosen = chosen.has(idOf(keyOf(cell)));
    cell.td.classList.toggle("chosen", isChosen);
    cell.td.querySelector(".pick").checked = isChosen;
}

function toggle(key) {
    const id = idOf(key);
    if (!chosen.delete(id)) {
        chosen.set(id, key);
    }
    choiceChanged();
}

function chooseNone() {
    chosen.clear();
    choiceChanged();
}

function choiceChanged() {
    shells.forEach((cell) => cell.seed === view.seed && mark(cell));
    compareButton.textContent = `Compare (${chosen.size})`;
    compareButton.disabled = clearButton.hidden = chosen.size === 0;
    announce(`${plural(chosen.size, "cell")} chosen to compare`);
}
