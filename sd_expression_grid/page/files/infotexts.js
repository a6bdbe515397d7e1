// The infotexts of the cells: a script beside the page for each column, loaded when one of its cells is first shown.

import { make } from "./dom.js";
import { cellOf } from "./study.js";

const loads = new Map();

function fileOf(key) {
    return `infotexts/${key.column}.js`;
}

// Undefined where the script is not there, or is of another time than the page.
async function infotextOf(key) {
    const file = fileOf(key);
    if (!loads.has(file)) {
        loads.set(file, load(file));
    }
    const infotexts = await loads.get(file);
    return infotexts[cellOf(key).url];
}

// The time in the address keeps a browser from what it remembers of an earlier page's script.
function load(file) {
    return new Promise((resolve) => {
        const onload = () => resolve(script.infotexts || {});
        const onerror = () => {
            loads.delete(file); // it may be there the next time
            resolve({});
        };
        const script = make("script", { src: `${file}?${Date.now()}`, onload, onerror });
        document.head.append(script);
    });
}

export { fileOf, infotextOf };
