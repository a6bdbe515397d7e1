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

    function bar(cells, folder, name) {
        const parts = [make("strong", {}, summary(cells, Boolean(folder)))];
        if (folder) {
            const names = folder.split(/[\\/]/);
            const href = `file=${names.map(encodeURIComponent).join("/")}/index.html`;
            const rate = button("Rate it");
            rate.addEventListener("click", () => expressionGrid.rate(name));
            parts.push(make("a", { className: "expression-grid-page", target: "_blank", href }, "Page of the study"), rate);
        }
        return make("div", { className: "expression-grid-result", role: "status" }, ...parts);
    }

    // Everything is made anew only when it says something else: each change of the page calls for an update.
    function update(tab) {
        const info = gradioApp().querySelector(`#html_info_${tab}`);
        const cells = counts(tab);
        const folder = extraParameters(tab)["Study folder"] || "";
        const now = cells ? JSON.stringify([cells, folder]) : "";
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
            info.before(bar(cells, folder, extraParameters(tab).Study));
        }
    }

    onAfterUiUpdate(() => Object.keys(PANELS).forEach(update));
});
