// The cells that are chosen to be compared, in the order in which they were.

import { announce } from "./announcer.js";
import { plural } from "./dom.js";
import { idOf } from "./study.js";

const chosen = new Map();

// It has a "change" event.
const choice = new EventTarget();

function isChosen(key) {
    return chosen.has(idOf(key));
}

function chosenKeys() {
    return [...chosen.values()];
}

function toggle(key) {
    const id = idOf(key);
    if (!chosen.delete(id)) {
        chosen.set(id, key);
    }
    onChange();
}

function chooseNone() {
    chosen.clear();
    onChange();
}

function onChange() {
    choice.dispatchEvent(new Event("change"));
    announce(`${plural(chosen.size, "cell")} chosen to compare`);
}

export { choice, isChosen, chosenKeys, toggle, chooseNone };
