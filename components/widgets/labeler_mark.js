// Marking words of the answer, by mouse or by keyboard; the marks of a case are part of its label.

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

const wordsOf = (text) => {
  if (!Intl.Segmenter) return [...text.matchAll(/\S+/g)].map((hit) => [hit.index, hit.index + hit[0].length]);
  return [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)]
    .filter((one) => one.isWordLike).map((one) => [one.index, one.index + one.segment.length]);
};

class Marker {
  // `change` gets the new list of marks: {start, end, label} in characters of the answer.
  constructor(view, field, change) {
    this.view = view;
    this.field = field;
    this.change = change;
    this.keys = new Map((field?.options ?? []).filter((o) => o.key).map((o) => [o.key, o.value]));
    this.on = false;
  }

  // Another case, or other marks of it.
  take(text, marks) {
    if (text !== this.text) [this.on, this.words] = [false, null];
    [this.text, this.marks] = [text, marks ?? []];
    this.paint();
  }

  // M: what the mouse has selected, else the word last marked or the first; then the arrows move.
  enter() {
    if (!this.field || !this.text) return;
    this.words ??= wordsOf(this.text);
    if (!this.words.length) return;
    const picked = selected(this.view.parts.response);
    if (picked && !this.keys.size) return this.put(picked, "");
    this.on = true;
    const at = (unit) => Math.max(0, this.words.findIndex(([, end]) => end > unit));
    if (picked) [this.anchor, this.focus] = [at(picked[0]), Math.max(at(picked[0]), at(picked[1] - 1))];
    else this.anchor = this.focus = this.seen();
    unselect();
    this.paint();
    this.tell();
  }

  // The first word that can be seen in the box.
  seen() {
    const box = this.view.parts.response_box;
    const share = box.scrollHeight > box.clientHeight ? box.scrollTop / box.scrollHeight : 0;
    return Math.min(this.words.length - 1, Math.floor(share * this.words.length));
  }

  leave() {
    this.on = false;
    this.paint();
    this.view.say("case", "marking ended");
  }

  area() {
    const [from, to] = [Math.min(this.anchor, this.focus), Math.max(this.anchor, this.focus)];
    return [this.words[from][0], this.words[to][1]];
  }

  // A key while marking; `Shift+` in front keeps the other end where it is.
  press(whole) {
    const wide = whole.startsWith("Shift+");
    const key = wide ? whole.slice(6) : whole;
    const low = key.toLowerCase();
    const step = this.step(key);
    if (key === "Escape") this.leave();
    else if (key === "Enter" || low === "m") this.put(this.area(), "");
    else if (this.keys.has(low)) this.put(this.area(), this.keys.get(low));
    else if (key === "Backspace" || key === "Delete") this.drop(this.area());
    else if (step !== null) {
      this.focus = Math.min(this.words.length - 1, Math.max(0, step));
      if (!wide) this.anchor = this.focus;
      this.paint();
      this.tell();
    } else return false;
    return true;
  }

  step(key) {
    const turned = RIGHT_TO_LEFT.test(this.text.slice(...this.words[this.focus])) ? -1 : 1;
    if (key === "ArrowRight") return this.focus + turned;
    if (key === "ArrowLeft") return this.focus - turned;
    if (key === "Home") return 0;
    if (key === "End") return this.words.length - 1;
    if (key !== "ArrowDown" && key !== "ArrowUp") return null;
    const way = key === "ArrowDown" ? 1 : -1;
    let at = this.focus + way; // to the next or last beginning of a sentence or line
    while (at > 0 && at < this.words.length && !this.begins(at)) at += way;
    return at;
  }

  begins(at) {
    return /[\n.!?؟。]/.test(this.text.slice(this.words[at - 1][1], this.words[at][0]));
  }

  put([from, to], label) {
    const [start, end] = [signs(this.text, from), signs(this.text, to)];
    const same = (one) => one.start === start && one.end === end;
    const mark = label ? { start, end, label } : { start, end };
    this.on = false;
    unselect();
    this.change([...this.marks.filter((one) => !same(one)), mark].sort((a, b) => a.start - b.start));
    this.view.say("case", `marked: ${this.short(from, to)}${label ? `, ${label}` : ""}`);
  }

  // A click on the name of a mark: what the mouse has selected gets it.
  name(label) {
    const picked = this.on ? this.area() : selected(this.view.parts.response);
    if (picked) this.put(picked, label);
    return Boolean(picked);
  }

  drop([from, to]) {
    const [start, end] = [signs(this.text, from), signs(this.text, to)];
    this.change(this.marks.filter((one) => one.end <= start || one.start >= end));
  }

  remove(mark) { this.change(this.marks.filter((one) => one !== mark)); }

  short(from, to) {
    const words = this.text.slice(from, to).replace(/\s+/g, " ");
    return words.length > 48 ? `${words.slice(0, 30)} … ${words.slice(-14)}` : words;
  }

  tell() { this.view.say("case", this.short(...this.area())); }

  paint() {
    if (!this.text) return;
    const title = (value) => this.field?.options.find((o) => o.value === value)?.title ?? "";
    const kept = this.marks.map((one) => [units(this.text, one.start), units(this.text, one.end)]);
    const marks = kept.map(([from, to], n) => [from, to, "kept", title(this.marks[n].label)]);
    draw(this.view.parts.response, this.text, this.on ? [...marks, [...this.area(), "cursor", ""]] : marks);
    if (this.on) this.view.parts.response.querySelector(".cursor")?.scrollIntoView({ block: "nearest" });
    if (this.field) this.view.marks(this.marks.map((one, n) =>
      [this.short(...kept[n]), title(one.label), () => this.remove(one)]), this.on);
  }
}
