// What a screen reader reads aloud when something has changed.

import { make } from "./dom.js";

const announcer = make("p", { className: "unseen", role: "status" });

function announce(text) {
    announcer.textContent = text;
}

export { announcer, announce };
