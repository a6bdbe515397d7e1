// Ratings on their way to the disk: one after the other, the next when the WebUI says that the last one is kept.

const expressionGridClicks = (function () {
    const RETRY_MS = 5000;
    const NO_ANSWER = "The WebUI does not answer: the last click is not saved yet. It is sent again until it is.";

    const waiting = [];
    let number = 0;
    let attempt = 0;
    let timer = null;
    let tell = () => {};

    // A promise of "" when the rating is kept, of what is wrong when it cannot be.
    function keep(rating) {
        return new Promise((done) => {
            waiting.push({rating, done, number: ++number});
            if (waiting.length === 1) {
                send();
            }
        });
    }

    function send() {
        const field = gradioApp().querySelector("#expression_grid_click :is(textarea, input)");
        field.value = JSON.stringify({...waiting[0].rating, number: waiting[0].number, attempt: ++attempt});
        field.dispatchEvent(new Event("input", {bubbles: true}));
        timer = setTimeout(() => {
            tell(NO_ANSWER);
            send();
        }, RETRY_MS);
    }

    function answered({number, error}) {
        if (!waiting.length || waiting[0].number !== number) {
            return; // to a click that was sent twice
        }
        clearTimeout(timer);
        tell(error || "");
        waiting.shift().done(error || "");
        if (waiting.length) {
            send();
        }
    }

    // `show` is given what is wrong, or "".
    function begin(show) {
        tell = show;
    }

    window.addEventListener("beforeunload", (event) => waiting.length && event.preventDefault());

    return {keep, answered, begin};
})();
