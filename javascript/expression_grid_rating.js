// The tab in which a study is rated, in three modes: which cell is shown, and what clicks and keys do.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const { setValue, receiveFrom } = expressionGrid.dom;
    // Names in the browser's storage, where earlier versions have left a rater's choices.
    const MODE = "expression_grid_way";
    const RATER = "expression_grid_rater";
    const STUDY = "expression_grid_study";
    const ASKS = "expression_grid_asks";
    const SIZE = "expression_grid_thumbnails";

    const YES = 2;
    const LIKENESS = 1;
    const ASKED = { expression: [0], person: [0, 1], natural: [0, 1, 2] };

    const view = expressionGrid.ratingView();
    const queue = expressionGrid.ratingQueue(showStatus, "click");
    const LOST = 30000; // milliseconds after which no answer comes any more
    const BEGINNING = "Studies are made in txt2img or img2img, with the script Expression grid. Choose one here to rate its "
        + "cells and to read what they say.";

    let session = null;
    let isNameAsked = false; // by "Rate it", of somebody who has never rated
    let mode = localStorage.getItem(MODE) || "matrix";
    let asks = ASKED[localStorage.getItem(ASKS)] ? localStorage.getItem(ASKS) : "person";
    let seed = 0; // of the matrix, as an index of session.seeds
    let current = null; // the cell that is shown alone, or that the matrix's last key scored
    let activeQuestion = 0; // which the next key answers
    let lastAnswer = null; // the current cell's last, while it is on its way to the disk
    let last = null; // what is to be opened as the study that was open last
    let requested = null; // the one of these that is on its way
    let history = []; // {cell, scores, note, question} from before every answer

    const byName = (name) => gradioApp().getElementById(`expression_grid_${name}`);
    const find = (selector) => byName("rating").querySelector(selector);
    const isRated = (cell) => cell.questions.every((question) => cell.saved.scores[question] !== null);
    const openQuestion = (cell) => cell.questions.find((question) => cell.scores[question] === null);
    const isOpen = (cell) => !cell.problem && !isRated(cell);
    const ORDERS = { blind: "blind_order", deciding: "deciding_order" };
    const order = () => session[ORDERS[mode] || "order"].map((number) => session.cells[number]);

    // ---- answers

    // Shows and saves a cell's scores and note; whether they could be saved. By then, another study may be open.
    async function setScores(cell, scores, note = cell.note) {
        const opened = session;
        Object.assign(cell, { scores, note });
        cell.pending += 1;
        view.showScores(cell, activeQuestion);
        const problem = await queue.save(ratingOf(cell));
        cell.pending -= 1;
        cell.saved = problem ? cell.saved : { scores, note };
        if (!cell.pending) {
            Object.assign(cell, cell.saved);
        }
        if (session === opened) {
            view.showScores(cell, activeQuestion);
            showProgress();
        }
        return !problem;
    }

    function ratingOf(cell) {
        const { study, rater } = session;
        const [expression_score, likeness_score, natural_score] = cell.scores;
        const key = {
            expression: session.rows[cell.row].label, character: session.columns[cell.column].label,
            seed: session.seeds[cell.seed],
        };
        const scores = { expression_score, likeness_score, natural_score, note: cell.note };
        return { study, rater, ...key, ...scores, picture: cell.picture };
    }

    function remember(cell, question) {
        history.push({ cell, scores: cell.scores, note: cell.note, question });
        showSaid("");
    }

    // Gives the same score to these questions, and asks the next one or goes on to the next cell.
    async function answer(cell, questions, value) {
        const wasRated = openQuestion(cell) === undefined;
        const last = Math.max(...questions);
        const next = cell.questions.find((other) => other > last && (wasRated || cell.scores[other] === null));
        remember(cell, questions[0]);
        const answered = {};
        lastAnswer = mode !== "matrix" && cell === current && next === undefined ? answered : null;
        activeQuestion = next ?? last;
        const scores = cell.scores.map((old, question) => (questions.includes(question) ? value : old));
        const saving = setScores(cell, scores);
        if (mode === "matrix" && next === undefined) {
            focusFollowing(cell);
        }
        const isSaved = await saving;
        await noteLeft();
        if (lastAnswer === answered) {
            lastAnswer = null;
            if (isSaved) {
                showNext();
            }
        }
    }

    // Yes to all that is asked; no to expression and person, since a picture may look natural all the same.
    function answerAll(cell, value) {
        const both = cell.questions.filter((question) => question <= LIKENESS);
        answer(cell, value === YES ? cell.questions : both, value);
    }

    function undo() {
        const last = history.pop();
        if (!last) {
            return;
        }
        const said = view.changed(session, last, mode === "blind");
        if (mode !== "matrix") {
            showAlone(last.cell, last.question);
        } else {
            activeQuestion = last.question;
            showCellInMatrix(last.cell);
        }
        setScores(last.cell, last.scores, last.note);
        showSaid(said);
    }

    // Waits while a note is being typed: the rest of it would score the next cell.
    async function noteLeft() {
        const note = find(".note input");
        while (note && note === document.activeElement) { // which it still is when the whole window is left
            await new Promise((resolve) => note.addEventListener("blur", resolve, { once: true }));
        }
    }

    // Browsers differ in whether a field that is removed while it is typed in still tells what was typed.
    function keepNote() {
        const note = find(".note input");
        if (note) {
            note.blur();
        }
    }

    // ---- what is shown

    // The cells that are yet to be rated, from the current one on and around the end.
    function upcoming() {
        const cells = order();
        const from = cells.indexOf(current) + 1;
        return [...cells.slice(from), ...cells.slice(0, from)].filter(isOpen);
    }

    function showNext() {
        const [cell] = upcoming();
        if (cell) {
            showAlone(cell);
        } else {
            current = null;
            show(view.end(endText()));
        }
    }

    function endText() {
        if (mode === "deciding") {
            return "What decides something is rated. Choose Rate to count again, or another way to rate the other cells.";
        }
        return session.order.length ? "All cells are rated." : "There is no cell with a picture to rate.";
    }

    // The cell before or behind the current one, whether it is rated or not.
    function showBeside(step) {
        const cells = order();
        const cell = cells[cells.indexOf(current) + step];
        if (cell) {
            showAlone(cell);
        }
    }

    function showAlone(cell, question) {
        current = cell;
        activeQuestion = question ?? openQuestion(cell) ?? 0;
        lastAnswer = null;
        const element = view.alone(session, cell, mode === "blind");
        show(element);
        view.showScores(cell, activeQuestion);
        element.focus({ preventScroll: true });
        const reveal = () => element.scrollIntoView({ block: "nearest" });
        const picture = element.querySelector("img");
        if (picture) {
            picture.decode().then(reveal, reveal);
        } else {
            reveal();
        }
        upcoming().slice(0, 3).forEach((next) => (new Image().src = view.address(session, next)));
    }

    function showMatrix(ofSeed) {
        seed = ofSeed;
        show(view.matrix(session, seed));
        const first = find(".thumbnail");
        if (first) {
            first.tabIndex = 0;
        }
    }

    function showCellInMatrix(cell) {
        if (seed !== cell.seed || !find(".table")) {
            showMatrix(cell.seed);
        }
        current = cell;
        focus(find(`[data-cell="${cell.number}"] .thumbnail`));
    }

    function show(body) {
        find(".body").replaceChildren(body);
        byName("rating").querySelectorAll("[data-mode]").forEach((each) => {
            each.setAttribute("aria-pressed", each.dataset.mode === mode);
        });
        find(".size").hidden = mode !== "matrix";
        showProgress();
    }

    function showProgress() {
        const cells = session.order.map((number) => session.cells[number]).filter((cell) => !cell.problem);
        const rated = cells.filter(isRated).length;
        Object.assign(find("progress"), { max: cells.length || 1, value: rated });
        find(".rated-count").textContent = `${rated} of ${cells.length}`;
        find("[data-action=undo]").disabled = !history.length;
        find(".bar [data-action=report]").hidden = mode !== "matrix" || rated < cells.length;
    }

    function showStatus(problem) {
        const status = find(".status");
        if (status) {
            status.textContent = problem;
        }
    }

    function showSaid(text) {
        find(".said").textContent = text;
    }

    function setMode(chosen, cell) {
        mode = chosen;
        localStorage.setItem(MODE, mode);
        current = null;
        lastAnswer = null;
        if (mode === "matrix") {
            showMatrix(seed);
        } else if (cell) {
            showAlone(cell);
        } else {
            showNext();
        }
        showSaid(mode === "deciding" ? session.deciding : "");
    }

    function setAsks(chosen) {
        asks = chosen;
        localStorage.setItem(ASKS, asks);
        session.cells.forEach((cell) => (cell.questions = questionsOf(cell)));
        setMode(mode, current);
    }

    function questionsOf(cell) {
        const isOfPerson = session.columns[cell.column].asks_likeness;
        return ASKED[asks].filter((question) => question !== LIKENESS || isOfPerson);
    }

    function size() {
        return localStorage.getItem(SIZE) || (window.innerWidth > 640 ? "8" : "6.5");
    }

    function setSize(width) {
        byName("rating").style.setProperty("--thumbnail", `${width}rem`);
    }

    // ---- clicks and keys

    function cellAround(element) {
        const shown = element.closest("[data-cell]");
        return shown && session.cells[shown.dataset.cell];
    }

    function onClick(event) {
        const button = event.target.closest("button");
        if (!button) {
            return;
        }
        keepNote(); // the clicks of a screen reader leave the focus where it is
        const cell = cellAround(button);
        const { question, value, action } = button.dataset;
        if (button.dataset.mode) {
            setMode(button.dataset.mode);
        } else if (question && mode === "matrix") {
            scoreInMatrix(cell, Number(question), Number(value));
        } else if (question) {
            answer(cell, [Number(question)], Number(value));
        } else if (action) {
            ({ undo, skip: showNext, open: () => setMode("single", cell), report: makeReport })[action]();
        }
    }

    // In the matrix, a click goes on to no other cell, and a second one takes the first back.
    function scoreInMatrix(cell, question, value) {
        const given = cell.scores[question] === value ? null : value;
        remember(cell, question);
        setScores(cell, cell.scores.map((old, index) => (index === question ? given : old)));
    }

    function onChange({ target }) {
        if (target.closest(".seed")) {
            showMatrix(Number(target.value));
        } else if (target.closest(".asks")) {
            setAsks(target.value);
        } else if (target.closest(".size")) {
            localStorage.setItem(SIZE, target.value);
        } else if (target.closest(".note")) {
            const cell = cellAround(target);
            remember(cell, activeQuestion);
            setScores(cell, cell.scores, target.value.trim());
        }
    }

    // The WebUI's own listener for Escape, on the document, fails where a tab has no Interrupt button.
    function keepFromWebui(event) {
        if (event.key === "Escape" && byName("rating").offsetParent) {
            event.stopPropagation();
        }
    }

    function onKey(event) {
        if (event.target === document.body) {
            keepFromWebui(event);
        }
        const isElsewhere = !session || !byName("rating").offsetParent;
        if (isElsewhere || event.ctrlKey || event.altKey || event.metaKey || event.repeat) {
            return;
        }
        if (event.target.closest("#expression_grid_picks")) {
            return; // which has keys of its own
        }
        if (event.target.closest("input, textarea, select, [contenteditable]")) {
            leaveNote(event);
            return;
        }
        const act = keyAction(event.key);
        if (act) {
            event.preventDefault();
            event.stopPropagation();
            act();
        }
    }

    // Enter or Escape in the note goes back to the keys.
    function leaveNote(event) {
        if (event.target.closest("#expression_grid_rating .note") && ["Enter", "Escape"].includes(event.key)) {
            event.preventDefault();
            find(".alone").focus({ preventScroll: true });
        }
    }

    function keyAction(key) {
        if (key === "u" || key === "Backspace") {
            return undo;
        }
        return mode === "matrix" ? matrixAction(key) : aloneAction(key);
    }

    function aloneAction(key) {
        if (!current || lastAnswer) {
            return null;
        }
        const cell = current;
        const moves = {
            s: showNext,
            ArrowLeft: () => showBeside(-1),
            ArrowRight: () => showBeside(1),
            t: () => find(".note input").focus(),
        };
        if (mode !== "blind") {
            moves.Escape = () => {
                setMode("matrix");
                showCellInMatrix(cell);
            };
        }
        return moves[key] || scoreAction(cell, key);
    }

    function scoreAction(cell, key) {
        if (cell.problem) {
            return null;
        }
        const value = ["1", "2", "3"].indexOf(key);
        if (value >= 0) {
            return () => answer(cell, [activeQuestion], value);
        }
        return { y: () => answerAll(cell, YES), n: () => answerAll(cell, 0) }[key];
    }

    // In the matrix, arrows move the focus from picture to picture; where it is nowhere yet, any key begins.
    function matrixAction(key) {
        const shown = document.activeElement.closest(".expression-grid-rating .cell");
        const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
        if (!shown) {
            return step || "123yn".includes(key) ? () => focus(find(".thumbnail[tabindex='0']")) : null;
        }
        const cell = cellAround(shown);
        if (step) {
            return () => focusThumbnail(shown, step);
        }
        if (current !== cell) {
            current = cell;
            activeQuestion = openQuestion(cell) ?? 0;
        }
        return scoreAction(cell, key);
    }

    function focusThumbnail(shown, [down, right]) {
        const { rowIndex } = shown.closest("tr");
        const { cellIndex } = shown.closest("td");
        const row = shown.closest("table").rows[rowIndex + down];
        focus(row && row.cells[cellIndex + right] && row.cells[cellIndex + right].querySelector(".thumbnail"));
    }

    // The next picture of the row that counts, then the first of the next row, then the first of the next seed.
    function focusFollowing(cell) {
        current = null;
        const numbers = [...byName("rating").querySelectorAll(".cell")].map((each) => Number(each.dataset.cell));
        const later = numbers.slice(numbers.indexOf(cell.number) + 1);
        const following = later.find((number) => session.order.includes(number));
        if (following !== undefined) {
            focus(find(`[data-cell="${following}"] .thumbnail`));
            return;
        }
        const open = session.order.map((number) => session.cells[number])
            .filter((each) => each.seed > seed && isOpen(each));
        if (open.length) {
            showMatrix(Math.min(...open.map((each) => each.seed)));
            focus(find(".thumbnail"));
        }
    }

    function focus(thumbnail) {
        if (thumbnail) {
            byName("rating").querySelectorAll(".thumbnail[tabindex='0']").forEach((each) => (each.tabIndex = -1));
            thumbnail.tabIndex = 0;
            thumbnail.focus();
        }
    }

    function makeReport() {
        const section = byName("report_section");
        const isOpened = byName("report").offsetParent;
        if (!isOpened) {
            section.querySelector(".label-wrap").click();
        }
        byName("report").click();
        section.scrollIntoView({ behavior: "smooth" });
    }

    // ---- the WebUI around

    function openSession(answer) {
        if (answer.is_last && !isAwaited(answer)) {
            return;
        }
        if (answer.is_last && session) {
            return; // another was chosen while it was on its way
        }
        changeSession(answer.columns ? answer : null);
        if (!session) {
            byName("rating").replaceChildren(view.message(answer));
            return;
        }
        session.cells.forEach((cell, number) => {
            const { scores = [null, null, null], note = "" } = cell;
            Object.assign(cell, { number, questions: questionsOf(cell), pending: 0, scores, note });
            cell.saved = { scores, note };
        });
        localStorage.setItem(RATER, session.rater);
        localStorage.setItem(STUDY, session.study);
        byName("rating").replaceChildren(view.frame(session, asks, size()));
        setMode(mode);
    }

    function changeSession(opened) {
        keepNote();
        session = opened;
        seed = 0;
        current = null;
        lastAnswer = null;
        history = [];
    }

    function onTabShown() {
        byName("refresh").click();
        if (!byName("rating").firstChild) {
            byName("rating").append(view.message({ hint: BEGINNING }));
        }
        const rater = byName("rater").querySelector("input, textarea");
        const name = localStorage.getItem(RATER) || "";
        if (!rater.value) {
            setValue(rater, name);
        }
        if (!session && name && localStorage.getItem(STUDY)) {
            openLast(localStorage.getItem(STUDY), name);
        }
        if (isNameAsked) {
            isNameAsked = false;
            rater.focus();
        }
    }

    // gradio drops a request while one before is on its way: the newest is made after the answer.
    function openLast(study, rater) {
        last = { study, rater, at: Date.now() };
        if (!requested || last.at - requested.at > LOST) {
            requestLast();
        }
    }

    function requestLast() {
        requested = last;
        setValue(byName("last").querySelector("input, textarea"), JSON.stringify(last));
    }

    // The page shows an answer more than once.
    function isAwaited({ at }) {
        if (!requested || requested.at !== at) {
            return false;
        }
        const isNewest = requested === last;
        requested = null;
        if (!isNewest) {
            requestLast();
        }
        return isNewest;
    }

    // Opens a study from elsewhere on the page, for the rater of the last one; without one, the tab asks for a name.
    expressionGrid.rate = (study) => {
        changeSession(null);
        byName("rating").replaceChildren();
        localStorage.setItem(STUDY, study);
        [...gradioApp().querySelectorAll("#tabs > .tab-nav button")]
            .find((tab) => tab.textContent.trim() === "Expression grid").click();
        if (!localStorage.getItem(RATER)) {
            isNameAsked = true;
            openLast(study, "");
        }
    };

    receiveFrom(byName("session"), openSession);
    receiveFrom(byName("answer"), queue.receive);
    byName("rating").addEventListener("click", onClick);
    byName("rating").addEventListener("change", onChange);
    byName("rating").addEventListener("input", ({ target }) => target.closest(".size") && setSize(target.value));
    setSize(size());
    document.addEventListener("keydown", onKey, true);
    gradioApp().getElementById("tab_expression_grid").addEventListener("keydown", keepFromWebui);

    // The WebUI calls back before the tab is shown.
    onUiTabChange(() => requestAnimationFrame(() => {
        if (byName("choice") && byName("choice").offsetParent) {
            onTabShown();
        }
    }));
});
