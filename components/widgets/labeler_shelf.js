// What the label form keeps in the browser, and which keys are meant for it.

const id = () => {
  if (crypto.randomUUID) return crypto.randomUUID(); // only where the page is https or localhost
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

// Unconfirmed events, one entry each, so that two tabs of one person cannot overwrite one another.
class Shelf {
  constructor(desk) {
    this.events = `tailscope.label/${desk}/`;
    this.drafted = `tailscope.draft/${desk}`;
    this.held = `tailscope.keys/${desk}`;
  }
  attempt(work, otherwise) {
    try { return work(); } catch { return otherwise; } // storage may be full or forbidden
  }
  all() {
    const names = this.attempt(() => Object.keys(localStorage), []).filter((n) => n.startsWith(this.events));
    return names.map((n) => this.attempt(() => JSON.parse(localStorage.getItem(n)))).filter(Boolean)
      .sort((a, b) => a.made - b.made || a.turn - b.turn);
  }
  keep(event) { return this.attempt(() => (localStorage.setItem(this.events + event.event, JSON.stringify(event)), true)); }
  drop(event) { this.attempt(() => localStorage.removeItem(this.events + event)); }
  keys() { return this.attempt(() => JSON.parse(sessionStorage.getItem(this.held)), null) ?? []; }
  hold(keys) { this.attempt(() => sessionStorage.setItem(this.held, JSON.stringify(keys))); }
  drafts() { return this.attempt(() => JSON.parse(sessionStorage.getItem(this.drafted)), null) ?? {}; }
  draft(all) { this.attempt(() => sessionStorage.setItem(this.drafted, JSON.stringify(all))); }
}

const textual = (node) => node.isContentEditable || /^(TEXTAREA|SELECT)$/.test(node.tagName) ||
  (node.tagName === "INPUT" && !/^(checkbox|radio|range|button|submit|file|color)$/.test(node.type));
const claims = (node) => !!node.closest?.('button, a, summary, [role="button"], [role="tab"], [role="option"]');

// The key a person means: as typed, or by its place where the layout writes another script.
const known = (event, options) => {
  const typed = event.key.toLowerCase();
  const place = event.code.replace(/^(Key|Digit)/, "").toLowerCase();
  const fits = (key) => options.has(key) || key in COMMANDS;
  return fits(typed) ? typed : !/^[a-z]$/.test(typed) && place.length === 1 && fits(place) ? place : null;
};

const choices = (scheme) => new Map(scheme.fields.filter((field) => field.kind !== "span").flatMap((field) =>
  field.options.filter((option) => option.key).map((option) => [option.key, [field, option.value]])));

const count = (text) => text.trim().split(/\s+/).filter(Boolean).length;

// How fast, how much is left and how long that takes.
const pace = (seconds, left) => {
  const rest = left > 0 ? `${left} left` : "";
  if (seconds === null) return rest;
  const minutes = Math.round((seconds * left) / 60);
  const time = minutes > 90 ? `${Math.round(minutes / 60)} h` : `${Math.max(1, minutes)} min`;
  return [`${Math.round(seconds)} s a case`, rest && `${rest}, about ${time}`].filter(Boolean).join(" · ");
};
