// A counter under each list of the Expression grid panel, kept while the user types or pastes.

(function () {
    const LISTS = {
        script_expression_grid_expressions: ["expression", false],
        script_expression_grid_characters: ["character", true],
    };

    function entries(text) {
        return text.split(/\r\n|\r|\n/).map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
    }

    function isGroup(line) {
        return /^\[[^\[\]:|]+\]$/.test(line);
    }

    function plural(count, word) {
        return `${count} ${word}${count === 1 ? "" : "s"}`;
    }

    function summary(text, word, grouped) {
        const lines = entries(text);
        const groups = grouped ? lines.filter(isGroup).length : 0;
        const count = plural(lines.length - groups, word);
        return groups ? `${count} in ${plural(groups, "group")}` : count;
    }

    function update(id) {
        const box = gradioApp().getElementById(id);
        const area = box && box.querySelector("textarea");
        if (!area) {
            return;
        }
        let counter = box.querySelector(".expression-grid-counter");
        if (!counter) {
            counter = document.createElement("div");
            counter.className = "expression-grid-counter";
            counter.setAttribute("aria-live", "polite");
            box.appendChild(counter);
            area.addEventListener("input", () => update(id));
        }
        const text = summary(area.value, ...LISTS[id]);
        if (counter.textContent !== text) {
            counter.textContent = text;
        }
    }

    onAfterUiUpdate(() => Object.keys(LISTS).forEach(update));
})();
