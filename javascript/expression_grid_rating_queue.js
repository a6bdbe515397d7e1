// Clicks on their way to the disk: one after the other, the next when the WebUI has answered that the last is saved.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

// `showProblem` is called with what is wrong, or "". `name` is that of the field in which the clicks travel.
expressionGrid.ratingQueue = (showProblem, name) => {
    "use strict";

    const RETRY_MS = 5000;
    const NO_ANSWER = "The WebUI does not answer: the last click is not saved yet. It is sent again until it is.";

    const waiting = [];
    let number = 0;
    let attempt = 0;
    let timer = null;

    // A promise of "" when a rating, or what else a click has chosen, is saved, of what is wrong when it cannot be.
    function save(rating) {
        return new Promise((resolve) => {
            waiting.push({ rating, resolve, number: ++number });
            if (waiting.length === 1) {
                send();
            }
        });
    }

    function send() {
        const field = gradioApp().querySelector(`#expression_grid_${name} :is(textarea, input)`);
        field.value = JSON.stringify({ ...waiting[0].rating, number: waiting[0].number, attempt: ++attempt });
        field.dispatchEvent(new Event("input", { bubbles: true }));
        timer = setTimeout(() => {
            showProblem(NO_ANSWER);
            send();
        }, RETRY_MS);
    }

    function receive(answer) {
        if (!waiting.length || waiting[0].number !== answer.number) {
            return; // to a click that was sent twice
        }
        clearTimeout(timer);
        showProblem(answer.error || "");
        waiting.shift().resolve(answer.error || "");
        if (waiting.length) {
            send();
        }
    }

    window.addEventListener("beforeunload", (event) => waiting.length && event.preventDefault());

    return { save, receive };
};
