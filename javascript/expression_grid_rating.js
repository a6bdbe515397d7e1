// The tab in which a study is rated, in three modes: which cell is shown, and what clicks and keys do.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    // Names in the browser's storage, where earlier versions have left a rater's choices.
    const MODE = "expression_grid_way";
    const RATER = "expression_grid_rater";

    const view = expressionGrid.ratingView();
    const queue = expressionGrid.ratingQueue(showStatus);

    let session = null;
    let mode = localStorage.getItem(MODE) || "matrix";
    let seed = 0; // of the matrix, as an index of session.seeds
    let current = null; // the cell that is shown alone
    let activeQuestion = 0; // which the next key answers
    let lastAnswer = null; // the current cell's last, while it is on its way to the disk
    let history = []; // {cell, scores, question} from before every answer

    const byName = (name) => gradioApp().getElementById(`expression_grid_${name}`);
    const find = (selector) => byName("rating").querySelector(selector);
    const isRated = (cell) => cell.questions.every((question) => cell.saved[question] !== null);
    const openQuestion = (cell) => cell.questions.find((question) => cell.scores[question] === null);
    const isOpen = (cell) => !cell.problem && !isRated(cell);

    // ---- answers

    // Shows and saves a cell's scores; whether they could be saved.
    async function setScores(cell, scores) {
        cell.scores = scores;
        cell.pending += 1;
        view.showScores(cell, activeQuestion);
        const problem = await queue.save(ratingOf(cell));
        cell.pending -= 1;
        cell.saved = problem ? cell.saved : scores;
        if (!cell.pending) {
            cell.scores = cell.saved;
        }
        view.showScores(cell, activeQuestion);
        showProgress();
        return !problem;
    }

    function ratingOf(cell) {
        const { study, rater } = session;
        const [expression_score, likeness_score] = cell.scores;
        const key = {
            expression: session.rows[cell.row].label, character: session.columns[cell.column].label,
            seed: session.seeds[cell.seed],
        };
        return { study, rater, ...key, expression_score, likeness_score, picture: cell.picture };
    }

    async function answer(cell, question, value) {
        const next = cell.questions.find((other) => other > question);
        history.push({ cell, scores: cell.scores, question });
        const answered = {};
        lastAnswer = cell === current && next === undefined ? answered : null;
        activeQuestion = next ?? question;
        const isSaved = await setScores(cell, cell.scores.map((old, index) => (index === question ? value : old)));
        if (lastAnswer === answered) {
            lastAnswer = null;
            if (isSaved) {
                showNext();
            }
        }
    }

    function undo() {
        const last = history.pop();
        if (!last) {
            return;
        }
        if (mode !== "matrix") {
            showAlone(last.cell, last.question);
        } else if (seed !== last.cell.seed) {
            showMatrix(last.cell.seed);
        }
        setScores(last.cell, last.scores);
    }

    // ---- what is shown

    // The cells that are yet to be rated, from the current one on and around the end.
    function upcoming() {
        const cells = session[mode === "blind" ? "blind_order" : "order"].map((number) => session.cells[number]);
        const from = cells.indexOf(current) + 1;
        return [...cells.slice(from), ...cells.slice(0, from)].filter(isOpen);
    }

    function showNext() {
        const [cell] = upcoming();
        if (cell) {
            showAlone(cell);
        } else {
            current = null;
            show(view.end(session.order.length ? "All cells are rated." : "There is no cell with a picture to rate."));
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

    function show(body) {
        find(".body").replaceChildren(body);
        byName("rating").querySelectorAll("[data-mode]").forEach((each) => {
            each.setAttribute("aria-pressed", each.dataset.mode === mode);
        });
        showProgress();
    }

    function showProgress() {
        const cells = session.order.map((number) => session.cells[number]).filter((cell) => !cell.problem);
        const rated = cells.filter(isRated).length;
        Object.assign(find("progress"), { max: cells.length || 1, value: rated });
        find(".rated-count").textContent = `${rated} of ${cells.length}`;
        find("[data-action=undo]").disabled = !history.length;
    }

    function showStatus(problem) {
        const status = find(".status");
        if (status) {
            status.textContent = problem;
        }
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
    }

    // ---- clicks and keys

    function onClick(event) {
        const button = event.target.closest("button");
        if (!button) {
            return;
        }
        const shown = button.closest("[data-cell]");
        const cell = shown && session.cells[shown.dataset.cell];
        const { question, value, action } = button.dataset;
        if (button.dataset.mode) {
            setMode(button.dataset.mode);
        } else if (question) {
            const isTakenBack = mode === "matrix" && cell.scores[question] === Number(value);
            answer(cell, Number(question), isTakenBack ? null : Number(value));
        } else if (action === "undo") {
            undo();
        } else if (action === "skip") {
            showNext();
        } else if (action === "open") {
            setMode("single", cell);
        }
    }

    function onKey(event) {
        const isElsewhere = !session || !byName("rating").offsetParent || event.ctrlKey || event.altKey || event.metaKey;
        if (isElsewhere || event.repeat || event.target.closest("input, textarea, select, [contenteditable]")) {
            return;
        }
        const act = keyAction(event.key);
        if (act) {
            event.preventDefault();
            act();
        }
    }

    function keyAction(key) {
        const value = ["1", "2", "3"].indexOf(key);
        if (key === "u" || key === "Backspace") {
            return undo;
        }
        if (mode === "matrix") {
            return matrixAction(key, value);
        }
        if (current && !lastAnswer && !current.problem && value >= 0) {
            return () => answer(current, activeQuestion, value);
        }
        return current && !lastAnswer && key === "s" ? showNext : null;
    }

    // In the matrix, arrows move the focus from picture to picture.
    function matrixAction(key, value) {
        const shown = document.activeElement.closest(".expression-grid-rating .cell");
        if (!shown) {
            return null;
        }
        const cell = session.cells[shown.dataset.cell];
        const question = openQuestion(cell);
        if (value >= 0) {
            return cell.problem || question === undefined ? null : () => answer(cell, question, value);
        }
        const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
        return step ? () => focusThumbnail(shown, step) : null;
    }

    function focusThumbnail(shown, [down, right]) {
        const { rowIndex } = shown.closest("tr");
        const { cellIndex } = shown.closest("td");
        const row = shown.closest("table").rows[rowIndex + down];
        const next = row && row.cells[cellIndex + right] && row.cells[cellIndex + right].querySelector(".thumbnail");
        if (next) {
            next.tabIndex = 0;
            shown.querySelector(".thumbnail").tabIndex = -1;
            next.focus();
        }
    }

    // ---- the WebUI around

    function openSession(answer) {
        session = answer.error ? null : answer;
        if (!session) {
            byName("rating").replaceChildren(view.problem(answer.error));
            return;
        }
        session.cells.forEach((cell, number) => {
            const questions = session.columns[cell.column].asks_likeness ? [0, 1] : [0];
            Object.assign(cell, { number, questions, pending: 0, scores: cell.scores || [null, null] });
            cell.saved = cell.scores;
        });
        history = [];
        seed = 0;
        localStorage.setItem(RATER, session.rater);
        byName("rating").replaceChildren(view.frame());
        setMode(mode);
    }

    // The server's answers come as JSON in the text of a hidden element.
    function receiveFrom(name, receive) {
        const element = byName(name);
        new MutationObserver(() => {
            const answer = element.querySelector(".json");
            if (answer) {
                receive(JSON.parse(answer.textContent));
            }
        }).observe(element, { childList: true, subtree: true });
    }

    function onTabShown() {
        byName("refresh").click();
        const rater = byName("rater").querySelector("input, textarea");
        if (!rater.value) {
            rater.value = localStorage.getItem(RATER) || "";
            rater.dispatchEvent(new Event("input", { bubbles: true }));
        }
    }

    receiveFrom("session", openSession);
    receiveFrom("answer", queue.receive);
    byName("rating").addEventListener("click", onClick);
    byName("rating").addEventListener("change", ({ target }) => {
        if (target.closest(".seed")) {
            showMatrix(Number(target.value));
        }
    });
    document.addEventListener("keydown", onKey);

    // The WebUI calls back before the tab is shown.
    onUiTabChange(() => requestAnimationFrame(() => {
        if (byName("choice") && byName("choice").offsetParent) {
            onTabShown();
        }
    }));
});
