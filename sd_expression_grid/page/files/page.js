// The bar above the tables, the keys, and the start.

import { announce, announcer } from "./announcer.js";
import { arrangement, change, columnsOf, restore, save, view } from "./arrangement.js";
import { choice, chooseNone, chosenKeys } from "./choice.js";
import { dialogs, showCompare, showReport } from "./dialogs.js";
import { button, definitions, labelledButton, make, plural } from "./dom.js";
import { menu } from "./menus.js";
import { study, wordsOf } from "./study.js";
import { drawTables, labelWidth, main, showSeed } from "./tables.js";

const ZOOM = { least: 32, most: 1024 };

const compareButton = button("Compare (0)", { title: "Show the chosen cells side by side", onclick: showCompare, disabled: true });
const clearButton = button("Clear", { title: "Choose no cells", onclick: chooseNone, hidden: true });

choice.addEventListener("change", () => {
    const count = chosenKeys().length;
    compareButton.textContent = `Compare (${count})`;
    compareButton.disabled = clearButton.hidden = count === 0;
});

const zoomSlider = make("input", { type: "range", min: ZOOM.least, max: ZOOM.most, step: 4, id: "zoom" });
zoomSlider.oninput = () => setZoom(Number(zoomSlider.value));

const seedOptions = study.seeds.map((seed, index) => make("option", { value: index }, String(seed)));
const seedChoice = make("select", { id: "seed" }, ...seedOptions);
seedChoice.onchange = () => setSeed(Number(seedChoice.value));

function setSeed(index) {
    showSeed((index + study.seeds.length) % study.seeds.length);
    seedChoice.value = view.seed;
    announce(`Seed ${study.seeds[view.seed]}`);
}

// ---- zoom

function setZoom(pixels) {
    view.zoom = Math.round(Math.min(ZOOM.most, Math.max(ZOOM.least, pixels)));
    zoomSlider.value = view.zoom;
    document.documentElement.style.setProperty("--cell", `${view.zoom}px`);
    save();
}

// As wide as shows all columns of the widest table, within what is easy on the eye.
function fitZoom() {
    const widest = Math.max(1, ...study.groups.map((group) => columnsOf(group).length));
    const labels = main.querySelector("tbody th");
    const room = main.clientWidth - (labels ? labels.offsetWidth : 0) - 40;
    setZoom(Math.min(256, Math.max(72, room / widest - 8)));
}

// ---- light and dark

function isDark() {
    return view.theme ? view.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function setTheme(theme) {
    view.theme = theme;
    document.documentElement.dataset.theme = theme;
    save();
}

// ---- keys

const KEYS = {
    "+": ["larger", () => setZoom(view.zoom * 1.15)],
    "-": ["smaller", () => setZoom(view.zoom / 1.15)],
    0: ["all columns in view", fitZoom],
    n: ["next seed", () => setSeed(view.seed + 1)],
    p: ["previous seed", () => setSeed(view.seed - 1)],
    c: ["compare the chosen cells", () => chosenKeys().length && showCompare()],
};
const CELL_KEYS = [["← → ↑ ↓", "walk through the cells"], ["Enter", "a cell large, with its infotext"], ["Space", "choose a cell to compare"]];

function help() {
    const keys = [...CELL_KEYS, ...Object.entries(KEYS).map(([key, [words]]) => [key, words])];
    const list = definitions(keys.map(([key, words]) => [make("kbd", {}, key), words]), { className: "panel" });
    return make("details", { className: "menu keys" }, make("summary", {}, "Keys"), list);
}

function closeMenus(isLeft = () => false) {
    document.querySelectorAll("details.menu[open]").forEach((each) => isLeft(each) || (each.open = false));
}

document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("select, input:not([type=checkbox])");
    if (event.key === "Escape") {
        closeMenus();
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
    closeMenus((each) => path.includes(each));
});

// ---- start

function counts() {
    const total = Object.values(study.counts).reduce((sum, count) => sum + count, 0);
    const parts = Object.entries(study.counts).map(([status, count]) => `${count} ${wordsOf(status)}`);
    const picked = study.cells.flat(2).filter((cell) => cell.picked).length;
    return `${plural(total, "cell")}: ${parts.join(", ")}${picked ? `; ${picked} picked ★` : ""}`;
}

function bar(menus) {
    const title = make("div", { className: "title" }, make("h1", {}, study.title), make("p", {}, counts()));
    const zoom = make("label", { className: "zoom" }, make("span", {}, "Zoom"), zoomSlider);
    const seeds = study.seeds.length > 1 ? [make("label", {}, make("span", {}, "Seed"), seedChoice)] : [];
    const theme = labelledButton("◐", "Light or dark", () => setTheme(isDark() ? "light" : "dark"));
    const reports = study.report ? [button("Report", { title: "What the ratings say", onclick: showReport })] : [];
    const tools = [zoom, ...seeds, ...reports, ...menus, compareButton, clearButton, help(), theme];
    return make("header", { className: "bar" }, title, make("div", { className: "tools" }, ...tools));
}

// What an img2img study starts from.
function startingPicture() {
    const { picture, mask } = study.picture || {};
    const figure = (file, caption) => make("figure", {}, make("img", { src: file, alt: caption }), make("figcaption", {}, caption));
    const masks = mask ? [figure(mask, "Drawn anew where it is white")] : [];
    return picture ? [make("div", { className: "starting" }, figure(picture, "All start from this picture"), ...masks)] : [];
}

function start() {
    restore();
    setTheme(view.theme);
    const [width, height] = study.size;
    document.documentElement.style.setProperty("--shape", `${width} / ${height}`);
    document.documentElement.style.setProperty("--label-width", labelWidth());
    const menus = [menu("Rows", view.rows), menu("Columns", view.columns)];
    arrangement.addEventListener("change", drawTables);
    main.append(...startingPicture(), definitions(study.facts, { className: "legend" }));
    document.body.append(bar(menus), main, ...dialogs, announcer);
    seedChoice.value = view.seed;
    change(() => {});
    if (view.zoom) {
        setZoom(view.zoom);
    } else {
        fitZoom();
    }
}

start();
