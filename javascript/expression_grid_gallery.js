// The cells of a grid, in the gallery and in the picture viewer: which one is under the pointer, and a click that
// chooses its picture.
// The WebUI's generation info lists where all cells are, a grid each, in the gallery's order.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const { make, setValue, partOf } = expressionGrid.dom;
    const { tabInSight, gridAt, pictureOf } = expressionGrid.generation;
    const label = make("div", { id: "expression_grid_cell", role: "status", hidden: true });

    // The large picture of the gallery that is in sight, or the viewer's while that gallery is behind it.
    function isLargePicture(target) {
        if (target.tagName !== "IMG") {
            return false;
        }
        const gallery = `#${tabInSight()}_gallery`;
        if (target.id === "modalImage") {
            return gradioApp().querySelector(gallery).offsetParent !== null;
        }
        return Boolean(target.closest(`${gallery} .preview`)) && !target.closest(".thumbnails, .livePreview");
    }

    // Where on the picture itself a point of the page is, in the picture's own pixels.
    function pixelAt(image, size, event) {
        const box = image.getBoundingClientRect();
        const fits = Math.min(box.width / size[0], box.height / size[1]);
        const scale = getComputedStyle(image).objectFit === "scale-down" ? Math.min(1, fits) : fits;
        const left = box.left + (box.width - size[0] * scale) / 2;
        const top = box.top + (box.height - size[1] * scale) / 2;
        return [(event.clientX - left) / scale, (event.clientY - top) / scale];
    }

    function indexAt(lines, pixel) {
        return lines.findIndex(([, from, to]) => from <= pixel && pixel < to);
    }

    // The cell of a grid under the pointer; nothing beside the cells, and on other pictures.
    function cellUnder(event) {
        const grid = isLargePicture(event.target) ? gridAt(selected_gallery_index()) : null;
        if (!grid) {
            return null;
        }
        const [x, y] = pixelAt(event.target, grid.size, event);
        const [row, column] = [indexAt(grid.rows, y), indexAt(grid.columns, x)];
        return row >= 0 && column >= 0 ? cellAt(grid, row, column) : null;
    }

    // A sheet of seeds has no labels; the last of its rows may be short.
    function cellAt(grid, row, column) {
        const number = grid.cells[row][column];
        if (!grid.seeds) {
            const text = `${grid.columns[column][0]} · ${grid.rows[row][0]} · seed ${grid.seed}`;
            return { text, seed: grid.seed, number };
        }
        const seed = grid.seeds[row][column];
        return seed === null ? null : { text: `seed ${seed}`, seed, number };
    }

    // A click in the gallery makes the WebUI click on a hidden button, and a browser reports a pointer that rests when
    // the picture under it changes.
    function isOfTheUser(event) {
        const rests = event.type === "pointermove" && !event.movementX && !event.movementY;
        return event.isTrusted && !rests;
    }

    function showLabel(event, text) {
        label.textContent = text;
        label.hidden = !text;
        if (text) {
            const room = document.documentElement.clientWidth - label.offsetWidth - 8;
            label.style.left = `${Math.max(8, Math.min(event.clientX + 14, room))}px`;
            label.style.top = `${Math.max(8, event.clientY - label.offsetHeight - 10)}px`;
        }
    }

    function showCell(event) {
        if (isOfTheUser(event)) {
            const cell = cellUnder(event);
            showLabel(event, cell ? cell.text : "");
        }
    }

    // Puts a seed among those of the study, or takes it out; returns what was done.
    function toggleSeed(seed) {
        const field = partOf(tabInSight(), "seeds").querySelector("textarea, input");
        const seeds = field.value.split(/[\s,]+/).filter(Boolean);
        const isIn = seeds.includes(String(seed));
        const kept = isIn ? seeds.filter((each) => each !== String(seed)) : [...seeds, seed];
        setValue(field, kept.join(", "));
        return isIn ? "no longer a seed of the study" : "now a seed of the study";
    }

    // Chooses the picture of a cell. Among pictures that ✨ has added it may not be found; then none is chosen, for the
    // WebUI would take the click for one on the large picture.
    function choosePicture(event, cell) {
        const button = all_gallery_buttons()[pictureOf(cell.number)];
        if (!button) {
            showLabel(event, `${cell.text}: its picture was upscaled or moved, choose it below`);
            return;
        }
        if (event.target.closest("#lightboxModal")) {
            closeModal();
        }
        button.click();
    }

    // What is clicked on is chosen, so that all buttons below the gallery are about that cell.
    function chooseCell(event) {
        if (!isOfTheUser(event)) {
            return;
        }
        const cell = cellUnder(event);
        showLabel(event, cell ? cell.text : "");
        if (!cell || (cell.number === null && !event.shiftKey)) {
            return;
        }
        event.stopPropagation();
        event.preventDefault();
        if (event.shiftKey) {
            showLabel(event, `${cell.text}: ${toggleSeed(cell.seed)}`);
        } else {
            choosePicture(event, cell);
        }
    }

    document.body.append(label);
    document.addEventListener("pointermove", showCell, true);
    document.addEventListener("click", chooseCell, true);
});
