// The Expression grid panel: a counter under each list, and the prompt of a cell in the table that Check shows.

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

    function showPrompt(button) {
        const check = button.closest(".expression-grid-check");
        check.querySelectorAll("button.selected").forEach((other) => other.classList.remove("selected"));
        button.classList.add("selected");
        const list = document.createElement("dl");
        for (const [name, text] of JSON.parse(button.dataset.lines)) {
            list.appendChild(document.createElement("dt")).textContent = name;
            list.appendChild(document.createElement("dd")).textContent = text;
        }
        check.querySelector(".expression-grid-prompt").replaceChildren(list);
    }

    document.addEventListener("click", (event) => {
        const button = event.target.closest && event.target.closest(".expression-grid-check button[data-lines]");
        if (button) {
            showPrompt(button);
        }
    });

    onAfterUiUpdate(() => Object.keys(LISTS).forEach(update));
})();
