// What the reader has arranged: the order of rows and columns, which are hidden, seed, zoom and theme. It lasts as long
// as the browser's tab, by labels, since a study may grow.

import { announce } from "./announcer.js";
import { study } from "./study.js";

function axis(entries, isFixed, groupOf) {
    return { entries, isFixed, groupOf, order: entries.map((_, index) => index), hidden: new Set() };
}

const view = {
    rows: axis(study.rows, () => false, () => ""),
    columns: axis(study.columns, (index) => study.columns[index].group === null, (index) => study.columns[index].group),
    seed: 0,
    zoom: 0,
    theme: "",
};

// It has a "change" event.
const arrangement = new EventTarget();

function change(act) {
    act();
    arrangement.dispatchEvent(new Event("change"));
}

function shownOf(axis) {
    return axis.order.filter((index) => !axis.hidden.has(index));
}

// The columns of a group's table: the reference is in each.
function columnsOf(group) {
    return shownOf(view.columns).filter((index) => [null, group].includes(study.columns[index].group));
}

function setHidden(axis, index, isHidden) {
    axis.hidden[isHidden ? "add" : "delete"](index);
    announce(`${axis.entries[index].label} is ${isHidden ? "hidden" : "shown"}`);
}

function canMove(axis, index, target) {
    const isFixed = axis.isFixed(index) || axis.isFixed(target);
    return index !== target && !isFixed && axis.groupOf(index) === axis.groupOf(target);
}

// Puts a row or column before or after another one of its group.
function move(axis, index, target, isAfter) {
    if (!canMove(axis, index, target)) {
        return;
    }
    const others = axis.order.filter((other) => other !== index);
    others.splice(others.indexOf(target) + (isAfter ? 1 : 0), 0, index);
    axis.order = others;
    announce(`${axis.entries[index].label} is now ${isAfter ? "after" : "before"} ${axis.entries[target].label}`);
}

// Moves a row or column past its neighbour in the list.
function moveBy(axis, index, step) {
    const peers = axis.order.filter((other) => other === index || canMove(axis, index, other));
    const target = peers[peers.indexOf(index) + step];
    if (target !== undefined) {
        move(axis, index, target, step > 0);
    }
}

function reset(axis) {
    axis.order = axis.entries.map((_, index) => index);
    axis.hidden.clear();
}

// ---- stored while the tab is open

const STORED_AS = `expression-grid ${location.pathname}`;

function labelsOf(axis) {
    const labels = (indices) => [...indices].map((index) => axis.entries[index].label);
    return { order: labels(axis.order), hidden: labels(axis.hidden) };
}

function save() {
    const { zoom, theme } = view;
    const [rows, columns, seed] = [labelsOf(view.rows), labelsOf(view.columns), study.seeds[view.seed]];
    const arranged = { rows, columns, seed, zoom, theme };
    try {
        sessionStorage.setItem(STORED_AS, JSON.stringify(arranged));
    } catch {
        // the browser stores nothing; the page works all the same
    }
}

function restoreAxis(axis, { order, hidden }) {
    const indexOf = new Map(axis.entries.map((entry, index) => [entry.label, index]));
    const indices = (labels) => labels.map((label) => indexOf.get(label)).filter((index) => index !== undefined);
    axis.order = [...new Set([...indices(order), ...axis.order])];
    axis.hidden = new Set(indices(hidden));
}

function restore() {
    try {
        const arranged = JSON.parse(sessionStorage.getItem(STORED_AS));
        if (arranged) {
            restoreAxis(view.rows, arranged.rows);
            restoreAxis(view.columns, arranged.columns);
            view.seed = Math.max(0, study.seeds.indexOf(arranged.seed));
            view.zoom = Number(arranged.zoom) || 0;
            view.theme = arranged.theme;
        }
    } catch {
        // as for a page that is opened for the first time
    }
}

export { arrangement, view, change, shownOf, columnsOf, setHidden, canMove, move, moveBy, reset, save, restore };
