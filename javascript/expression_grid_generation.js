// What the WebUI tells of the last generation in txt2img and in img2img, and which of its pictures is chosen in the
// gallery that is in sight.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

expressionGrid.generation = (() => {
    "use strict";

    const nothing = () => ({ text: "", info: {}, first: [] });
    const known = { txt2img: nothing(), img2img: nothing() };

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
            remember(last, parsed(last.text));
        }
        return last.info;
    }

    function parsed(text) {
        try {
            return JSON.parse(text);
        } catch {
            return {};
        }
    }

    // ✨ changes a generation's infotexts and nothing else of it: these are kept as they were at first.
    function remember(last, info) {
        const [before, now] = [last.info, info].map((each) => JSON.stringify({ ...each, infotexts: [] }));
        if (now !== before) {
            last.first = info.infotexts || [];
        }
        last.info = info;
    }

    function extraParameters(tab) {
        return generation(tab).extra_generation_params || {};
    }

    // The study's grids, which come first in the gallery; none after another generation.
    function grids() {
        return extraParameters().Grids || [];
    }

    function placesOf(infotexts, infotext) {
        return infotexts.flatMap((each, place) => (each === infotext ? [place] : []));
    }

    // Where in the gallery a picture of the generation is by now; undefined if that cannot be told. An upscaled picture
    // takes the place of its original, or comes beside it and moves those behind it, by a setting of some WebUIs.
    function placeOf(picture) {
        const now = generation().infotexts || [];
        const { first } = known[tabInSight()];
        if (now.length === first.length) {
            return picture;
        }
        const [before, after] = [first, now].map((infotexts) => placesOf(infotexts, first[picture]));
        return before.length === after.length ? after[before.indexOf(picture)] : undefined;
    }

    // The same for the picture of a cell, by its number among the finished cells.
    function pictureOf(number) {
        return placeOf(grids().length + number);
    }

    // The grid at a place in the gallery, if there is one.
    function gridAt(place) {
        return grids().find((_, number) => placeOf(number) === place);
    }

    // The chosen picture, the first if there is none; for a grid its first cell, which is the reference's.
    function chosenPicture() {
        const chosen = Math.max(0, selected_gallery_index());
        const grid = gridAt(chosen);
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

    return { tabInSight, extraParameters, grids, gridAt, pictureOf, chosenPicture, promptsOf };
})();
