// What the WebUI tells of the last generation in txt2img, and which of its pictures is chosen in the gallery.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

expressionGrid.generation = (() => {
    "use strict";

    let lastText = "";
    let info = {};

    // Empty while it is no JSON, which it is when nothing was generated yet.
    function generation() {
        const area = gradioApp().querySelector("#generation_info_txt2img textarea");
        if (area && area.value !== lastText) {
            lastText = area.value;
            try {
                info = JSON.parse(lastText);
            } catch {
                info = {};
            }
        }
        return info;
    }

    function extraParameters() {
        return generation().extra_generation_params || {};
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

    return { extraParameters, grids, pictureOf, chosenPicture, promptsOf };
})();
