"use strict";

// The study that the page carries, and what everything else is built with. Texts of the study become text, never HTML.

const study = JSON.parse(document.getElementById("study").textContent);

const STATUS_WORDS = { missing: "picture missing" };

function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
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

function button(text, label, onclick, properties = {}) {
    return make("button", { type: "button", title: label, "aria-label": label, onclick, ...properties }, text);
}

function plural(count, word) {
    return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function cellOf(key) {
    return study.cells[key.seed][key.column][key.row];
}

// A key is {seed, column, row}, each a place in the study's lists; its id tells it in sets and maps.
function idOf(key) {
    return `${key.seed} ${key.column} ${key.row}`;
}

function labelOf(key) {
    const seed = study.seeds.length > 1 ? ` · seed ${study.seeds[key.seed]}` : "";
    return `${study.columns[key.column].label} · ${study.rows[key.row].label}${seed}`;
}

function statusOf(cell) {
    const words = STATUS_WORDS[cell.status] || cell.status;
    return cell.error && cell.status !== "missing" ? `${words}: ${cell.error}` : words;
}

// The picture of a cell, or the note that stands for it; a file that cannot be shown becomes a note as well.
function picture(key, properties = {}) {
    const cell = cellOf(key);
    if (cell.status !== "done") {
        return note(statusOf(cell));
    }
    const image = make("img", { decoding: "async", alt: "", ...properties });
    image.onerror = () => image.replaceWith(note("picture cannot be shown"));
    image.src = cell.url;
    return image;
}

function note(text) {
    return make("span", { className: "note", title: text }, make("span", {}, text));
}

const announcer = make("p", { className: "unseen", role: "status" });

function announce(text) {
    announcer.textContent = text;
}
