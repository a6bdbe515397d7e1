// What the reader has arranged: the order of rows and columns, which are hidden, seed, zoom and ground. It lasts as long
// as the browser's tab, by labels, since a study may grow.

const ZOOM = { least: 32, most: 1024 };

function axis(entries, isFixed, groupOf) {
    return { entries, isFixed, groupOf, order: entries.map((_, place) => place), hidden: new Set() };
}

const view = {
    rows: axis(study.rows, () => false, () => ""),
    columns: axis(study.columns, (place) => study.columns[place].group === null, (place) => study.columns[place].group),
    seed: 0,
    zoom: 0,
    theme: "",
};

function shownOf(axis) {
    return axis.order.filter((place) => !axis.hidden.has(place));
}

// The columns of a group's table: the reference is in each.
function columnsOf(group) {
    return shownOf(view.columns).filter((place) => [null, group].includes(study.columns[place].group));
}

function setHidden(axis, place, isHidden) {
    axis.hidden[isHidden ? "add" : "delete"](place);
    announce(`${axis.entries[place].label} is ${isHidden ? "hidden" : "shown"}`);
}

function canMove(axis, place, target) {
    return place !== target && !axis.isFixed(place) && !axis.isFixed(target) && axis.groupOf(place) === axis.groupOf(target);
}

// Puts a row or column before or after another one of its group.
function move(axis, place, target, isAfter) {
    if (!canMove(axis, place, target)) {
        return;
    }
    const others = axis.order.filter((other) => other !== place);
    others.splice(others.indexOf(target) + (isAfter ? 1 : 0), 0, place);
    axis.order = others;
    announce(`${axis.entries[place].label} is now ${isAfter ? "after" : "before"} ${axis.entries[target].label}`);
}

// Moves a row or column past its neighbour in the list.
function moveBy(axis, place, step) {
    const peers = axis.order.filter((other) => other === place || canMove(axis, place, other));
    const target = peers[peers.indexOf(place) + step];
    if (target !== undefined) {
        move(axis, place, target, step > 0);
    }
}

function reset(axis) {
    axis.order = axis.entries.map((_, place) => place);
    axis.hidden.clear();
}

// ---- kept while the tab is open

const KEPT_AS = `expression-grid ${location.pathname}`;

function kept(axis) {
    const labels = (places) => [...places].map((place) => axis.entries[place].label);
    return { order: labels(axis.order), hidden: labels(axis.hidden) };
}

function keep() {
    const { zoom, theme } = view;
    const arranged = { rows: kept(view.rows), columns: kept(view.columns), seed: study.seeds[view.seed], zoom, theme };
    try {
        sessionStorage.setItem(KEPT_AS, JSON.stringify(arranged));
    } catch {
        // the browser keeps nothing; the page works all the same
    }
}

function restoreAxis(axis, { order, hidden }) {
    const placeOf = new Map(axis.entries.map((entry, place) => [entry.label, place]));
    const places = (labels) => labels.map((label) => placeOf.get(label)).filter((place) => place !== undefined);
    axis.order = [...new Set([...places(order), ...axis.order])];
    axis.hidden = new Set(places(hidden));
}

function restore() {
    try {
        const arranged = JSON.parse(sessionStorage.getItem(KEPT_AS));
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
