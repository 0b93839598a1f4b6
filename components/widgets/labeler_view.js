// What the label form looks like: elements in, text as text. It knows no queue and no keys.

const make = (tag, attributes = {}, ...inside) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...inside); // strings become text nodes, never markup
  return node;
};

const cap = (key) => make("kbd", { "aria-hidden": "true" }, key.toUpperCase());

class View {
  constructor(parent, scheme, act) {
    this.scheme = scheme;
    this.act = act;
    this.parts = {};
    const part = (name, node) => (this.parts[name] = node);
    this.guide = new Guide();
    this.root = make("section", { class: "labeler", tabindex: "-1", "aria-label": "Label this case" },
      make("header", {},
        part("progress", make("span", { class: "progress" })),
        part("pace", make("span", { class: "quiet" })),
        this.button("undo", "undo", "U"),
        this.button("help", "keys", "?"),
        part("status", make("span", { class: "status", role: "status", "aria-live": "polite" }))),
      part("help", make("dl", { class: "help", hidden: true })),
      part("lessons", make("div", { class: "lessons", role: "status", "aria-live": "polite", "aria-label": "what was settled", hidden: true })),
      part("note", make("p", { class: "again", role: "note", hidden: true })),
      part("told", make("dl", { class: "told", hidden: true })),
      part("panes", make("div", { class: "panes" }, this.pane("prompt"), this.pane("response", "answer"), this.guide.box)),
      part("wait", make("p", { class: "wait", hidden: true })),
      part("form", make("div", { class: "form" }, this.offer(), ...scheme.fields.map((f) => this.field(f)),
        make("footer", {}, this.button("save", "save, next", "Enter", "main"), this.button("skip", "skip", "S"),
          this.button("fold", "whole texts", "F")))),
      part("case", make("p", { class: "unseen", role: "status", "aria-live": "polite" })));
    parent.append(this.root);
    this.keys();
  }

  button(act, words, key, look = "") {
    const press = () => { this.act(act); if (act !== "help") this.root.focus({ preventScroll: true }); };
    return make("button", { type: "button", "data-act": act, class: `act ${look}`, onclick: press,
      "aria-keyshortcuts": key }, words, " ", cap(key));
  }

  // What is suggested for the case, marked as such, and the button that takes it.
  offer() {
    this.parts.offered = make("span", {});
    this.parts.source = make("span", { class: "quiet" });
    return (this.parts.offer = make("div", { class: "field offer", role: "note", "aria-label": "suggestion", hidden: true },
      make("span", { class: "title" }, "Suggested"), make("span", {}, this.parts.offered, " ", this.parts.source),
      this.button("take", "take", ".")));
  }

  pane(name, title = name) {
    const text = make("div", { class: "text", dir: "auto" });
    const note = make("span", { class: "quiet" });
    const box = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, text);
    Object.assign(this.parts, { [name]: text, [`${name}_note`]: note, [`${name}_box`]: box });
    return make("article", { class: name }, make("h3", {}, title, " ", note), box);
  }

  field(field) {
    const id = `field-${field.field}`;
    const title = make("span", { class: "title", id }, field.title);
    if (field.kind === "text") {
      const box = make("textarea", { rows: "1", "aria-labelledby": id, dir: "auto", "data-field": field.field,
        oninput: (event) => this.act("write", field, event.target.value) });
      return make("div", { class: "field" }, title, box, cap("x"));
    }
    if (field.kind === "span") return this.span(field, title, id);
    const one = field.kind === "one";
    const options = field.options.map((option) => make("button", {
      type: "button", class: "option", role: one ? "radio" : "checkbox", "aria-checked": "false",
      tabindex: "-1", title: option.meaning || null, "data-field": field.field, "data-value": option.value,
      "aria-keyshortcuts": option.key || null, onclick: () => this.act("choose", field, option.value),
    }, ...(option.key ? [cap(option.key), " "] : []), option.title));
    const group = make("div", { class: `options ${field.kind}`, role: one ? "radiogroup" : "group",
      "aria-labelledby": id, "aria-required": one && field.required ? "true" : null,
      onkeydown: (event) => this.arrow(event, field, options) }, ...options);
    return make("div", { class: "field" }, title, group);
  }

  // Names of marks, and the marks made. A press must not take the selection away before it is read.
  span(field, title, id) {
    const hold = (event) => event.preventDefault();
    const name = (value, words, key, meaning) => make("button", { type: "button", class: "option mark",
      title: meaning || null, onmousedown: hold, onclick: () => this.act("name", field, value) },
      ...(key ? [cap(key), " "] : []), words);
    const names = field.options.length ? field.options.map((o) => name(o.value, o.title, o.key, o.meaning))
      : [name("", "mark what is selected")];
    this.parts.made = make("ul", { class: "made", "aria-label": "marks made" });
    this.parts.hint = make("span", { class: "quiet" });
    return make("div", { class: "field" }, title, make("div", { class: "options many", role: "group", "aria-labelledby": id },
      ...names, this.parts.hint, this.parts.made), cap("m"));
  }

  // The marks made, [words, name, how to remove it]; `on`: the arrows are choosing words now.
  marks(list, on) {
    this.root.toggleAttribute("data-marking", on);
    this.parts.hint.textContent = on ? "arrows move, Shift widens, Enter keeps, Esc leaves" : "";
    this.parts.made.replaceChildren(...list.map(([words, name, remove]) => make("li", {},
      make("q", { dir: "auto" }, words), name ? ` ${name} ` : " ",
      make("button", { type: "button", "data-act": "unmark", class: "act", onclick: remove, "aria-label": `remove the mark ${words}` }, "✕"))));
  }

  fold() {
    const open = this.root.toggleAttribute("data-whole");
    this.root.querySelector('[data-act="fold"]').setAttribute("aria-pressed", String(open));
  }

  arrow(event, field, options) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = options.indexOf(event.target);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = options[(at + step + options.length) % options.length];
    if (field.kind === "one") this.act("choose", field, next.dataset.value);
    options.forEach((option) => (option.tabIndex = option === next ? 0 : -1));
    next.focus();
  }

  keys() {
    const lines = this.scheme.fields.filter((f) => f.kind !== "span").flatMap((f) => f.options.filter((o) => o.key)
      .map((o) => [o.key, `${f.title}: ${o.title}${o.meaning ? ` (${o.meaning})` : ""}`]));
    const own = [["Enter", "save and bring the next case"], ["u", "undo the last label"],
      ["s", "skip: the case comes back at the end"], ["x", "write a comment; Esc leaves it, Ctrl+Enter saves"],
      ...(this.parts.made ? [["m", "mark words of the answer: arrows, Shift+arrows, Enter; Esc leaves"]] : []),
      [".", "take what is suggested, where something is"], ["f", "whole texts, or folded"], ["PgDn", "scroll the answer, PgUp back"], ["?", "show or hide these keys"]];
    this.parts.help.append(...[...lines, ...own].map(([key, words]) =>
      make("div", {}, make("dt", {}, cap(key)), make("dd", {}, words))));
  }

  help() {
    this.parts.help.hidden = !this.parts.help.hidden;
  }

  show(found, draft) {
    this.parts.panes.hidden = this.parts.form.hidden = false;
    this.parts.wait.hidden = true;
    for (const name of ["prompt", "response"]) {
      if (found[name]) draw(this.parts[name], found[name]);
      else this.parts[name].textContent = name === "prompt" ? "— no prompt" : "— empty answer";
      this.parts[name].classList.toggle("none", !found[name]);
      this.parts[`${name}_box`].scrollTop = 0;
    }
    const cut = found.finish && found.finish !== "stop" ? `ended by: ${found.finish}` : "";
    this.parts.response_note.textContent = [found.response && `${count(found.response)} words`, cut].filter(Boolean).join(" · ");
    const note = found.note ? `The scheme has changed since you labeled this: ${found.note}.`
      : found.training ? "A case to train on: once you have saved it, you see what was settled and why." : "";
    this.parts.note.hidden = !note;
    this.parts.note.textContent = note;
    this.parts.told.hidden = !found.told?.length;
    this.parts.told.replaceChildren(...(found.told ?? []).map((one) =>
      make("div", {}, make("dt", {}, one.title), make("dd", { dir: "auto" }, one.words))));
    this.offered(found);
    this.guide.show(found);
    this.root.dataset.place = found.place;
    this.chosen(draft);
  }

  offered({ suggested, source }) {
    this.parts.offer.hidden = !suggested;
    const words = this.scheme.fields.filter((field) => suggested && field.field in suggested).map((field) =>
      `${field.title}: ${field.options.find((o) => o.value === suggested[field.field])?.title ?? suggested[field.field]}`);
    this.parts.offered.textContent = words.join(" · ");
    this.parts.source.textContent = source ? `by ${source}, may be wrong` : "";
    for (const node of this.root.querySelectorAll(".option[data-value]"))
      node.toggleAttribute("data-offered", suggested?.[node.dataset.field] === node.dataset.value);
  }

  // What was settled of the training cases just done, the last first.
  learned(lessons) {
    this.parts.lessons.hidden = !lessons?.length;
    const name = JSON.stringify(lessons ?? []);
    if (this.taught === name) return;
    this.taught = name;
    this.parts.lessons.replaceChildren(...(lessons ?? []).map((one) => make("p", {},
      make("b", {}, `Case ${one.place}: `),
      ...one.fields.flatMap(([title, said, settled, same], n) => [n ? " · " : "",
        make("span", { class: same ? "same" : "other" }, same ? `${title}: ${settled}, as you said` : `${title}: settled ${settled}, you said ${said}`)]),
      one.why ? make("span", { dir: "auto" }, `. Why: ${one.why}`) : "")));
  }

  rest(words, form) {
    this.parts.panes.hidden = this.parts.note.hidden = this.parts.told.hidden = this.parts.offer.hidden = true;
    this.parts.form.hidden = !form;
    this.parts.wait.hidden = false;
    this.parts.wait.textContent = words;
    delete this.root.dataset.place;
    this.chosen({});
  }

  chosen(draft) {
    for (const field of this.scheme.fields.filter((one) => one.kind !== "span")) {
      const said = draft[field.field] ?? (field.kind === "many" ? [] : "");
      const nodes = [...this.root.querySelectorAll(`[data-field="${CSS.escape(field.field)}"]`)];
      if (field.kind === "text") {
        if (nodes[0].value !== said) nodes[0].value = said;
        continue;
      }
      const on = (node) => (field.kind === "many" ? said.includes(node.dataset.value) : said === node.dataset.value);
      const entry = nodes.find(on) ?? nodes[0];
      for (const node of nodes) {
        node.setAttribute("aria-checked", String(on(node)));
        node.tabIndex = node === entry ? 0 : -1;
      }
      nodes[0].parentElement.classList.remove("missing");
    }
  }

  missing(field) {
    const node = this.root.querySelector(`[data-field="${CSS.escape(field.field)}"]`);
    node?.parentElement.classList.add("missing");
  }

  comment() {
    return this.root.querySelector("textarea");
  }

  // The answer's own box, or what holds the page where the box is as long as its text.
  scroll(pages) {
    let box = this.parts.response_box;
    while (box && box.scrollHeight <= box.clientHeight + 1) box = box.parentElement ?? box.getRootNode().host;
    box?.scrollBy({ top: pages * box.clientHeight * 0.9 });
  }

  say(name, words, look = "") {
    const node = this.parts[name];
    if (node.textContent !== words) node.textContent = words;
    if (name === "status") node.dataset.look = look;
  }
}
