// Shows the cells behind a number, and the reason of a verdict.

import { make, plural } from "../../page/files/dom.js";
import { offerCopies } from "./copying.js";

const SCORES = ["no", "partly", "yes"];

function scoreName(score) {
    return SCORES[score] ?? "–";
}

// The numbers in a text such as "1,4-6".
function numbersIn(ranges) {
    return ranges.split(",").flatMap((range) => {
        const [first, last = first] = range.split("-").map(Number);
        return Array.from({ length: last - first + 1 }, (_, step) => first + step);
    });
}

function pictureLink(file, alt) {
    return make("a", { href: file, target: "_blank" }, make("img", { loading: "lazy", alt, src: file }));
}

function scoreLine([rater, expression, likeness, natural, note]) {
    const name = rater ? `${rater}: ` : "";
    const more = Object.entries({ person: likeness, natural }).filter(([, score]) => score !== null);
    const scores = [["expression", expression], ...more].map(([title, score]) => `${title} ${scoreName(score)}`);
    return `${name}${scores.join(", ")}${note ? ` – ${note}` : ""}`;
}

function cellFigure([expression, character, seed, file, scores, finding]) {
    const title = `${character}, ${expression}`;
    const lines = [`seed ${seed}`, ...scores.map(scoreLine), ...(finding ? [make("small", {}, finding)] : [])];
    const pictures = file ? [pictureLink(file, title)] : [];
    return make("figure", {}, ...pictures, make("strong", {}, title), ...lines.flatMap((line) => [make("br"), line]));
}

function sentence(text) {
    return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function listen(report) {
    const cells = JSON.parse(report.querySelector(".report-cells").textContent);
    const dialog = report.querySelector("dialog");
    report.addEventListener("click", (event) => {
        const button = event.target.closest("button[data-title]");
        if (button) {
            const { cells: ranges, says, title } = button.dataset;
            const numbers = ranges ? numbersIn(ranges) : [];
            dialog.querySelector("h2").textContent = ranges ? `${title}: ${plural(numbers.length, "cell")}` : title;
            const shown = ranges ? numbers.map((number) => cellFigure(cells[number])) : [make("p", {}, sentence(says))];
            dialog.querySelector("div").replaceChildren(...shown);
            dialog.showModal();
        } else if (event.target === dialog) {
            dialog.close();
        }
    });
    // The matrix follows what counts as a success, and may then be another.
    report.addEventListener("change", ({ target }) => {
        if (target.name === "success") {
            report.querySelector(`#measure-${target.value}`).checked = true;
        }
    });
}

document.querySelectorAll(".expression-grid-report").forEach((report) => {
    listen(report);
    offerCopies(report);
});
