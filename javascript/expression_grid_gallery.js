// Which cell of a grid is under the pointer, in the gallery and in the picture viewer; the link to the study's page.
// The WebUI's generation info lists where all cells are, a grid each, in the gallery's order.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const { make } = expressionGrid.dom;
    const label = make("div", { id: "expression_grid_cell", role: "status", hidden: true });
    let lastInfo = "";
    let parameters = {};

    // The generation's extra parameters; none while the info is no JSON, which it is when nothing was generated yet.
    function extraParameters() {
        const area = gradioApp().querySelector("#generation_info_txt2img textarea");
        if (area && area.value !== lastInfo) {
            lastInfo = area.value;
            try {
                parameters = JSON.parse(lastInfo).extra_generation_params || {};
            } catch {
                parameters = {};
            }
        }
        return parameters;
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

    function indexAt(lines, pixel) {
        return lines.findIndex(([, from, to]) => from <= pixel && pixel < to);
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
        const grid = (extraParameters().Grids || [])[selected_gallery_index()];
        if (!grid) {
            return "";
        }
        const [x, y] = pixelAt(event.target, grid.size, event);
        const [row, column] = [indexAt(grid.rows, y), indexAt(grid.columns, x)];
        return row >= 0 && column >= 0 ? labelOf(grid, row, column) : "";
    }

    // A click in the gallery makes the WebUI click on a hidden button, and a browser reports a pointer that rests when
    // the picture under it changes.
    function isOfTheUser(event) {
        const rests = event.type === "pointermove" && !event.movementX && !event.movementY;
        return event.isTrusted && !rests;
    }

    function showLabel(event) {
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
        const folder = extraParameters()["Study folder"];
        return folder ? `file=${folder.split(/[\\/]/).map(encodeURIComponent).join("/")}/index.html` : "";
    }

    // gradio replaces the log's own text only, so a link to the study before would stay.
    function updateLink() {
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
            log.append(make("a", { className: "expression-grid-page", target: "_blank", href: address }, "Page of the study"));
        }
    }

    document.body.append(label);
    document.addEventListener("pointermove", showLabel, true);
    document.addEventListener("click", showLabel, true);
    onAfterUiUpdate(updateLink);
});
