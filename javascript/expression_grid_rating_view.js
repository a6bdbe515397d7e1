// What the rating tab shows: the matrix, and one cell alone. All texts of a study go in as text, never as HTML.

const expressionGridView = (function () {
    const SCORES = ["no", "partly", "yes"];
    const SIGNS = ["✗", "~", "✓"];
    const QUESTIONS = ["shows the expression", "still that person"];
    const KINDS = {lora: "LoRA", embedding: "embedding"};
    const WAYS = {matrix: "Matrix", single: "One by one", blind: "Blind"};

    function make(tag, properties, ...children) {
        const {dataset, aria, ...rest} = properties;
        const element = Object.assign(document.createElement(tag), rest);
        Object.assign(element.dataset, dataset);
        Object.entries(aria || {}).forEach(([name, value]) => element.setAttribute(`aria-${name}`, value));
        element.append(...children);
        return element;
    }

    function group(className, label, ...children) {
        const element = make("div", {className, aria: {label}}, ...children);
        element.setAttribute("role", "group");
        return element;
    }

    function button(textContent, dataset, more) {
        return make("button", {type: "button", textContent, dataset, ...more});
    }

    function frame() {
        const ways = Object.entries(WAYS).map(([way, title]) => button(title, {way}));
        const status = make("div", {className: "status", aria: {live: "polite"}});
        return make("div", {className: "expression-grid-rating"},
            make("div", {className: "bar"}, group("ways", "Way of rating", ...ways),
                make("progress", {aria: {label: "Cells rated"}}), make("span", {className: "rated-count"}),
                button("Undo", {action: "undo"}, {title: "u or Backspace"})),
            status, make("div", {className: "body"}));
    }

    function problem(text) {
        return make("p", {className: "expression-grid-error", textContent: text});
    }

    function hole(cell) {
        return make("div", {className: "hole", textContent: cell.problem});
    }

    function address(session, cell) {
        return session.files + cell.file.split("/").map(encodeURIComponent).join("/");
    }

    function picture(session, cell, alt, loading) {
        if (cell.problem) {
            return hole(cell);
        }
        const image = make("img", {alt, loading, decoding: "async", src: address(session, cell)});
        image.addEventListener("error", () => {
            cell.problem = "its file is no picture that can be shown";
            image.replaceWith(hole(cell));
            document.querySelectorAll(`[data-cell="${cell.number}"] [data-question]`).forEach((each) => {
                each.disabled = true;
            });
        });
        return image;
    }

    function scoreButtons(cell, question, texts) {
        return SCORES.map((name, value) => button(texts[value], {question, value, score: name}, {
            title: `${QUESTIONS[question]}: ${name}`,
            disabled: Boolean(cell.problem),
            aria: {label: name, pressed: cell.scores[question] === value},
        }));
    }

    // ---- the matrix of one seed

    function matrix(session, seed) {
        const heads = session.columns.map((column) => make("th", {scope: "col"}, column.label, make("small", {
            textContent: [KINDS[column.kind], column.exclude && "left out of the analysis"].filter(Boolean).join(", "),
        })));
        const lines = session.rows.map(({label, text}) =>
            make("tr", {}, make("th", {scope: "row", title: text, textContent: label})));
        for (const cell of session.cells) {
            if (cell.seed === seed) {
                lines[cell.row].append(matrixCell(session, cell));
            }
        }
        const table = make("table", {}, make("thead", {}, make("tr", {}, make("td", {}), ...heads)),
            make("tbody", {}, ...lines));
        const signs = SIGNS.map((sign, value) => `${sign} ${SCORES[value]}`).join(", ");
        const help = `Upper line: ${QUESTIONS[0]}; lower line: ${QUESTIONS[1]} (${signs}). A picture opens alone. `
            + "Keys: arrows choose a picture; 1, 2 and 3 score it.";
        return make("div", {}, make("p", {className: "help"}, help), seedChoice(session, seed),
            make("div", {className: "table"}, table));
    }

    function seedChoice(session, seed) {
        if (session.seeds.length === 1) {
            return "";
        }
        const options = session.seeds.map((each, value) => make("option", {value, textContent: each}));
        const select = make("select", {}, ...options);
        select.value = seed;
        return make("label", {className: "seed"}, "Seed ", select);
    }

    function matrixCell(session, cell) {
        const name = `${session.columns[cell.column].label}, ${session.rows[cell.row].label}`;
        const thumbnail = make("button", {
            type: "button", className: "thumbnail", title: name, tabIndex: -1, dataset: {action: "open"},
            aria: {label: `Open ${name}`},
        });
        thumbnail.append(picture(session, cell, "", "lazy"));
        const lines = cell.problem ? [] : cell.questions.map((question) =>
            group("line", `${name}: ${QUESTIONS[question]}`, ...scoreButtons(cell, question, SIGNS)));
        lines.forEach((line) => line.childNodes.forEach((each) => (each.tabIndex = -1)));
        const shown = cell.problem ? hole(cell) : thumbnail;
        return make("td", {}, make("div", {className: "cell", dataset: {cell: cell.number}}, shown, ...lines));
    }

    // ---- one cell alone, beside what it is compared with

    function alone(session, cell, isBlind) {
        const {label, kind} = session.columns[cell.column];
        const row = session.rows[cell.row];
        const facts = isBlind ? [] : [label, KINDS[kind], session.seeds.length > 1 && `seed ${session.seeds[cell.seed]}`];
        return make("div", {className: "alone", tabIndex: -1, dataset: {cell: cell.number}},
            make("h3", {}, row.label, make("small", {textContent: [row.text, ...facts].filter(Boolean).join(" · ")})),
            make("div", {className: "figures"}, figure(session, cell, "this cell"),
                ...comparisons(session, cell, isBlind)),
            make("div", {className: "questions"}, ...cell.questions.map((question) => line(session, cell, question))),
            make("div", {className: "steps"}, button("Skip", {action: "skip"}, {title: "s"}),
                make("span", {textContent: "Keys: 1 no, 2 partly, 3 yes; s skips; u or Backspace undoes."})));
    }

    function line(session, cell, question) {
        const title = question ? "Still that person?" : `Shows “${session.rows[cell.row].label}”?`;
        const texts = SCORES.map((name, value) => `${value + 1} ${name}`);
        const element = group("question", title, make("span", {textContent: title}),
            ...scoreButtons(cell, question, texts));
        element.dataset.line = question;
        return element;
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
        return make("figure", {}, picture(session, cell, caption, "eager"), make("figcaption", {textContent: caption}));
    }

    function end(text) {
        return make("p", {className: "end", textContent: text});
    }

    // Presses the buttons of a cell's scores, and marks the question that the next key answers.
    function showScores(cell, asked) {
        for (const place of document.querySelectorAll(`.expression-grid-rating [data-cell="${cell.number}"]`)) {
            place.querySelectorAll("[data-question]").forEach((each) => {
                const {question, value} = each.dataset;
                each.setAttribute("aria-pressed", cell.scores[question] === Number(value));
            });
            place.querySelectorAll(".question").forEach((each) => {
                each.classList.toggle("asked", Number(each.dataset.line) === asked);
            });
        }
    }

    return {frame, problem, address, matrix, alone, end, showScores};
})();
