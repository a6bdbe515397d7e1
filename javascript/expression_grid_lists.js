// The two lists of the panel: line numbers beside them, and below them what they count and a way back from a
// preset or a fill, which a browser's own undo does not know.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

expressionGrid.lists = (() => {
    "use strict";

    const LINE_BREAK = /\r\n|\r|\n|\u2028|\u2029/;

    function areaOf(tab, name) {
        const box = expressionGrid.dom.partOf(tab, name);
        return box && box.querySelector("textarea");
    }

    // Chooses a line of a list, counted from 1, and scrolls to it.
    function selectLine(tab, name, number) {
        const area = areaOf(tab, name);
        const lines = area.value.split(LINE_BREAK);
        const before = lines.slice(0, number - 1).reduce((length, line) => length + line.length + 1, 0);
        area.focus();
        area.setSelectionRange(before, before + (lines[number - 1] || "").length);
        area.scrollTop = (area.scrollHeight / lines.length) * (number - 1) - area.clientHeight / 2;
        area.scrollIntoView({ block: "nearest" });
    }

    return { LINE_BREAK, areaOf, selectLine };
})();

onUiLoaded(() => {
    "use strict";

    const { make, button, plural, setValue, PANELS } = expressionGrid.dom;
    const { LINE_BREAK, areaOf } = expressionGrid.lists;
    const LISTS = { expressions: "expression", characters: "character" };
    const known = new Map(); // each list as it was last typed, and what a preset or a fill took the place of

    function isGroup(line) {
        return /^\[[^[\]:|]+\]$/.test(line);
    }

    // Entries, which count once however often they stand there, and the grids that they make: a group without entries
    // makes none.
    function counted(text) {
        const lines = text.split(LINE_BREAK).map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
        const entries = new Set(lines.filter((line) => !isGroup(line)));
        const groups = new Set();
        let title = "";
        for (const line of lines) {
            if (isGroup(line)) {
                title = line;
            } else {
                groups.add(title);
            }
        }
        return { entries: entries.size, groups: groups.size };
    }

    function countText(name, text) {
        const { entries, groups } = counted(text);
        const count = plural(entries, LISTS[name]);
        return name === "characters" && groups > 1 ? `${count} in ${plural(groups, "group")}` : count;
    }

    function addParts(area, name) {
        const numbers = make("div", { className: "expression-grid-numbers", "aria-hidden": "true" });
        const count = make("span", { "aria-live": "polite" });
        const undo = button("Undo", { hidden: true, title: "Bring the list back as it was before" });
        undo.addEventListener("click", () => bringBack(area));
        area.before(numbers);
        area.parentElement.classList.add("expression-grid-list");
        area.wrap = "off";
        area.closest(".block").append(make("div", { className: "expression-grid-counter" }, undo, count));
        area.addEventListener("input", () => {
            known.get(area).typed = true;
            update(area, name);
        });
        area.addEventListener("scroll", () => place(numbers, area));
        area.addEventListener("blur", () => { area.scrollLeft = 0; });
        area.addEventListener("keydown", (event) => undoByKey(event, area));
        new ResizeObserver(() => place(numbers, area)).observe(area);
        known.set(area, { name, area, numbers, count, undo, text: area.value, before: null, typed: false });
    }

    // The numbers lie over the field's left edge, line by line.
    function place(numbers, area) {
        const style = getComputedStyle(area);
        Object.assign(numbers.style, {
            top: `${area.offsetTop}px`, left: `${area.offsetLeft}px`, height: `${area.clientHeight}px`,
            font: style.font, lineHeight: style.lineHeight, paddingTop: style.paddingTop,
        });
        numbers.scrollTop = area.scrollTop;
    }

    function showNumbers({ numbers, area }) {
        const count = area.value.split(LINE_BREAK).length;
        if (numbers.childElementCount !== 1 || Number(numbers.dataset.count) !== count) {
            numbers.dataset.count = count;
            const text = Array.from({ length: count }, (_, number) => number + 1).join("\n");
            numbers.replaceChildren(make("span", {}, text));
        }
        place(numbers, area);
    }

    // A preset, a fill or a pasted infotext changes a list without anything being typed.
    function remember(state) {
        if (state.area.value !== state.text) {
            state.before = state.typed || !state.text.trim() ? null : state.text;
            state.text = state.area.value;
            state.area.scrollLeft = state.typed ? state.area.scrollLeft : 0;
        }
        state.typed = false;
        state.undo.hidden = state.before === null;
    }

    function bringBack(area) {
        const state = known.get(area);
        const { name, before, text } = state;
        setValue(area, before);
        Object.assign(state, { text: before, before: text });
        update(area, name);
    }

    function undoByKey(event, area) {
        if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.shiftKey) {
            const state = known.get(area);
            update(area, state.name);
            if (state.before !== null) {
                event.preventDefault();
                bringBack(area);
            }
        }
    }

    function update(area, name) {
        if (!known.has(area)) {
            addParts(area, name);
        }
        const state = known.get(area);
        remember(state);
        showNumbers(state);
        const text = countText(name, area.value);
        if (state.count.textContent !== text) {
            state.count.textContent = text;
        }
    }

    onAfterUiUpdate(() => {
        for (const tab of Object.keys(PANELS)) {
            for (const name of Object.keys(LISTS).filter((each) => areaOf(tab, each))) {
                update(areaOf(tab, name), name);
            }
        }
    });
});
