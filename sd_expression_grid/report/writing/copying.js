// Copies a table or an answer as Markdown, BBCode or HTML, for an article or a forum.

import { button, make } from "../../page/files/dom.js";

const FORMS = ["Markdown", "BBCode", "HTML"];

// An element as a reader has it: its words, without what only points at cells.
function wordsOf(element) {
    return element.textContent.replace(/\s+/g, " ").trim();
}

function escaped(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

// A Markdown text in which no letter of a name becomes markup.
function plain(text) {
    return text.replace(/[\\`*_[\]<>|#~]/g, "\\$&");
}

// The head and the lines of a table as texts. Columns of figures are left out; their title goes to the nameless next.
function linesOf(table) {
    const rows = [...table.rows].map((row) => [...row.cells].map(wordsOf));
    const [head, ...lines] = rows;
    const isShown = head.map((_, column) => column === 0 || lines.some((line) => line[column]));
    const named = head.map((title, column) => title || (column > 1 && !isShown[column - 1] ? head[column - 1] : ""));
    return [named, ...lines].map((line) => line.filter((_, column) => isShown[column]));
}

const TABLES = {
    Markdown: ([head, ...lines]) => {
        const line = (texts) => `| ${texts.map(plain).join(" | ")} |`;
        return [line(head), `|${head.map(() => "---|").join("")}`, ...lines.map(line)].join("\n");
    },
    BBCode: ([head, ...lines]) => {
        const line = (texts, tag) => `[tr]${texts.map((text) => `[${tag}]${text}[/${tag}]`).join("")}[/tr]`;
        return ["[table]", line(head, "th"), ...lines.map((texts) => line(texts, "td")), "[/table]"].join("\n");
    },
    HTML: ([head, ...lines]) => {
        const line = (texts, tag) => `<tr>${texts.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join("")}</tr>`;
        return ["<table>", line(head, "th"), ...lines.map((texts) => line(texts, "td")), "</table>"].join("\n");
    },
};

const ANSWERS = {
    Markdown: (question, lines) => [`### ${plain(question)}`, "", ...lines.map((line) => `- ${plain(line)}`)].join("\n"),
    BBCode: (question, lines) => [`[b]${question}[/b]`, "[list]", ...lines.map((line) => `[*]${line}`), "[/list]"].join("\n"),
    HTML: (question, lines) => [
        `<h3>${escaped(question)}</h3>`, "<ul>", ...lines.map((line) => `<li>${escaped(line)}</li>`), "</ul>",
    ].join("\n"),
};

function asText(element, form) {
    if (element.tagName === "TABLE") {
        return TABLES[form](linesOf(element));
    }
    const lines = [...element.querySelectorAll("li")].map(wordsOf);
    return ANSWERS[form](wordsOf(element.querySelector("h2")), lines);
}

// Where a page may not write to the clipboard, as in a frame without https, an old way is open.
async function copy(text) {
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        const field = make("textarea", { value: text, className: "copied" });
        document.body.append(field);
        field.select();
        document.execCommand("copy");
        field.remove();
    }
}

function copyButtons(element) {
    const buttons = FORMS.map((form) => button(form, { dataset: { copies: form } }));
    const line = make("p", { className: "copying", role: "group", "aria-label": "Copy as" }, "Copy as ", ...buttons);
    line.addEventListener("click", async ({ target }) => {
        const form = target.dataset.copies;
        if (form) {
            await copy(asText(element, form));
            target.textContent = "Copied";
            setTimeout(() => (target.textContent = form), 1500);
        }
    });
    return line;
}

function offerCopies(report) {
    report.querySelectorAll("table").forEach((table) => table.closest(".scroll").append(copyButtons(table)));
    report.querySelectorAll(".answers > li").forEach((answer) => answer.append(copyButtons(answer)));
}

export { offerCopies };
