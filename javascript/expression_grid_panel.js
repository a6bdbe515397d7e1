// The panel in txt2img: a counter under each list, and the prompt of a cell in the table that Check shows.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const { make, plural } = expressionGrid.dom;
    const LISTS = {
        script_expression_grid_expressions: { word: "expression", isGrouped: false },
        script_expression_grid_characters: { word: "character", isGrouped: true },
    };

    function linesOf(text) {
        return text.split(/\r\n|\r|\n/).map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
    }

    function isGroup(line) {
        return /^\[[^[\]:|]+\]$/.test(line);
    }

    function countText(text, { word, isGrouped }) {
        const lines = linesOf(text);
        const groups = isGrouped ? lines.filter(isGroup).length : 0;
        const count = plural(lines.length - groups, word);
        return groups ? `${count} in ${plural(groups, "group")}` : count;
    }

    function addCounter(box, area, id) {
        const counter = make("div", { className: "expression-grid-counter", "aria-live": "polite" });
        box.append(counter);
        area.addEventListener("input", () => updateCounter(id));
        return counter;
    }

    function updateCounter(id) {
        const box = gradioApp().getElementById(id);
        const area = box && box.querySelector("textarea");
        if (!area) {
            return;
        }
        const counter = box.querySelector(".expression-grid-counter") || addCounter(box, area, id);
        const text = countText(area.value, LISTS[id]);
        if (counter.textContent !== text) {
            counter.textContent = text;
        }
    }

    function showPrompt(button) {
        const check = button.closest(".expression-grid-check");
        check.querySelectorAll("button.selected").forEach((other) => other.classList.remove("selected"));
        button.classList.add("selected");
        const pairs = JSON.parse(button.dataset.lines).map(([name, text]) => [make("dt", {}, name), make("dd", {}, text)]);
        check.querySelector(".expression-grid-prompt").replaceChildren(make("dl", {}, ...pairs.flat()));
    }

    document.addEventListener("click", (event) => {
        const button = event.target.closest && event.target.closest(".expression-grid-check button[data-lines]");
        if (button) {
            showPrompt(button);
        }
    });

    onAfterUiUpdate(() => Object.keys(LISTS).forEach(updateCounter));
});
