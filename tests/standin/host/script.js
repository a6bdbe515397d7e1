// The globals that extensions' scripts expect of the WebUI's page, and the Generate button.

function gradioApp() {
    const app = document.querySelector('gradio-app');
    return app?.shadowRoot ?? app ?? document;
}

if (!Element.prototype.getElementById) {
    // gradioApp().getElementById works in the WebUI, too
    Element.prototype.getElementById = (id) => document.getElementById(id);
}

const uiCallbacks = {loaded: [], update: [], afterUpdate: [], tabChange: []};

function onUiLoaded(callback) { uiCallbacks.loaded.push(callback); }
function onUiUpdate(callback) { uiCallbacks.update.push(callback); }
function onAfterUiUpdate(callback) { uiCallbacks.afterUpdate.push(callback); }
function onUiTabChange(callback) { uiCallbacks.tabChange.push(callback); }
function onOptionsChanged() {}
function onOptionsAvailable(callback) { callback(); }

function executeCallbacks(callbacks, argument) {
    for (const callback of callbacks) {
        try {
            callback(argument);
        } catch (error) {
            console.error('error running callback', callback, ':', error);
        }
    }
}

function get_uiCurrentTab() {
    return gradioApp().querySelector('#tabs > div.tab-nav > .selected');
}

function get_uiCurrentTabContent() {
    const tabs = [...gradioApp().querySelectorAll('#tabs > [id^=tab_]')];
    return tabs.find((tab) => tab.style.display !== 'none');
}

document.addEventListener('DOMContentLoaded', () => {
    let loaded = false, currentTab = null, timeout = null;
    new MutationObserver((records) => {
        if (!loaded && gradioApp().querySelector('#txt2img_prompt')) {
            loaded = true;
            executeCallbacks(uiCallbacks.loaded);
        }
        executeCallbacks(uiCallbacks.update, records);
        clearTimeout(timeout);
        timeout = setTimeout(() => executeCallbacks(uiCallbacks.afterUpdate), 200);
        const tab = get_uiCurrentTab();
        if (tab && tab !== currentTab) {
            currentTab = tab;
            executeCallbacks(uiCallbacks.tabChange);
        }
    }).observe(gradioApp(), {childList: true, subtree: true});
});

document.addEventListener('keydown', (event) => {
    const press = (name) => get_uiCurrentTabContent()?.querySelector(`button[id$=_${name}]`)?.click();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        press('generate');
        event.preventDefault();
    } else if (event.key === 'Enter' && event.altKey) {
        press('skip');
        event.preventDefault();
    } else if (event.key === 'Escape' && gradioApp().querySelector('#txt2img_interrupt').style.display === 'block') {
        press('interrupt');
        event.preventDefault();
    }
});

// ---- gallery

function all_gallery_buttons() {
    const found = gradioApp().querySelectorAll('div[id$=_gallery].gradio-gallery .thumbnails > .thumbnail-item.thumbnail-small');
    return [...found].filter((element) => element.parentElement.offsetParent);
}

function selected_gallery_button() {
    return all_gallery_buttons().find((element) => element.classList.contains('selected')) ?? null;
}

function selected_gallery_index() {
    return all_gallery_buttons().findIndex((element) => element.classList.contains('selected'));
}

let galleryListened = null;
onAfterUiUpdate(() => {
    const gallery = gradioApp().querySelector('#txt2img_gallery');
    if (!gallery || gallery === galleryListened) return;
    galleryListened = gallery;
    const show = () => gradioApp().querySelector('#txt2img_generation_info_button').click();
    gallery.addEventListener('click', show);
    gallery.addEventListener('keydown', (event) => event.key.startsWith('Arrow') && show());
});

// ---- generating

function setSubmitButtonsVisibility(tab, interrupt, skip, interrupting) {
    for (const [name, shown] of Object.entries({interrupt, skip, interrupting})) {
        gradioApp().querySelector(`#${tab}_${name}`).style.display = shown ? 'block' : 'none';
    }
}

function showSubmitButtons(tab, show) { setSubmitButtonsVisibility(tab, !show, !show, false); }
function showSubmitInterruptingPlaceholder(tab) { setSubmitButtonsVisibility(tab, false, true, true); }

function submit(...args) {
    const task = `task(${Math.random().toString(36).slice(2)})`;
    setSubmitButtonsVisibility('txt2img', true, true, false);
    requestProgress(task, gradioApp().querySelector('#txt2img_gallery_container'),
        gradioApp().querySelector('#txt2img_gallery'), () => showSubmitButtons('txt2img', true));
    return [task, ...args.slice(1)];
}

async function requestProgress(task, container, gallery, atEnd) {
    const bar = document.createElement('div');
    bar.className = 'progressDiv';
    bar.innerHTML = '<div class="progress"></div>';
    container.parentNode.insertBefore(bar, container);
    const preview = document.createElement('div');
    preview.className = 'livePreview';
    let shown = 0, wasActive = false;
    const started = Date.now();
    for (;;) {
        const response = await fetch('./internal/progress', {
            method: 'POST', headers: {'Content-Type': 'application/json'},
            body: JSON.stringify({id_task: task, id_live_preview: shown}),
        });
        const answer = await response.json();
        if (answer.completed || (!answer.active && wasActive) || Date.now() - started > 3600e3) break;
        wasActive ||= answer.active;
        const percent = (100 * (answer.progress ?? 0)).toFixed(0);
        const eta = answer.eta ? ` ETA: ${Math.ceil(answer.eta)}s` : '';
        bar.firstChild.style.width = `${percent}%`;
        bar.firstChild.textContent = `${answer.textinfo ?? ''} ${percent > 0 ? `${percent}%` : ''}${eta}`;
        if (answer.live_preview) {
            shown = answer.id_live_preview;
            preview.innerHTML = `<img src="${answer.live_preview}">`;
            if (!preview.parentNode) gallery.insertBefore(preview, gallery.firstElementChild);
        }
        await new Promise((resume) => setTimeout(resume, opts.live_preview_refresh_period || 500));
    }
    bar.remove();
    preview.remove();
    atEnd();
}

// ---- the rest

function inputAccordionChecked(id, checked) {
    const label = gradioApp().querySelector(`#${id} .label-wrap`);
    if (label && label.classList.contains('open') !== checked) label.click();
}

onUiLoaded(() => {
    for (const accordion of gradioApp().querySelectorAll('.input-accordion')) {
        const checkbox = gradioApp().querySelector(`#${accordion.id}-checkbox input`);
        const label = accordion.querySelector('.label-wrap');
        new MutationObserver(() => {
            const open = label.classList.contains('open');
            if (checkbox && checkbox.checked !== open) {
                checkbox.checked = open;
                checkbox.dispatchEvent(new Event('change'));
            }
        }).observe(label, {attributes: true, attributeFilter: ['class']});
    }
});

onUiLoaded(() => {
    for (const {id, props} of window.gradio_config?.components ?? []) {
        const element = props.webui_tooltip && document.getElementById(props.elem_id || `component-${id}`);
        if (element) element.title = props.webui_tooltip;
    }
});

function updateInput(target) { target.dispatchEvent(new Event('input', {bubbles: true})); }

function restart_reload() {
    document.body.innerHTML = '<h1 style="text-align:center;margin-top:20%">Reloading…</h1>';
    const again = () => fetch('./internal/ping').then((r) => (r.ok ? location.reload() : 0)).catch(() => setTimeout(again, 500));
    setTimeout(again, 2000);
    return [];
}
