// A cell large, with its infotext; the chosen cells side by side; the report.

import { announce } from "./announcer.js";
import { cellAround, keyOf } from "./cells.js";
import { chosenKeys, isChosen, toggle } from "./choice.js";
import { button, definitions, labelledButton, make, plural } from "./dom.js";
import { fileOf, infotextOf } from "./infotexts.js";
import { picture } from "./pictures.js";
import { cellOf, labelOf, statusOf, study } from "./study.js";
import { STEPS, go, main, neighbour } from "./tables.js";

const details = dialog("details", "Cell");
const compare = dialog("compare", "Chosen cells side by side");
const report = dialog("report", "Report on the ratings");

function dialog(className, label) {
    const made = make("dialog", { className, "aria-label": label });
    made.addEventListener("click", (event) => event.target === made && made.close());
    return made;
}

function titleBar(dialog, title) {
    const close = labelledButton("×", "Close", () => dialog.close(), { className: "close" });
    return make("header", {}, make("h2", {}, title), close);
}

function openDialog(dialog) {
    if (!dialog.open) {
        dialog.showModal();
    }
}

// ---- one cell

let detailed = null;

function showDetails(cell) {
    detailed = cell;
    const key = keyOf(cell);
    const facts = make("div", { className: "facts", tabIndex: 0 }, ...factsOf(key));
    details.replaceChildren(titleBar(details, labelOf(key)), make("figure", {}, picture(key)), facts);
    openDialog(details);
    details.querySelector(".close").focus(); // the part that had the focus is gone, and the arrow keys with it
    announce(labelOf(key));
}

function factsOf(key) {
    const cell = cellOf(key);
    const { text: expression } = study.rows[key.row];
    const { text: character, exclude } = study.columns[key.column];
    const status = cell.status === "done" ? "" : `${statusOf(cell)}${cell.status === "missing" ? ` (${cell.error})` : ""}`;
    const analysis = exclude ? "left out" : "";
    const seed = String(study.seeds[key.seed]);
    const facts = { Status: status, Warning: cell.warning || "", Expression: expression, Character: character, Seed: seed, Analysis: analysis };
    const list = definitions(Object.entries(facts).filter(([, value]) => value !== ""));
    const tools = make("div", { className: "tools" }, chooseButton(key), ...(cell.status === "done" ? [openLink(cell)] : []));
    return [list, tools, ...(cell.url ? infotextParts(key) : [])];
}

function chooseButton(key) {
    const words = () => (isChosen(key) ? "Don't compare" : "Choose to compare");
    const choose = button(words());
    choose.onclick = () => {
        toggle(key);
        choose.textContent = words();
    };
    return choose;
}

function openLink(cell) {
    return make("a", { href: cell.url, target: "_blank", rel: "noopener", className: "button" }, "Open picture");
}

// Each cell has parts of its own, so that an infotext that comes late comes into nothing but its own cell's.
function infotextParts(key) {
    const text = make("pre");
    const copy = button("Copy", { className: "copy", disabled: true });
    copy.onclick = async () => {
        copy.textContent = (await isCopied(text)) ? "Copied" : "Marked: press Ctrl+C";
        announce(copy.textContent);
    };
    infotextOf(key).then((infotext) => {
        if (infotext === undefined) {
            text.replaceWith(...noInfotext(key));
        } else {
            text.textContent = infotext;
            copy.disabled = false;
        }
    });
    return [make("div", { className: "caption" }, make("h3", {}, "Infotext"), copy), text];
}

function noInfotext(key) {
    const remedies = [
        "If the study went on while this page was open, reload the page.",
        "If the page was moved or sent, take the study's whole folder along.",
        "If the file is lost, write the page again: python -m sd_expression_grid page FOLDER",
    ];
    const list = make("ul", {}, ...remedies.map((remedy) => make("li", {}, remedy)));
    return [make("p", {}, `It is not in the file ${fileOf(key)} beside this page.`), list];
}

// Pages from plain HTTP addresses have no clipboard; there the browser's old way is left, and marking the text.
async function isCopied(shown) {
    try {
        await navigator.clipboard.writeText(shown.textContent);
        return true;
    } catch {
        getSelection().selectAllChildren(shown);
        return document.execCommand("copy");
    }
}

main.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell") && cellAround(event.target);
    if (cell && (event.shiftKey || event.ctrlKey || event.metaKey)) {
        toggle(keyOf(cell));
    } else if (cell) {
        showDetails(cell);
    }
});

details.addEventListener("keydown", (event) => {
    if (event.key in STEPS && !event.target.closest(".facts")) {
        event.preventDefault();
        const next = neighbour(detailed, ...STEPS[event.key]);
        if (next) {
            showDetails(next);
        }
    }
});

details.addEventListener("close", () => go(detailed));

// ---- several cells

function showCompare() {
    const figures = chosenKeys().map((key) => {
        const remove = labelledButton("×", `Leave out ${labelOf(key)}`, () => leaveOut(key));
        return make("figure", {}, picture(key), make("figcaption", {}, labelOf(key), remove));
    });
    const title = `${plural(figures.length, "cell")} side by side`;
    compare.replaceChildren(titleBar(compare, title), make("div", { className: "figures", tabIndex: 0 }, ...figures));
    openDialog(compare);
}

function leaveOut(key) {
    toggle(key);
    if (chosenKeys().length) {
        showCompare();
    } else {
        compare.close();
    }
}

// ---- the report, a page of its own

function showReport() {
    if (!report.firstChild) {
        report.append(titleBar(report, "Report"), make("iframe", { src: study.report, title: "Report" }));
    }
    openDialog(report);
}

const dialogs = [details, compare, report];

export { dialogs, showCompare, showReport };
