// What the rating tab shows: the matrix, and one cell alone. All texts of a study go in as text, never as HTML.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

expressionGrid.ratingView = () => {
    "use strict";

    const { make, button } = expressionGrid.dom;
    const SCORES = ["no", "partly", "yes"];
    const SIGNS = ["✗", "~", "✓"];
    const QUESTIONS = ["shows the expression", "still that person", "looks natural"];
    const SHORT = ["expression", "person", "natural"];
    const ASKS = {
        expression: "expression only", person: "expression and person", natural: "expression, person and natural",
    };
    const KINDS = { lora: "LoRA", embedding: "embedding" };
    const MODES = {
        matrix: ["Matrix", "All pictures of a seed beside each other"],
        single: ["One by one", "One picture after the other, beside the reference"],
        deciding: ["What decides", "Only what can still change a verdict of the report: the fewest pictures"],
        blind: ["Blind", "One picture after the other, in random order and without the character's name"],
    };

    function group(className, label, properties, ...children) {
        return make("div", { className, role: "group", "aria-label": label, ...properties }, ...children);
    }

    // `asks` is a key of ASKS, `size` the width of thumbnails in rem.
    function frame({ files, page }, asks, size) {
        const pages = page ? [make("a", { href: files + page, target: "_blank" }, "Page of the study")] : [];
        const modes = Object.entries(MODES)
            .map(([mode, [text, title]]) => button(text, { dataset: { mode }, title }));
        return make("div", { className: "expression-grid-rating" },
            make("div", { className: "bar" }, group("modes", "Way of rating", {}, ...modes),
                make("progress", { "aria-label": "Cells rated" }), make("span", { className: "rated-count" }),
                button("Undo", { dataset: { action: "undo" }, title: "u or Backspace" }),
                make("span", { className: "said", "aria-live": "polite" }),
                button("Make the report", { dataset: { action: "report" }, hidden: true }), asksChoice(asks), sizeChoice(size),
                ...pages),
            make("div", { className: "status", "aria-live": "polite" }), make("div", { className: "body" }));
    }

    function asksChoice(asks) {
        const options = Object.entries(ASKS).map(([value, text]) => make("option", { value }, text));
        const select = make("select", { "aria-label": "What is asked" }, ...options);
        select.value = asks;
        return make("label", { className: "asks" }, "Ask ", select);
    }

    function sizeChoice(value) {
        const range = make("input", { type: "range", min: 4, max: 20, step: 0.5, "aria-label": "Size of pictures" });
        range.value = value;
        return make("label", { className: "size" }, "Size ", range);
    }

    // What keeps a study from being rated: an error, in a line for each fault, or a hint of what to do first.
    function message({ error, hint = "" }) {
        const lines = (error || hint).split("\n").map((line) => make("p", {}, line));
        return make("div", { className: error ? "expression-grid-error" : "expression-grid-hint" }, ...lines);
    }

    // What an undo changes: "Undone: Noor, sad: expression yes".
    function changed(session, { cell, scores, note }, isBlind) {
        const name = (score) => (score === null ? "not rated" : SCORES[score]);
        const parts = SHORT.flatMap((title, question) => (cell.scores[question] === scores[question] ? []
            : [`${title} ${name(cell.scores[question])} → ${name(scores[question])}`]));
        const column = isBlind ? "" : `${session.columns[cell.column].label}, `;
        const noted = cell.note === note ? [] : ["note"];
        return `Undone: ${column}${session.rows[cell.row].label}: ${[...parts, ...noted].join(", ")}`;
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
            const shown = image.closest(`[data-cell="${cell.number}"]`); // not of another study, open by now
            image.replaceWith(hole(cell));
            if (shown) {
                shown.querySelectorAll("[data-question]").forEach((each) => (each.disabled = true));
            }
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
        const cells = session.cells.filter((cell) => cell.seed === seed);
        const asked = [...QUESTIONS.keys()]
            .filter((question) => cells.some((cell) => cell.questions.includes(question)));
        const rows = session.rows.map(({ label, text }) => make("tr", {}, make("th", { scope: "row", title: text }, label,
            make("div", { className: "asked", "aria-hidden": "true" },
                ...asked.map((question) => make("div", { className: "line" }, SHORT[question]))))));
        for (const cell of cells) {
            rows[cell.row].append(matrixCell(session, cell, asked));
        }
        const table = make("table", {}, make("thead", {}, make("tr", {}, make("td"), ...heads)), make("tbody", {}, ...rows));
        table.style.setProperty("--lines", asked.length);
        return table;
    }

    function helpText() {
        const signs = SIGNS.map((sign, value) => `${sign} ${SCORES[value]}`).join(", ");
        return `Lines below a picture: ${QUESTIONS.join(", ")} (${signs}), as far as they are asked. `
            + "A picture opens alone. Keys: arrows choose a picture; y says yes to all, n no to expression and person, "
            + "1, 2 and 3 score line by line.";
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

    // A line for each question that is asked of any cell, so that they stand beside the names in the row's head.
    function matrixCell(session, cell, asked) {
        const name = `${session.columns[cell.column].label}, ${session.rows[cell.row].label}`;
        const scores = (question) => group("line", `${name}: ${QUESTIONS[question]}`, { dataset: { line: question } },
            ...scoreButtons(cell, question, SIGNS, { tabIndex: -1 }));
        const parts = cell.problem ? [hole(cell)] : [thumbnail(session, cell, name), ...asked.map((question) =>
            (cell.questions.includes(question) ? scores(question) : make("div", { className: "line" })))];
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
                make("span", {}, keysText(isBlind)), noteField(cell)));
    }

    function keysText(isBlind) {
        return "Keys: y yes to all, n no to expression and person; 1 no, 2 partly, 3 yes; ← → the cell before and behind; "
            + `s skips; t writes a note; u or Backspace undoes${isBlind ? "" : "; Esc shows the matrix"}.`;
    }

    function noteField(cell) {
        const input = make("input", { type: "text", maxLength: 300, value: cell.note || "", placeholder: "Note" });
        return make("label", { className: "note", "aria-label": "Note" }, input);
    }

    function line(session, cell, question) {
        const title = [`Shows “${session.rows[cell.row].label}”?`, "Still that person?", "Looks natural?"][question];
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
        const isLikenessAsked = cell.questions.includes(1);
        const known = isLikenessAsked || cell.row > 0 ? ofPerson(session, cell, at) : [];
        const wanted = cell.row > 0 ? 1 : 2;
        const seen = known.slice(0, wanted).map((each) => figure(session, each, nameOf(session, each, isBlind)));
        return [...figures, ...previewFigure(session, cell), ...seen].slice(0, 1 + wanted);
    }

    // The preview of the character's card, in the first row, where no other row shows who it is.
    function previewFigure(session, cell) {
        const src = session.previews[session.columns[cell.column].label];
        if (cell.row > 0 || !src || !cell.questions.includes(1)) {
            return [];
        }
        const image = make("img", { alt: "preview", src });
        const shown = make("figure", {}, image, make("figcaption", {}, "the card's preview"));
        image.addEventListener("error", () => shown.remove());
        return [shown];
    }

    // Other cells that show who it is: those of its column from the first row on, then the person's other columns.
    function ofPerson(session, cell, at) {
        const { person } = session.columns[cell.column];
        const same = session.columns.flatMap((column, number) => (
            column.person === person && number !== cell.column && column.asks_likeness ? [at(cell.row, number)] : []));
        const inColumn = session.rows.map((_, row) => at(row, cell.column)).filter((each) => each.row !== cell.row);
        const cells = cell.row > 0 ? [...inColumn.slice(0, 1), ...same, ...inColumn.slice(1)]
            : [...same.slice(0, 1), ...inColumn, ...same.slice(1)];
        return cells.filter((each) => each && !each.problem);
    }

    function nameOf(session, cell, isBlind) {
        const who = isBlind ? "the same person" : session.columns[cell.column].label;
        return `${who}, ${session.rows[cell.row].label}`;
    }

    function figure(session, cell, caption) {
        return make("figure", {}, picture(session, cell, caption, "eager"), make("figcaption", {}, caption));
    }

    function end(text) {
        return make("div", { className: "end" }, make("p", {}, text),
            button("Make the report", { dataset: { action: "report" } }));
    }

    // Presses the buttons of a cell's scores, and marks the question that the next key answers.
    function showScores(cell, activeQuestion) {
        for (const shown of document.querySelectorAll(`.expression-grid-rating [data-cell="${cell.number}"]`)) {
            shown.querySelectorAll("[data-question]").forEach((each) => {
                const { question, value } = each.dataset;
                each.setAttribute("aria-pressed", cell.scores[question] === Number(value));
            });
            shown.querySelectorAll("[data-line]").forEach((each) => {
                each.classList.toggle("active", Number(each.dataset.line) === activeQuestion);
            });
        }
    }

    return { frame, message, changed, address, matrix, alone, end, showScores };
};
