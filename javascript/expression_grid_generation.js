// What the WebUI tells of the last generation in txt2img and in img2img, and which of its pictures is chosen in the
// gallery that is in sight.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

expressionGrid.generation = (() => {
    "use strict";

    const known = { txt2img: { text: "", info: {} }, img2img: { text: "", info: {} } };

    // Also while the picture viewer is before it.
    function tabInSight() {
        const gallery = gradioApp().querySelector("#img2img_gallery");
        return gallery && gallery.offsetParent ? "img2img" : "txt2img";
    }

    // Empty while it is no JSON, which it is when nothing was generated yet.
    function generation(tab = tabInSight()) {
        const area = gradioApp().querySelector(`#generation_info_${tab} textarea`);
        const last = known[tab];
        if (area && area.value !== last.text) {
            last.text = area.value;
            try {
                last.info = JSON.parse(last.text);
            } catch {
                last.info = {};
            }
        }
        return last.info;
    }

    function extraParameters(tab) {
        return generation(tab).extra_generation_params || {};
    }

    // The study's grids, which come first in the gallery; none after another generation.
    function grids() {
        return extraParameters().Grids || [];
    }

    // Where the picture of a cell is in the gallery, by its number among the finished cells.
    function pictureOf(number) {
        return grids().length + number;
    }

    // The chosen picture, the first if there is none; for a grid its first cell, which is the reference's.
    function chosenPicture() {
        const chosen = Math.max(0, selected_gallery_index());
        const grid = grids()[chosen];
        return grid ? pictureOf(grid.cells.flat().find((number) => number !== null)) : chosen;
    }

    // Both prompts and the seed of a picture, as its infotext tells them; nothing for a picture without one.
    function promptsOf(picture) {
        const infotext = (generation().infotexts || [])[picture] || "";
        const [, prompts, settings] = /^(?:([^]*)\n)?(Steps: .*)$/.exec(infotext) || [];
        if (settings === undefined) {
            return null;
        }
        const [prompt, ...negative] = (prompts || "").split("\nNegative prompt: ");
        const seed = /\bSeed: (\d+)/.exec(settings);
        return { prompt, negative: negative.join("\nNegative prompt: "), seed: seed ? seed[1] : "" };
    }

    return { tabInSight, extraParameters, grids, pictureOf, chosenPicture, promptsOf };
})();
