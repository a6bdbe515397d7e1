// The installed networks: a list to search and to tick, folder by folder, in the panel of each tab.

/* exported expressionGrid */
var expressionGrid = expressionGrid || {};

onUiLoaded(() => {
    "use strict";

    const { make, button, plural, setValue, answersIn, PANELS, partOf } = expressionGrid.dom;
    const { areaOf } = expressionGrid.lists;
    const FEW = 60; // so many stand open from the beginning

    let requests = 0;

    // Returns the number that the answer will have, too.
    function ask(tab, what) {
        requests += 1;
        const field = partOf(tab, "networks_request").querySelector("textarea, input");
        setValue(field, JSON.stringify({ ...what, at: requests }));
        return requests;
    }

    // ---- one tab's list

    function networksOf(tab) {
        const ticked = new Set();
        const search = make("input", {
            type: "search", placeholder: "Search name or folder", "aria-label": "Search installed networks",
        });
        const add = button("Add to characters", { className: "primary" });
        const reread = button("Read anew", { title: "Look for new files" });
        const status = make("p", { className: "status", "aria-live": "polite" }, "Reading what is installed …");
        const list = make("div", { className: "folders" });
        const bar = make("div", { className: "bar" }, search, add, reread);
        const root = make(
            "div", { className: "expression-grid-networks", role: "group", "aria-label": "Installed networks" },
            bar, status, list,
        );
        const opened = new Map(); // the folders that were opened or closed by hand, which stay so
        let networks = [];
        let addedAt = 0;

        // What is ticked stays so until it is added.
        function receive({ networks: found, at }) {
            networks = found;
            const ids = new Set(at === addedAt ? [] : networks.map(({ id }) => id));
            [...ticked].filter((id) => !ids.has(id)).forEach((id) => ticked.delete(id));
            draw();
            markListed();
        }

        function draw() {
            const folders = grouped(networks);
            const { scrollTop } = list;
            list.replaceChildren(...[...folders].map(([name, found]) => folderPart(name, found)));
            showFound();
            list.scrollTop = scrollTop;
        }

        function folderPart(name, found) {
            const all = make(
                "label", { className: "all" }, make("input", { type: "checkbox" }), make("span", {}, `all shown of ${name}`),
            );
            const items = make("div", { className: "items" }, ...found.map(item));
            return make(
                "details", { dataset: { folder: name } },
                make("summary", {}, name, " ", make("small")), all, items,
            );
        }

        function item({ id, name, preview }) {
            const picture = preview ? lazyPicture(preview) : make("span", { className: "blank" });
            const tick = make("input", { type: "checkbox", tabIndex: -1, checked: ticked.has(id), dataset: { id } });
            return make("label", { className: "item" }, tick, picture, make("span", {}, name), make("small"));
        }

        // It is fetched when it comes into sight: loading="lazy" fetches a hundred around it as well.
        function lazyPicture(preview) {
            const picture = make("img", { alt: "", dataset: { preview } });
            picture.addEventListener("error", () => picture.replaceWith(make("span", { className: "blank" })));
            inSight.observe(picture);
            return picture;
        }

        const inSight = new IntersectionObserver((entries) => {
            for (const { target } of entries.filter(({ isIntersecting }) => isIntersecting)) {
                inSight.unobserve(target);
                target.src = target.dataset.preview;
            }
        }, { root: list, rootMargin: "100px" });

        function isOpen(folder) {
            return opened.get(folder) ?? (networks.length <= FEW || list.childElementCount === 1);
        }

        // ---- what is found, ticked and in the list of characters already

        function showFound() {
            const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
            for (const part of list.children) {
                const { folder } = part.dataset;
                let count = 0;
                for (const label of part.querySelectorAll(".item")) {
                    const text = `${folder}/${label.querySelector("span:not(.blank)").textContent}`.toLowerCase();
                    label.hidden = !words.every((word) => text.includes(word));
                    count += label.hidden ? 0 : 1;
                }
                part.hidden = count === 0;
                part.open = words.length > 0 || isOpen(folder);
                part.querySelector("summary small").textContent = count;
            }
            showTicked();
        }

        function showTicked() {
            for (const part of list.children) {
                const ticks = shownIn(part);
                const on = ticks.filter((tick) => tick.checked).length;
                const all = part.querySelector(".all input");
                all.checked = on > 0 && on === ticks.length;
                all.indeterminate = on > 0 && on < ticks.length;
                makeOneReachable(ticks);
            }
            add.disabled = ticked.size === 0;
            add.textContent = ticked.size ? `Add ${ticked.size} to characters` : "Add to characters";
            status.textContent = statusText();
        }

        function statusText() {
            if (!networks.length) {
                return "No LoRA or embedding that fits the checkpoint is installed.";
            }
            const shown = [...list.querySelectorAll(".item:not([hidden])")].length;
            const found = shown === networks.length ? "" : `${shown} found, `;
            return `${plural(networks.length, "network")} for this checkpoint: ${found}${ticked.size} ticked`;
        }

        function shownIn(part) {
            return [...part.querySelectorAll(".item:not([hidden]) input")];
        }

        // A folder's items are one stop for Tab; arrows lead on.
        function makeOneReachable(ticks) {
            const chosen = ticks.find((tick) => tick === document.activeElement) || ticks[0];
            ticks.forEach((tick) => { tick.tabIndex = tick === chosen ? 0 : -1; });
        }

        function setTick(tick, isOn) {
            tick.checked = isOn;
            ticked[isOn ? "add" : "delete"](tick.dataset.id);
        }

        function markListed() {
            const text = areaOf(tab, "characters").value;
            const fields = new Set(text.split(/[|\t\n]/).map((field) => field.trim()));
            for (const label of list.querySelectorAll(".item")) {
                const [kind, name] = label.querySelector("input").dataset.id.split(/:(.*)/s);
                const isListed = kind === "lora" ? text.includes(`<lora:${name}:`) : fields.has(name);
                label.querySelector("small").textContent = isListed ? "in the list" : "";
            }
        }

        // ---- keys and clicks

        function step(event) {
            const ticks = [...list.querySelectorAll("details[open]:not([hidden])")].flatMap(shownIn);
            const place = ticks.indexOf(event.target);
            const across = ticks.filter((tick) => tick.offsetTop === event.target.offsetTop).length || 1;
            const steps = {
                ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across,
                Home: -place, End: ticks.length - 1 - place,
            };
            if (place < 0 || !(event.key in steps)) {
                return;
            }
            event.preventDefault();
            const next = ticks[Math.min(ticks.length - 1, Math.max(0, place + steps[event.key]))];
            next.focus();
            makeOneReachable(shownIn(next.closest("details")));
        }

        search.addEventListener("input", showFound);
        search.addEventListener("keydown", (event) => {
            const first = list.querySelector("details[open]:not([hidden]) .item:not([hidden]) input");
            if (event.key === "ArrowDown" && first) {
                event.preventDefault();
                first.focus();
            }
        });
        list.addEventListener("keydown", step);
        list.addEventListener("change", ({ target }) => {
            const ticks = target.closest(".all") ? shownIn(target.closest("details")) : [target];
            ticks.forEach((tick) => setTick(tick, target.checked));
            showTicked();
        });
        list.addEventListener("click", ({ target }) => {
            const summary = target.closest("summary");
            if (summary && !search.value.trim()) {
                opened.set(summary.parentElement.dataset.folder, !summary.parentElement.open);
            }
        });
        add.addEventListener("click", () => { addedAt = ask(tab, { add: [...ticked] }); });
        reread.addEventListener("click", () => ask(tab, {}));
        root.addEventListener("focusin", markListed);
        root.addEventListener("pointerenter", markListed);
        document.addEventListener("input", ({ target }) => {
            if (root.offsetParent && target === areaOf(tab, "characters")) {
                markListed();
            }
        });

        return { root, read: answersIn(receive) };
    }

    function grouped(networks) {
        const folders = new Map();
        for (const network of networks) {
            if (!folders.has(network.folder)) {
                folders.set(network.folder, []);
            }
            folders.get(network.folder).push(network);
        }
        return folders;
    }

    // ---- on the page

    const lists = {}; // each tab's, which stays what it is when gradio draws its place anew

    function listOf(tab) {
        const shown = networksOf(tab);
        const seen = new IntersectionObserver((entries) => {
            if (entries.some(({ isIntersecting }) => isIntersecting)) {
                seen.disconnect();
                ask(tab, {});
            }
        }, { rootMargin: "100000px" }); // displayed at all, also where one has to scroll to it
        seen.observe(shown.root);
        return shown;
    }

    // The answer's element is not watched, as gradio may make it anew as well.
    function update(tab, place) {
        const shown = lists[tab] || (lists[tab] = listOf(tab));
        if (!place.contains(shown.root)) {
            place.append(shown.root);
        }
        shown.read(partOf(tab, "networks_answer"));
    }

    onAfterUiUpdate(() => {
        for (const tab of Object.keys(PANELS)) {
            const place = partOf(tab, "networks");
            if (place) {
                update(tab, place);
            }
        }
    });
});
