// Which cell of a grid is under the pointer, in the gallery and in the picture viewer; and the way to the study's page.
// What the WebUI tells of a generation has the places of all cells, a grid each, in the gallery's order.

(function () {
    let told = "";
    let facts = {};

    function generation() {
        const area = gradioApp().querySelector("#generation_info_txt2img textarea");
        if (area && area.value !== told) {
            told = area.value;
            try {
                facts = JSON.parse(told).extra_generation_params || {};
            } catch {
                facts = {};
            }
        }
        return facts;
    }

    // The large picture of the txt2img gallery, or the viewer's while that gallery is behind it.
    function isLargePicture(target) {
        if (target.tagName !== "IMG") {
            return false;
        }
        if (target.id === "modalImage") {
            return gradioApp().querySelector("#txt2img_gallery").offsetParent !== null;
        }
        return Boolean(target.closest("#txt2img_gallery .preview")) && !target.closest(".thumbnails, .livePreview");
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

    function placeAt(places, pixel) {
        return places.findIndex(([, from, to]) => from <= pixel && pixel < to);
    }

    // A sheet of seeds has no labels; the last of its rows may be short.
    function labelOf(grid, row, column) {
        if (grid.seeds) {
            const seed = grid.seeds[row][column];
            return seed === null ? "" : `seed ${seed}`;
        }
        return `${grid.columns[column][0]} · ${grid.rows[row][0]} · seed ${grid.seed}`;
    }

    function cellUnder(event) {
        if (!isLargePicture(event.target)) {
            return "";
        }
        const grid = (generation().Grids || [])[selected_gallery_index()];
        if (!grid) {
            return "";
        }
        const [x, y] = pixelAt(event.target, grid.size, event);
        const [row, column] = [placeAt(grid.rows, y), placeAt(grid.columns, x)];
        return row >= 0 && column >= 0 ? labelOf(grid, row, column) : "";
    }

    const label = document.createElement("div");
    label.id = "expression_grid_cell";
    label.setAttribute("role", "status");

    // A click in the gallery makes the WebUI click on a hidden button, and a browser tells of a pointer that rests when
    // the picture under it changes.
    function isOfTheUser(event) {
        const rests = event.type === "pointermove" && !event.movementX && !event.movementY;
        return event.isTrusted && !rests;
    }

    function show(event) {
        if (!isOfTheUser(event)) {
            return;
        }
        const text = cellUnder(event);
        label.textContent = text;
        label.hidden = !text;
        if (text) {
            const room = document.documentElement.clientWidth - label.offsetWidth - 8;
            label.style.left = `${Math.max(8, Math.min(event.clientX + 14, room))}px`;
            label.style.top = `${Math.max(8, event.clientY - label.offsetHeight - 10)}px`;
        }
    }

    function addressOfPage() {
        const folder = generation()["Study folder"];
        return folder ? `file=${folder.split(/[\\/]/).map(encodeURIComponent).join("/")}/index.html` : "";
    }

    // gradio replaces the log's own text only, so a link to the study before would stay.
    function linkToPage() {
        const log = gradioApp().querySelector("#html_log_txt2img");
        const link = log && log.querySelector(".expression-grid-page");
        const address = addressOfPage();
        if (!log || (link ? link.getAttribute("href") : "") === address) {
            return;
        }
        if (link) {
            link.remove();
        }
        if (address) {
            const made = document.createElement("a");
            made.className = "expression-grid-page";
            made.textContent = "Page of the study";
            made.target = "_blank";
            made.href = address;
            log.append(made);
        }
    }

    onUiLoaded(() => {
        label.hidden = true;
        document.body.append(label);
        document.addEventListener("pointermove", show, true);
        document.addEventListener("click", show, true);
    });
    onAfterUiUpdate(linkToPage);
})();
