// The study that the page carries. A key is {seed, column, row}, each an index of the study's lists.

const study = JSON.parse(document.getElementById("study").textContent);

const STATUS_WORDS = { missing: "picture missing" };

function cellOf(key) {
    return study.cells[key.seed][key.column][key.row];
}

// Identifies a key in sets and maps.
function idOf(key) {
    return `${key.seed} ${key.column} ${key.row}`;
}

function labelOf(key) {
    const seed = study.seeds.length > 1 ? ` · seed ${study.seeds[key.seed]}` : "";
    return `${study.columns[key.column].label} · ${study.rows[key.row].label}${seed}`;
}

function wordsOf(status) {
    return STATUS_WORDS[status] || status;
}

function statusOf(cell) {
    const words = wordsOf(cell.status);
    return cell.error && cell.status !== "missing" ? `${words}: ${cell.error}` : words;
}

export { study, cellOf, idOf, labelOf, wordsOf, statusOf };
