// The bar above the tables, the keys, and the start.

const compareButton = button("Compare (0)", "Show the chosen cells side by side", showCompare, { disabled: true });
const clearButton = button("Clear", "Choose no cells", chooseNone, { hidden: true });
const menus = [menu("Rows", view.rows), menu("Columns", view.columns)];

const zoomSlider = make("input", { type: "range", min: ZOOM.least, max: ZOOM.most, step: 4, id: "zoom" });
zoomSlider.oninput = () => setZoom(Number(zoomSlider.value));

const seedChoice = make("select", { id: "seed" }, ...study.seeds.map((seed, place) => make("option", { value: place }, String(seed))));
seedChoice.onchange = () => setSeed(Number(seedChoice.value));

function change(act) {
    act();
    menus.forEach((each) => each.draw());
    drawTables();
}

function setSeed(place) {
    const at = current;
    view.seed = (place + study.seeds.length) % study.seeds.length;
    seedChoice.value = view.seed;
    const hadFocus = at && at.td.contains(document.activeElement);
    drawTables();
    if (hadFocus) {
        go(at);
    }
    announce(`Seed ${study.seeds[view.seed]}`);
}

// ---- zoom

function setZoom(pixels) {
    view.zoom = Math.round(Math.min(ZOOM.most, Math.max(ZOOM.least, pixels)));
    zoomSlider.value = view.zoom;
    document.documentElement.style.setProperty("--cell", `${view.zoom}px`);
    keep();
}

// As wide as shows all columns of the widest table, within what is easy on the eye.
function fitZoom() {
    const widest = Math.max(1, ...study.groups.map((group) => columnsOf(group).length));
    const labels = main.querySelector("tbody th");
    const room = main.clientWidth - (labels ? labels.offsetWidth : 0) - 40;
    setZoom(Math.min(256, Math.max(72, room / widest - 8)));
}

// ---- ground

function isDark() {
    return view.theme ? view.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function setTheme(theme) {
    view.theme = theme;
    document.documentElement.dataset.theme = theme;
    keep();
}

// ---- keys

const KEYS = {
    "+": ["larger", () => setZoom(view.zoom * 1.15)],
    "-": ["smaller", () => setZoom(view.zoom / 1.15)],
    0: ["all columns in view", fitZoom],
    n: ["next seed", () => setSeed(view.seed + 1)],
    p: ["previous seed", () => setSeed(view.seed - 1)],
    c: ["compare the chosen cells", () => chosen.size && showCompare()],
};
const CELL_KEYS = [["← → ↑ ↓", "walk through the cells"], ["Enter", "a cell large, with its infotext"], ["Space", "choose a cell to compare"]];

function help() {
    const keys = [...CELL_KEYS, ...Object.entries(KEYS).map(([key, [words]]) => [key, words])];
    const pairs = keys.flatMap(([key, words]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, words)]);
    return make("details", { className: "menu keys" }, make("summary", {}, "Keys"), make("dl", { className: "panel" }, ...pairs));
}

document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("select, input:not([type=checkbox])");
    if (event.key === "Escape") {
        document.querySelectorAll("details.menu[open]").forEach((each) => (each.open = false));
    } else if (!isTyping && !event.ctrlKey && !event.metaKey && !event.altKey && !document.querySelector("dialog[open]")) {
        const key = event.key === "=" ? "+" : event.key;
        if (key in KEYS) {
            event.preventDefault();
            KEYS[key][1]();
        }
    }
});

document.addEventListener("click", (event) => {
    const path = event.composedPath(); // what was clicked on may be drawn anew, and out of the page, by now
    document.querySelectorAll("details.menu[open]").forEach((each) => path.includes(each) || (each.open = false));
});

// ---- start

function counts() {
    const total = Object.values(study.counts).reduce((sum, count) => sum + count, 0);
    const parts = Object.entries(study.counts).map(([status, count]) => `${count} ${STATUS_WORDS[status] || status}`);
    return `${plural(total, "cell")}: ${parts.join(", ")}`;
}

function bar() {
    const title = make("div", { className: "title" }, make("h1", {}, study.title), make("p", {}, counts()));
    const zoom = make("label", { className: "zoom" }, make("span", {}, "Zoom"), zoomSlider);
    const seeds = study.seeds.length > 1 ? [make("label", {}, make("span", {}, "Seed"), seedChoice)] : [];
    const theme = button("◐", "Light or dark", () => setTheme(isDark() ? "light" : "dark"));
    const reports = study.report ? [button("Report", "What the ratings say", showReport)] : [];
    const tools = [zoom, ...seeds, ...reports, ...menus.map((each) => each.box), compareButton, clearButton, help(), theme];
    return make("header", { className: "bar" }, title, make("div", { className: "tools" }, ...tools));
}

function legend() {
    return make("dl", { className: "legend" }, ...study.facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

restore();
setTheme(view.theme);
const [width, height] = study.size;
document.documentElement.style.setProperty("--shape", `${width} / ${height}`);
main.append(...tables.map(({ section }) => section), legend());
document.body.append(bar(), main, details, compare, report, announcer);
seedChoice.value = view.seed;
change(() => {});
if (view.zoom) {
    setZoom(view.zoom);
} else {
    fitZoom();
}
