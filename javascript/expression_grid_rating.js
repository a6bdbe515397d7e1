// The tab in which a study is rated, in three ways: which cell is shown, and what clicks and keys do.

(function () {
    const WAY = "expression_grid_way";
    const RATER = "expression_grid_rater";

    let session = null;
    let way = localStorage.getItem(WAY) || "matrix";
    let seed = 0; // of the matrix, as a number in session.seeds
    let current = null; // the cell that is shown alone
    let asked = 0; // the question that the next key answers
    let leaving = null; // the current cell's last answer, while it is on its way to the disk
    let history = []; // {cell, scores, question} from before every answer

    const part = (name) => gradioApp().getElementById(`expression_grid_${name}`);
    const inFrame = (selector) => part("rating").querySelector(selector);
    const isRated = (cell) => cell.questions.every((question) => cell.kept[question] !== null);
    const openQuestion = (cell) => cell.questions.find((question) => cell.scores[question] === null);
    const isOpen = (cell) => !cell.problem && !isRated(cell);

    // ---- answers

    async function score(cell, scores) {
        cell.scores = scores;
        cell.clicks += 1;
        expressionGridView.showScores(cell, asked);
        const {study, rater} = session;
        const [expression_score, likeness_score] = scores;
        const key = {
            expression: session.rows[cell.row].label, character: session.columns[cell.column].label,
            seed: session.seeds[cell.seed],
        };
        const rating = {study, rater, ...key, expression_score, likeness_score, picture: cell.picture};
        const problem = await expressionGridClicks.keep(rating);
        cell.clicks -= 1;
        cell.kept = problem ? cell.kept : scores;
        if (!cell.clicks) {
            cell.scores = cell.kept;
        }
        expressionGridView.showScores(cell, asked);
        showProgress();
        return !problem;
    }

    async function answer(cell, question, value) {
        const next = cell.questions.find((other) => other > question);
        history.push({cell, scores: cell.scores, question});
        const click = {};
        leaving = cell === current && next === undefined ? click : null;
        asked = next ?? question;
        const isKept = await score(cell, cell.scores.map((old, index) => (index === question ? value : old)));
        if (leaving === click) {
            leaving = null;
            if (isKept) {
                showNext();
            }
        }
    }

    function undo() {
        const last = history.pop();
        if (!last) {
            return;
        }
        if (way === "matrix") {
            seed === last.cell.seed || showMatrix(last.cell.seed);
        } else {
            showAlone(last.cell, last.question);
        }
        score(last.cell, last.scores);
    }

    // ---- what is shown

    // The cells that are yet to be rated, from the current one on and around the end.
    function upcoming() {
        const cells = session[way === "blind" ? "blind_order" : "order"].map((number) => session.cells[number]);
        const from = cells.indexOf(current) + 1;
        return [...cells.slice(from), ...cells.slice(0, from)].filter(isOpen);
    }

    function showNext() {
        const [cell] = upcoming();
        if (cell) {
            showAlone(cell);
        } else {
            current = null;
            show(expressionGridView.end(session.order.length ? "All cells are rated." : "There is no cell with a picture to rate."));
        }
    }

    function showAlone(cell, question) {
        current = cell;
        asked = question ?? openQuestion(cell) ?? 0;
        leaving = null;
        const place = expressionGridView.alone(session, cell, way === "blind");
        show(place);
        expressionGridView.showScores(cell, asked);
        place.focus({preventScroll: true});
        const picture = place.querySelector("img");
        const reveal = () => place.scrollIntoView({block: "nearest"});
        picture ? picture.decode().then(reveal, reveal) : reveal();
        upcoming().slice(0, 3).forEach((next) => (new Image().src = expressionGridView.address(session, next)));
    }

    function showMatrix(ofSeed) {
        seed = ofSeed;
        show(expressionGridView.matrix(session, seed));
        const first = inFrame(".thumbnail");
        if (first) {
            first.tabIndex = 0;
        }
    }

    function show(body) {
        inFrame(".body").replaceChildren(body);
        part("rating").querySelectorAll("[data-way]").forEach((each) => {
            each.setAttribute("aria-pressed", each.dataset.way === way);
        });
        showProgress();
    }

    function showProgress() {
        const cells = session.order.map((number) => session.cells[number]).filter((cell) => !cell.problem);
        const rated = cells.filter(isRated).length;
        Object.assign(inFrame("progress"), {max: cells.length || 1, value: rated});
        inFrame(".rated-count").textContent = `${rated} of ${cells.length}`;
        inFrame("[data-action=undo]").disabled = !history.length;
    }

    function choose(chosen, cell) {
        way = chosen;
        localStorage.setItem(WAY, way);
        current = null;
        leaving = null;
        if (way === "matrix") {
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
        const place = button.closest("[data-cell]");
        const cell = place && session.cells[place.dataset.cell];
        const {question, value, action} = button.dataset;
        if (button.dataset.way) {
            choose(button.dataset.way);
        } else if (question) {
            const isTakenBack = way === "matrix" && cell.scores[question] === Number(value);
            answer(cell, Number(question), isTakenBack ? null : Number(value));
        } else if (action === "undo") {
            undo();
        } else if (action === "skip") {
            showNext();
        } else if (action === "open") {
            choose("single", cell);
        }
    }

    function onKey(event) {
        const isElsewhere = !session || !part("rating").offsetParent || event.ctrlKey || event.altKey || event.metaKey;
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
        if (way === "matrix") {
            return matrixAction(key, value);
        }
        if (current && !leaving && !current.problem && value >= 0) {
            return () => answer(current, asked, value);
        }
        return current && !leaving && key === "s" ? showNext : null;
    }

    // In the matrix, arrows move the focus from picture to picture.
    function matrixAction(key, value) {
        const place = document.activeElement.closest(".expression-grid-rating .cell");
        if (!place) {
            return null;
        }
        const cell = session.cells[place.dataset.cell];
        const question = openQuestion(cell);
        if (value >= 0) {
            return cell.problem || question === undefined ? null : () => answer(cell, question, value);
        }
        const steps = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[key];
        return steps ? () => focusThumbnail(place, steps) : null;
    }

    function focusThumbnail(place, [down, right]) {
        const {rowIndex} = place.closest("tr");
        const {cellIndex} = place.closest("td");
        const row = place.closest("table").rows[rowIndex + down];
        const next = row && row.cells[cellIndex + right] && row.cells[cellIndex + right].querySelector(".thumbnail");
        if (next) {
            next.tabIndex = 0;
            place.querySelector(".thumbnail").tabIndex = -1;
            next.focus();
        }
    }

    // ---- the page around

    function opened(answer) {
        session = answer.error ? null : answer;
        if (!session) {
            part("rating").replaceChildren(expressionGridView.problem(answer.error));
            return;
        }
        session.cells.forEach((cell, number) => {
            const questions = session.columns[cell.column].asks_likeness ? [0, 1] : [0];
            Object.assign(cell, {number, questions, clicks: 0, scores: cell.scores || [null, null]});
            cell.kept = cell.scores;
        });
        history = [];
        seed = 0;
        localStorage.setItem(RATER, session.rater);
        part("rating").replaceChildren(expressionGridView.frame());
        choose(way);
    }

    // The server's answers come as JSON in the text of a hidden element.
    function listen(name, take) {
        const element = part(name);
        new MutationObserver(() => {
            const answer = element.querySelector(".json");
            if (answer) {
                take(JSON.parse(answer.textContent));
            }
        }).observe(element, {childList: true, subtree: true});
    }

    function tell(problem) {
        const status = inFrame(".status");
        if (status) {
            status.textContent = problem;
        }
    }

    onUiLoaded(() => {
        listen("session", opened);
        listen("answer", expressionGridClicks.answered);
        expressionGridClicks.begin(tell);
        part("rating").addEventListener("click", onClick);
        part("rating").addEventListener("change", ({target}) => {
            if (target.closest(".seed")) {
                showMatrix(Number(target.value));
            }
        });
        document.addEventListener("keydown", onKey);
    });

    function tabShown() {
        part("refresh").click();
        const rater = part("rater").querySelector("input, textarea");
        if (!rater.value) {
            rater.value = localStorage.getItem(RATER) || "";
            rater.dispatchEvent(new Event("input", {bubbles: true}));
        }
    }

    // The WebUI tells of a change before the tab is shown.
    onUiTabChange(() => requestAnimationFrame(() => {
        if (part("choice") && part("choice").offsetParent) {
            tabShown();
        }
    }));
})();
