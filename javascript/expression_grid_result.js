// What became of a study, before all that the WebUI tells of it: how many cells are done, and where to go on.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const { make, button, plural, PANELS } = expressionGrid.dom;
    const { extraParameters } = expressionGrid.generation;
    const shown = {}; // by tab

    function counts(tab) {
        const cells = extraParameters(tab).Cells;
        const all = Object.values(cells || {}).reduce((sum, number) => sum + number, 0);
        return cells ? { done: cells.done || 0, all } : null;
    }

    function summary({ done, all }, isKept) {
        if (done === all) {
            return `${plural(all, "cell")} done`;
        }
        const text = `${done} of ${plural(all, "cell")} done`;
        return isKept ? `${text}; Generate again makes the missing ${all - done}` : text;
    }

    function link(folder, isAlone) {
        const names = folder.split(/[\\/]/);
        const href = `file=${names.map(encodeURIComponent).join("/")}/index.html`;
        const text = isAlone ? "Page of the study" : names.at(-1);
        return make("a", { className: "expression-grid-page", target: "_blank", href }, text);
    }

    // The Batch tab has several folders; the names by which the rating tab knows their studies are in its own list.
    // That has neither scouts nor the picked cells made large.
    function bar(cells, folders, name) {
        const parts = [make("strong", {}, summary(cells, folders.length > 0))];
        parts.push(...folders.map((folder) => link(folder, folders.length === 1)));
        if (name) {
            const rate = button("Rate it");
            rate.addEventListener("click", () => expressionGrid.rate(name));
            parts.push(rate);
        }
        return make("div", { className: "expression-grid-result", role: "status" }, ...parts);
    }

    // Everything is made anew only when it says something else: each change of the page calls for an update.
    function update(tab) {
        const info = gradioApp().querySelector(`#html_info_${tab}`);
        const cells = counts(tab);
        const told = extraParameters(tab);
        const folders = told["Study folders"] || [told["Study folder"]].filter(Boolean);
        const now = cells ? JSON.stringify([cells, folders]) : "";
        const before = info && info.parentElement.querySelector(".expression-grid-result");
        if (!info || (now === shown[tab] && Boolean(before) === Boolean(now))) {
            return;
        }
        shown[tab] = now;
        if (before) {
            before.remove();
        }
        info.classList.toggle("expression-grid-folded", Boolean(cells));
        if (cells) {
            info.before(bar(cells, folders, told.Study));
        }
    }

    onAfterUiUpdate(() => Object.keys(PANELS).forEach(update));
});
