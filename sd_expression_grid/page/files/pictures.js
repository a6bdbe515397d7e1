// The picture of a cell, or the note that stands for it.

import { make } from "./dom.js";
import { cellOf, statusOf } from "./study.js";

// A file that cannot be shown becomes a note as well.
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

export { picture };
