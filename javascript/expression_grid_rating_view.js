// What the rating tab shows: the matrix, and one cell alone. All texts of a study go in as text, never as HTML.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

expressionGrid.ratingView = () => {
    "use strict";

    const { make, button } = expressionGrid.dom;
    const SCORES = ["no", "partly", "yes"];
    const SIGNS = ["✗", "~", "✓"];
    const QUESTIONS = ["shows the expression", "still that person"];
    const KINDS = { lora: "LoRA", embedding: "embedding" };
    const MODES = { matrix: "Matrix", single: "One by one", blind: "Blind" };

    function group(className, label, properties, ...children) {
        return make("div", { className, role: "group", "aria-label": label, ...properties }, ...children);
    }

    function frame() {
        const modes = Object.entries(MODES).map(([mode, title]) => button(title, { dataset: { mode } }));
        return make("div", { className: "expression-grid-rating" },
            make("div", { className: "bar" }, group("modes", "Way of rating", {}, ...modes),
                make("progress", { "aria-label": "Cells rated" }), make("span", { className: "rated-count" }),
                button("Undo", { dataset: { action: "undo" }, title: "u or Backspace" })),
            make("div", { className: "status", "aria-live": "polite" }), make("div", { className: "body" }));
    }

    function problem(text) {
        return make("p", { className: "expression-grid-error" }, text);
    }

    function hole(cell) {
        return make("div", { className: "hole" }, cell.problem);
    }

    function address(session, cell) {
        return session.files + cell.file.split("/").map(encodeURIComponent).join("/");
    }

    function picture(session, cell, alt, loading) {
        if (cell.problem) {
            return hole(cell);
        }
        const image = make("img", { alt, loading, decoding: "async", src: address(session, cell) });
        image.addEventListener("error", () => {
            cell.problem = "its file is no picture that can be shown";
            image.replaceWith(hole(cell));
            document.querySelectorAll(`[data-cell="${cell.number}"] [data-question]`).forEach((each) => {
                each.disabled = true;
            });
        });
        return image;
    }

    function scoreButtons(cell, question, texts, properties = {}) {
        return SCORES.map((name, value) => button(texts[value], {
            dataset: { question, value, score: name },
            title: `${QUESTIONS[question]}: ${name}`,
            disabled: Boolean(cell.problem),
            "aria-label": name,
            "aria-pressed": cell.scores[question] === value,
            ...properties,
        }));
    }

    // ---- the matrix of one seed

    function matrix(session, seed) {
        return make("div", {}, make("p", { className: "help" }, helpText()), seedChoice(session, seed),
            make("div", { className: "table" }, matrixTable(session, seed)));
    }

    function matrixTable(session, seed) {
        const heads = session.columns.map((column) => make("th", { scope: "col" }, column.label, make("small", {},
            [KINDS[column.kind], column.exclude && "left out of the analysis"].filter(Boolean).join(", "))));
        const rows = session.rows.map(({ label, text }) =>
            make("tr", {}, make("th", { scope: "row", title: text }, label)));
        for (const cell of session.cells) {
            if (cell.seed === seed) {
                rows[cell.row].append(matrixCell(session, cell));
            }
        }
        return make("table", {}, make("thead", {}, make("tr", {}, make("td"), ...heads)), make("tbody", {}, ...rows));
    }

    function helpText() {
        const signs = SIGNS.map((sign, value) => `${sign} ${SCORES[value]}`).join(", ");
        return `Upper line: ${QUESTIONS[0]}; lower line: ${QUESTIONS[1]} (${signs}). A picture opens alone. `
            + "Keys: arrows choose a picture; 1, 2 and 3 score it.";
    }

    function seedChoice(session, seed) {
        if (session.seeds.length === 1) {
            return "";
        }
        const options = session.seeds.map((each, value) => make("option", { value }, String(each)));
        const select = make("select", {}, ...options);
        select.value = seed;
        return make("label", { className: "seed" }, "Seed ", select);
    }

    function matrixCell(session, cell) {
        const name = `${session.columns[cell.column].label}, ${session.rows[cell.row].label}`;
        const parts = cell.problem ? [hole(cell)] : [thumbnail(session, cell, name), ...cell.questions.map((question) =>
            group("line", `${name}: ${QUESTIONS[question]}`, {}, ...scoreButtons(cell, question, SIGNS, { tabIndex: -1 })))];
        return make("td", {}, make("div", { className: "cell", dataset: { cell: cell.number } }, ...parts));
    }

    function thumbnail(session, cell, name) {
        const properties = { title: name, tabIndex: -1, dataset: { action: "open" }, "aria-label": `Open ${name}` };
        return button(picture(session, cell, "", "lazy"), { className: "thumbnail", ...properties });
    }

    // ---- one cell alone, beside what it is compared with

    function alone(session, cell, isBlind) {
        const { label, kind } = session.columns[cell.column];
        const row = session.rows[cell.row];
        const facts = isBlind ? [] : [label, KINDS[kind], session.seeds.length > 1 && `seed ${session.seeds[cell.seed]}`];
        return make("div", { className: "alone", tabIndex: -1, dataset: { cell: cell.number } },
            make("h3", {}, row.label, make("small", {}, [row.text, ...facts].filter(Boolean).join(" · "))),
            make("div", { className: "figures" }, figure(session, cell, "this cell"),
                ...comparisons(session, cell, isBlind)),
            make("div", { className: "questions" }, ...cell.questions.map((question) => line(session, cell, question))),
            make("div", { className: "steps" }, button("Skip", { dataset: { action: "skip" }, title: "s" }),
                make("span", {}, "Keys: 1 no, 2 partly, 3 yes; s skips; u or Backspace undoes.")));
    }

    function line(session, cell, question) {
        const title = question ? "Still that person?" : `Shows “${session.rows[cell.row].label}”?`;
        const texts = SCORES.map((name, value) => `${value + 1} ${name}`);
        const properties = { dataset: { line: question } };
        return group("question", title, properties, make("span", {}, title), ...scoreButtons(cell, question, texts));
    }

    function comparisons(session, cell, isBlind) {
        const at = (row, column) => session.cells.find((each) =>
            each.seed === cell.seed && each.row === row && each.column === column);
        const reference = session.columns.findIndex((column) => !column.asks_likeness);
        const figures = [];
        if (reference >= 0 && reference !== cell.column) {
            const caption = `${session.rows[cell.row].label}, without a character`;
            figures.push(figure(session, at(cell.row, reference), caption));
        }
        if (cell.row > 0) {
            const who = isBlind ? "the same person" : session.columns[cell.column].label;
            figures.push(figure(session, at(0, cell.column), `${who}, ${session.rows[0].label}`));
        }
        return figures;
    }

    function figure(session, cell, caption) {
        return make("figure", {}, picture(session, cell, caption, "eager"), make("figcaption", {}, caption));
    }

    function end(text) {
        return make("p", { className: "end" }, text);
    }

    // Presses the buttons of a cell's scores, and marks the question that the next key answers.
    function showScores(cell, activeQuestion) {
        for (const shown of document.querySelectorAll(`.expression-grid-rating [data-cell="${cell.number}"]`)) {
            shown.querySelectorAll("[data-question]").forEach((each) => {
                const { question, value } = each.dataset;
                each.setAttribute("aria-pressed", cell.scores[question] === Number(value));
            });
            shown.querySelectorAll(".question").forEach((each) => {
                each.classList.toggle("active", Number(each.dataset.line) === activeQuestion);
            });
        }
    }

    return { frame, problem, address, matrix, alone, end, showScores };
};
