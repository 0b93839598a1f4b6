// The label form: keys in the browser, one message a case, kept here until the server confirms it.

const PATIENCE = 2500; // ms without an answer before unconfirmed events are sent again
const COMMANDS = { enter: "save", u: "undo", s: "skip", x: "comment", m: "mark", f: "fold", "?": "help", ".": "take" };
const ELSEWHERE = 15000; // ms a label of another tab hides its case until the server knows of it
const forms = new WeakMap();

class Form {
  constructor(parent, data, desk) {
    this.desk = desk;
    this.data = data;
    this.turn = 0;
    this.options = choices(data.scheme);
    this.view = new View(parent, data.scheme, (act, ...rest) => this.act(act, ...rest));
    const span = data.scheme.fields.find((field) => field.kind === "span");
    this.marker = new Marker(this.view, span, (marks) => this.set(span, marks));
    this.elsewhere = new Map(); // place -> when another tab of this person labeled it
    this.shelf = new Shelf(desk);
    this.queue = this.shelf.all(); // a reload in the middle: what was not confirmed goes out again
    this.orphans = this.queue.length > 0; // their texts are gone, so undo waits until they are safe
    this.drafts = this.shelf.drafts();
    this.undone = new Map();
    this.ahead = [];
    this.past = [];
    this.keys = this.shelf.keys(); // pressed while no case was there: they belong to the next one
    this.current = null;
    this.sentAt = this.count = 0;
    this.sent = new Set();
    [this.pressed, this.again] = [(event) => this.key(event), () => this.flush()];
    this.other = (event) => this.beside(event);
    if (data.preview) return; // it is looked at, and clicked: nothing is heard, kept or sent
    window.addEventListener("keydown", this.pressed, true);
    window.addEventListener("online", this.again);
    window.addEventListener("storage", this.other);
    this.clock = setInterval(() => this.tick(), 500);
    this.view.root.focus({ preventScroll: true });
  }

  stop() {
    window.removeEventListener("keydown", this.pressed, true);
    window.removeEventListener("online", this.again);
    window.removeEventListener("storage", this.other);
    clearInterval(this.clock);
    this.view.root.remove();
  }

  // What the server says: which events are safe, what comes next.
  take(data) {
    this.data = data;
    this.view.guide.take(data);
    this.view.learned(data.lessons);
    for (const event of data.kept) this.forget(event);
    for (const [event, why] of Object.entries(data.refused)) this.refuse(event, why);
    this.ahead = this.upcoming();
    if (!this.queue.length) {
      this.orphans = false;
      if (!data.past) this.past = [];
      else if (this.past.at(-1)?.event !== data.past.event) this.past = [data.past];
    }
    if (!this.queue.every((one) => this.sent.has(one.event)) || !this.queue.length) this.sentAt = 0;
    if (!this.current) this.advance();
    this.tell();
    this.flush();
  }

  // What the server listed, less what is done here and not confirmed, plus what is taken back here.
  upcoming() {
    const open = new Map(); // place -> its case where an undo is on its way, null where a label is
    for (const one of this.queue) open.set(one.place, one.what === "undo" ? this.undone.get(one.place) : null);
    const reopened = [...open.values()].filter(Boolean).sort((a, b) => a.place - b.place);
    return [...reopened, ...this.data.cases.filter((one) => !open.has(one.place))]
      .filter((one) => one.place !== this.current?.place && !this.hidden(one.place));
  }

  hidden(place) { return performance.now() - (this.elsewhere.get(place) ?? -ELSEWHERE) < ELSEWHERE; }

  // Another tab of this person put a label on its way: its case is theirs, unless work on it has begun.
  beside(event) {
    if (!event.key?.startsWith(this.shelf.events) || !event.newValue) return;
    const { what, place } = JSON.parse(event.newValue);
    if (what === "undo") return void this.elsewhere.delete(place);
    this.elsewhere.set(place, performance.now());
    this.ahead = this.ahead.filter((one) => one.place !== place);
    if (this.current?.place !== place) return;
    if (!Object.keys(this.draft).length && !this.writing) this.advance();
    else this.trouble = "labeled in another tab: saving here replaces that label";
    this.tell();
  }

  // Nothing left here while another tab took cases: the server knows what comes next.
  tick() {
    this.flush();
    if (this.current || this.queue.length || !this.elsewhere.size) return;
    this.elsewhere.clear();
    try { this.send([]); } catch { /* no connection: there is nothing to lose */ }
  }

  forget(event) {
    this.queue = this.queue.filter((one) => one.event !== event);
    this.shelf.drop(event);
  }

  refuse(event, why) {
    const one = this.queue.find((each) => each.event === event);
    if (!one) return;
    this.forget(event);
    this.past = this.past.filter((each) => each.event !== event);
    if (one.values) this.drafts[one.place] = one.values;
    this.trouble = `not saved: ${why}`;
  }

  // One message on its way at a time; it carries everything that is not confirmed.
  flush() {
    if (!this.queue.length || (this.sentAt && performance.now() - this.sentAt < PATIENCE)) return;
    this.sentAt = performance.now();
    this.sent = new Set(this.queue.map((one) => one.event));
    try { this.send(this.queue); } catch { /* no connection: the clock tries again */ }
  }

  put(event) {
    const whole = { ...event, event: id(), campaign: this.data.campaign, person: this.data.person,
      made: Date.now(), turn: ++this.count };
    this.queue.push(whole);
    if (!this.shelf.keep(whole)) this.trouble = "this browser keeps nothing: do not reload before “saved”";
    this.flush();
    return whole.event;
  }

  show(found, values) {
    this.current = found;
    this.draft = values ?? this.drafts[found.place] ?? found.values ?? {};
    this.since = performance.now();
    this.view.show(found, this.draft);
    this.marker.take(found.response, this.draft[this.marker.field?.field]);
    this.view.say("case", `case ${found.place}: answer of ${count(found.response)} words`);
  }

  advance() {
    this.current = null;
    if (this.orphans) this.view.rest("Saving what was not confirmed before …", true);
    else if (this.ahead.length) this.show(this.ahead.shift());
    else if (this.queue.length) this.view.rest("Bringing the next case …", true);
    else {
      this.keys = [];
      this.view.rest(`All ${this.data.total} done. Undo (U) takes back the last one.`, false);
    }
    this.replay();
  }

  act(act, field, value) {
    if (act === "help") this.view.help();
    else if (act === "undo") this.undo();
    else if (!this.current) return;
    else if (this.data.preview && /^(save|skip)$/.test(act)) this.trouble = "a preview: nothing is saved";
    else if (act === "choose") this.choose(field, value);
    else if (act === "write") this.set(field, value);
    else if (act === "comment") this.enter();
    else if (act === "mark") this.marker.enter();
    else if (act === "name") this.trouble = this.marker.name(value) ? "" : "select words of the answer first, or press M";
    else if (act === "fold") this.view.fold();
    else if (act === "take") this.agree();
    else if (act === "save") this.save();
    else if (act === "skip") { this.put({ what: "skip", place: this.current.place }); this.advance(); }
    this.tell();
  }

  choose(field, value) {
    const said = this.draft[field.field];
    if (field.kind === "one") this.set(field, said === value && !field.required ? "" : value);
    else this.set(field, said?.includes(value) ? said.filter((v) => v !== value) : [...(said ?? []), value]);
    this.view.chosen(this.draft);
  }

  set(field, value) {
    if (field.kind === "span") this.marker.take(this.current.response, value);
    this.draft = { ...this.draft, [field.field]: value };
    this.drafts[this.current.place] = this.draft;
    if (!this.data.preview) this.shelf.draft(this.drafts);
    this.trouble = "";
  }

  // The suggestion as if it had been typed: to be changed, or saved with Enter.
  agree() {
    const offered = this.current.suggested;
    if (!offered) return void (this.trouble = "nothing is suggested for this case");
    for (const field of this.data.scheme.fields) if (field.field in offered) this.set(field, offered[field.field]);
    this.view.chosen(this.draft);
  }

  enter() { this.writing = true; this.view.comment()?.focus(); }
  leave() { this.writing = false; this.view.root.focus({ preventScroll: true }); }

  save() {
    const lacking = this.data.scheme.fields.filter((f) => f.required && !this.draft[f.field]?.length);
    lacking.forEach((field) => this.view.missing(field));
    this.trouble = lacking.length ? `choose first: ${lacking.map((f) => f.title).join(", ")}` : "";
    if (this.trouble) return;
    const { place, shown } = this.current;
    const seconds = Math.round(performance.now() - this.since) / 1000;
    const event = this.put({ what: "label", place, shown, seconds, values: this.draft });
    this.past.push({ ...this.current, event, values: this.draft, note: "" });
    delete this.drafts[place];
    this.shelf.draft(this.drafts);
    this.leave();
    this.advance();
  }

  undo() {
    const last = this.past.at(-1);
    this.trouble = this.orphans ? "undo in a moment: saving first" : last ? "" : "nothing to undo";
    if (this.trouble) return;
    this.past.pop();
    this.undone.set(last.place, last);
    if (this.current) this.ahead.unshift(this.current);
    this.put({ what: "undo", place: last.place, undoes: last.event });
    this.show(last, last.values ?? {});
  }

  tell() {
    const wait = this.queue.filter((one) => one.what !== "skip");
    const done = this.data.done + wait.reduce((n, one) => n + (one.what === "undo" ? -1 : 1), 0);
    this.view.say("progress", `${done} of ${this.data.total}`);
    this.view.say("pace", pace(this.data.seconds, this.data.total - done));
    const keys = this.keys.length ? ` ${this.keys.length} keys wait for the next case (Esc drops them)` : "";
    const saving = wait.length ? `${wait.length} saving…` : this.past.length ? "saved" : "";
    this.view.say("status", (this.trouble || saving) + keys, this.trouble ? "trouble" : wait.length ? "saving" : "saved");
  }
}
Object.assign(Form.prototype, hearing);

export default function ({ parentElement, data, setTriggerValue }) {
  const desk = `${data.campaign}/${data.person}`;
  const scheme = JSON.stringify(data.scheme); // another version of it is another form
  let form = forms.get(parentElement);
  if (form?.desk !== desk || form.scheme !== scheme) {
    form?.stop();
    forms.set(parentElement, (form = new Form(parentElement, data, desk)));
    form.scheme = scheme;
  }
  form.send = (events) => setTriggerValue("sent", events);
  const turn = ++form.turn;
  form.take(data);
  // New data comes while an older call is still unwinding: only the last caller may take the form down.
  return () => setTimeout(() => {
    if (form.turn !== turn) return;
    form.stop();
    if (forms.get(parentElement) === form) forms.delete(parentElement);
  });
}
