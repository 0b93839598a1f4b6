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
    this.root = make("section", { class: "labeler", tabindex: "-1", "aria-label": "Label this case" },
      make("header", {},
        part("progress", make("span", { class: "progress" })),
        part("pace", make("span", { class: "quiet" })),
        this.button("undo", "undo", "U"),
        this.button("help", "keys", "?"),
        part("status", make("span", { class: "status", role: "status", "aria-live": "polite" }))),
      part("help", make("dl", { class: "help", hidden: true })),
      part("panes", make("div", { class: "panes" }, this.pane("prompt"), this.pane("response", "answer"))),
      part("wait", make("p", { class: "wait", hidden: true })),
      part("form", make("div", { class: "form" }, ...scheme.fields.map((f) => this.field(f)),
        make("footer", {}, this.button("save", "save, next", "Enter", "main"), this.button("skip", "skip", "S")))),
      part("case", make("p", { class: "unseen", role: "status", "aria-live": "polite" })));
    parent.append(this.root);
    this.keys();
  }

  button(act, words, key, look = "") {
    const press = () => { this.act(act); if (act !== "help") this.root.focus({ preventScroll: true }); };
    return make("button", { type: "button", "data-act": act, class: `act ${look}`, onclick: press,
      "aria-keyshortcuts": key }, words, " ", cap(key));
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
    const lines = this.scheme.fields.flatMap((f) => f.options.filter((o) => o.key)
      .map((o) => [o.key, `${f.title}: ${o.title}${o.meaning ? ` (${o.meaning})` : ""}`]));
    const own = [["Enter", "save and bring the next case"], ["u", "undo the last label"],
      ["s", "skip: the case comes back at the end"], ["x", "write a comment; Esc leaves it, Ctrl+Enter saves"],
      ["PgDn", "scroll the answer, PgUp back"], ["?", "show or hide these keys"]];
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
      this.parts[name].textContent = found[name] || (name === "prompt" ? "— no prompt" : "— empty answer");
      this.parts[name].classList.toggle("none", !found[name]);
      this.parts[`${name}_box`].scrollTop = 0;
    }
    const cut = found.finish && found.finish !== "stop" ? `ended by: ${found.finish}` : "";
    this.parts.response_note.textContent = cut;
    this.root.dataset.place = found.place;
    this.chosen(draft);
  }

  rest(words, form) {
    this.parts.panes.hidden = true;
    this.parts.form.hidden = !form;
    this.parts.wait.hidden = false;
    this.parts.wait.textContent = words;
    delete this.root.dataset.place;
    this.chosen({});
  }

  chosen(draft) {
    for (const field of this.scheme.fields) {
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
    node.parentElement.classList.add("missing");
  }

  comment() {
    return this.root.querySelector("textarea");
  }

  scroll(pages) {
    const box = this.parts.response_box;
    box.scrollBy({ top: pages * box.clientHeight * 0.9 });
  }

  say(name, words, look = "") {
    const node = this.parts[name];
    if (node.textContent !== words) node.textContent = words;
    if (name === "status") node.dataset.look = look;
  }
}
