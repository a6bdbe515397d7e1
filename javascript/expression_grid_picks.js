// From study to story: the cells of a character, row by row, among which clicks and keys pick.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const { make, plural, receiveFrom } = expressionGrid.dom;
    const SIGNS = { yes: "✓", partly: "~", no: "✗" };
    const HELP = "A click or Enter picks a cell of its row, with Shift one more; arrows move. Another click takes it back.";

    const byName = (name) => gradioApp().getElementById(`expression_grid_${name}`);
    const queue = expressionGrid.ratingQueue(showStatus, "picks_click");

    let picking = null; // what the server has sent, with the picks as they are by now

    // ---- what is shown

    function frame() {
        return make("div", { className: "expression-grid-picks" },
            make("p", { className: "help" }, HELP), make("p", { className: "missing", "aria-live": "polite" }),
            make("p", { className: "status", "aria-live": "polite" }), ...picking.rows.map(rowOf));
    }

    function rowOf(row, index) {
        const cells = row.cells.map((cell, place) => cellOf(row, cell, `${index} ${place}`));
        return make("div", { className: "row", role: "group", "aria-label": row.label },
            make("h4", {}, row.label), make("div", { className: "cells" }, ...cells));
    }

    function cellOf(row, cell, place) {
        const caption = picking.hasWeights ? `${cell.character} · ${cell.seed}` : `seed ${cell.seed}`;
        if (cell.problem) {
            return make("div", { className: "hole" }, `${caption}: ${cell.problem}`);
        }
        const src = picking.files + cell.file.split("/").map(encodeURIComponent).join("/");
        const grade = SIGNS[cell.grade] ? ` ${SIGNS[cell.grade]}` : "";
        const label = `${row.label}, ${cell.character}, seed ${cell.seed}${cell.grade && `, rated ${cell.grade}`}`;
        return make("button", { type: "button", dataset: { place }, "aria-label": label },
            make("img", { src, alt: "", loading: "lazy", decoding: "async" }), make("small", {}, caption + grade));
    }

    function showPicks() {
        byName("picks").querySelectorAll("[data-place]").forEach((each) => {
            const { row, index } = placeOf(each);
            each.setAttribute("aria-pressed", row.picks.includes(index));
        });
        const missing = picking.rows.filter((row) => !row.picks.length);
        const names = missing.map((row) => row.label + (row.why ? ` (${row.why})` : "")).join("; ");
        const count = `${picking.rows.length - missing.length} of ${plural(picking.rows.length, "row")} have a pick.`;
        byName("picks").querySelector(".missing").textContent = count + (names ? ` Without one: ${names}.` : "");
    }

    function showStatus(problem) {
        const status = byName("picks").querySelector(".status");
        if (status) {
            status.textContent = problem;
        }
    }

    // ---- what clicks and keys do

    function placeOf(element) {
        const [row, index] = element.dataset.place.split(" ").map(Number);
        return { row: picking.rows[row], index };
    }

    async function pick(element, isAdded) {
        const { row, index } = placeOf(element);
        const [before, shown] = [row.picks, picks()];
        const others = isAdded ? before.filter((other) => other !== index) : [];
        row.picks = before.includes(index) ? before.filter((other) => isAdded && other !== index) : [...others, index];
        showPicks();
        const problem = await queue.save({ study: picking.study, character: picking.character, picks: picks(), shown });
        if (problem) {
            row.picks = before;
            showPicks();
        }
    }

    function picks() {
        return picking.rows.flatMap((row) => row.picks.map((index) => {
            const { character, seed } = row.cells[index];
            return { expression: row.label, character, seed };
        }));
    }

    function move(from, down, right) {
        const { row, index } = placeOf(from);
        const at = picking.rows.indexOf(row);
        const isThere = (y, x) => picking.rows[y] && picking.rows[y].cells[x];
        for (let [y, x] = [at + down, index + right]; isThere(y, x); y += down, x += right) {
            const next = byName("picks").querySelector(`[data-place="${y} ${x}"]`);
            if (next) {
                next.focus();
                return;
            }
        }
    }

    function onKey(event) {
        const element = event.target.closest("[data-place]");
        const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
        if (element && step) {
            event.preventDefault();
            move(element, ...step);
        }
    }

    // ---- the WebUI around

    function open(answer) {
        picking = answer.rows ? answer : null;
        if (!picking) {
            const problem = answer.error ? [make("p", { className: "expression-grid-error" }, answer.error)] : [];
            byName("picks").replaceChildren(...problem);
            return;
        }
        picking.hasWeights = new Set(picking.rows.flatMap((row) => row.cells.map((cell) => cell.character))).size > 1;
        byName("picks").replaceChildren(frame());
        showPicks();
    }

    receiveFrom(byName("picks_shown"), open);
    receiveFrom(byName("picks_answer"), queue.receive);
    byName("picks").addEventListener("click", (event) => {
        const element = event.target.closest("[data-place]");
        if (element) {
            pick(element, event.shiftKey);
        }
    });
    byName("picks").addEventListener("keydown", onKey);
});
