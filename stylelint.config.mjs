export default {
    extends: "stylelint-config-standard",
    ignoreFiles: ["node_modules/**", "tests/**", ".venv/**"],
    rules: {
        "selector-id-pattern": null, // the WebUI's ids have underscores
        "no-descending-specificity": null, // it compares selectors that never match the same element
    },
};
