"use strict";

// Shows the cells behind a number. All that comes from the study is set as text, never as HTML.
for (const report of document.querySelectorAll(".expression-grid-report")) {
    const cells = JSON.parse(report.querySelector(".report-cells").textContent);
    const dialog = report.querySelector("dialog");
    const said = (score) => ["no", "partly", "yes"][score] ?? "–";

    const places = (ranges) =>
        ranges.split(",").flatMap((range) => {
            const [first, last = first] = range.split("-").map(Number);
            return Array.from({ length: last - first + 1 }, (_, step) => first + step);
        });

    const element = (name, text = "") => Object.assign(document.createElement(name), { textContent: text });

    const figureOf = ([expression, character, seed, file, scores, seen]) => {
        const figure = element("figure");
        if (file) {
            const link = Object.assign(element("a"), { href: file, target: "_blank" });
            link.append(Object.assign(element("img"), { src: file, loading: "lazy", alt: `${character}, ${expression}` }));
            figure.append(link);
        }
        figure.append(element("strong", `${character}, ${expression}`), element("br"), `seed ${seed}`);
        for (const [rater, shown, kept] of scores) {
            const name = rater ? `${rater}: ` : "";
            figure.append(element("br"), `${name}expression ${said(shown)}${kept === null ? "" : `, person ${said(kept)}`}`);
        }
        if (seen) {
            figure.append(element("br"), element("small", seen));
        }
        return figure;
    };

    report.addEventListener("click", (event) => {
        const button = event.target.closest("button[data-cells]");
        if (button) {
            const shown = places(button.dataset.cells);
            const count = `${shown.length} cell${shown.length === 1 ? "" : "s"}`;
            dialog.querySelector("h2").textContent = `${button.dataset.title}: ${count}`;
            dialog.querySelector("div").replaceChildren(...shown.map((place) => figureOf(cells[place])));
            dialog.showModal();
        } else if (event.target === dialog) {
            dialog.close();
        }
    });
}
