import js from "@eslint/js";
import globals from "globals";

const HOST = [
    "gradioApp", "onUiLoaded", "onAfterUiUpdate", "onUiTabChange", "selected_gallery_index", "all_gallery_buttons",
    "closeModal",
];
const readonly = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

export default [
    { ignores: ["tests/standin/**", "**/data/**"] },
    js.configs.recommended,
    {
        rules: {
            curly: "error",
            eqeqeq: "error",
            "no-implicit-globals": "error",
            "no-shadow-restricted-names": "error",
            "no-unused-vars": "error",
            "prefer-const": "error",
            "max-len": ["error", { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true }],
        },
    },
    {
        // Classic scripts, which the WebUI loads; all that they share is in one object.
        files: ["javascript/*.js"],
        languageOptions: { sourceType: "script", globals: { ...globals.browser, ...readonly(HOST) } },
    },
    {
        // Modules, which are joined into the script of a page.
        files: ["sd_expression_grid/**/*.js"],
        languageOptions: { sourceType: "module", globals: globals.browser },
    },
    {
        files: ["sd_expression_grid/page/files/dom.js"],
        languageOptions: { globals: readonly(["expressionGrid"]) },
    },
];
