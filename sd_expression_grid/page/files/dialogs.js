// A cell large, with its infotext; and the chosen cells side by side.

const details = make("dialog", { className: "details" });
const compare = make("dialog", { className: "compare" });
const report = make("dialog", { className: "report" });
details.setAttribute("aria-label", "Cell");
compare.setAttribute("aria-label", "Chosen cells side by side");
report.setAttribute("aria-label", "Report on the ratings");

for (const dialog of [details, compare, report]) {
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}

function closeButton(dialog) {
    return button("×", "Close", () => dialog.close(), { className: "close" });
}

// ---- one cell

let detailed = null;

function showDetails(cell) {
    detailed = cell;
    const key = keyOf(cell);
    const facts = make("div", { className: "facts", tabIndex: 0 }, ...factsOf(key));
    const bar = make("header", {}, make("h2", {}, labelOf(key)), closeButton(details));
    details.replaceChildren(bar, make("figure", {}, picture(key)), facts);
    if (!details.open) {
        details.showModal();
    }
    announce(labelOf(key));
}

function factsOf(key) {
    const cell = cellOf(key);
    const { text: expression } = study.rows[key.row];
    const { text: character, exclude } = study.columns[key.column];
    const list = make("dl");
    const status = cell.status === "done" ? "" : `${statusOf(cell)}${cell.status === "missing" ? ` (${cell.error})` : ""}`;
    const left = exclude ? "left out" : "";
    const pairs = { Status: status, Expression: expression, Character: character, Seed: study.seeds[key.seed], Analysis: left };
    for (const [name, value] of Object.entries(pairs).filter(([, value]) => value !== "")) {
        list.append(make("dt", {}, name), make("dd", {}, String(value)));
    }
    const tools = make("div", { className: "tools" }, chooseButton(key), ...(cell.url ? [openLink(cell)] : []));
    return [list, tools, ...(cell.infotext ? infotextOf(cell) : [])];
}

function chooseButton(key) {
    const words = () => (chosen.has(idOf(key)) ? "Don't compare" : "Choose to compare");
    const choose = make("button", { type: "button" }, words());
    choose.onclick = () => {
        toggle(key);
        choose.textContent = words();
    };
    return choose;
}

function openLink(cell) {
    return make("a", { href: cell.url, target: "_blank", rel: "noopener", className: "button" }, "Open picture");
}

function infotextOf(cell) {
    const text = make("pre", {}, cell.infotext);
    const copy = make("button", { type: "button", className: "copy" }, "Copy");
    copy.onclick = async () => {
        copy.textContent = (await copied(cell.infotext, text)) ? "Copied" : "Marked: press Ctrl+C";
        announce(copy.textContent);
    };
    return [make("div", { className: "caption" }, make("h3", {}, "Infotext"), copy), text];
}

// Pages from plain HTTP addresses have no clipboard; there the browser's old way is left, and marking the text.
async function copied(text, shown) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        getSelection().selectAllChildren(shown);
        return document.execCommand("copy");
    }
}

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
    const figures = [...chosen.values()].map((key) => {
        const remove = button("×", `Leave out ${labelOf(key)}`, () => leaveOut(key));
        return make("figure", {}, picture(key), make("figcaption", {}, labelOf(key), remove));
    });
    const bar = make("header", {}, make("h2", {}, `${plural(figures.length, "cell")} side by side`), closeButton(compare));
    compare.replaceChildren(bar, make("div", { className: "figures", tabIndex: 0 }, ...figures));
    if (!compare.open) {
        compare.showModal();
    }
}

function leaveOut(key) {
    toggle(key);
    if (chosen.size) {
        showCompare();
    } else {
        compare.close();
    }
}

// ---- the report, a page of its own

function showReport() {
    if (!report.firstChild) {
        const bar = make("header", {}, make("h2", {}, "Report"), closeButton(report));
        report.append(bar, make("iframe", { src: study.report, title: "Report" }));
    }
    report.showModal();
}
