// A text as text, in pieces: prose in its own direction, code in monospace, marks on top.

const CODE = /[;{}]\s*$|^(?:def|class|import|from|for|while|if|return|function|const|let|var|#include|public|SELECT)\b/;

// Whether a text without fences is code all the same: most of its lines look like it.
const codelike = (text) => {
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.length > 2 && lines.filter((line) => CODE.test(line.trim())).length / lines.length > 0.6;
};

// [start, end, kind]: all of the text in order; kind is prose, block or inline.
const segments = (text) => {
  if (!text.includes("```")) return codelike(text) ? [[0, text.length, "block"]] : inlines(text, 0, text.length);
  const found = [];
  let [start, open, at] = [0, false, 0];
  const close = (end, kind) => {
    if (end > start) found.push(...(kind === "prose" ? inlines(text, start, end) : [[start, end, kind]]));
    start = end;
  };
  while (at < text.length) {
    const end = (text.indexOf("\n", at) + 1) || text.length;
    if (/^ {0,3}```/.test(text.slice(at, end))) {
      close(open ? end : at, open ? "block" : "prose");
      open = !open;
    }
    at = end;
  }
  close(text.length, open ? "block" : "prose");
  return found;
};

const inlines = (text, start, end) => {
  const found = [];
  let at = start;
  for (const hit of text.slice(start, end).matchAll(/`[^`\n]+`/g)) {
    const [from, to] = [start + hit.index, start + hit.index + hit[0].length];
    if (from > at) found.push([at, from, "prose"]);
    found.push([from, to, "inline"]);
    at = to;
  }
  if (at < end) found.push([at, end, "prose"]);
  return found;
};

// Marks count Unicode characters, as Python does; the browser counts UTF-16 units.
const units = (text, sign) => (/[\ud800-\udfff]/.test(text) ? Array.from(text).slice(0, sign).join("").length : sign);
const signs = (text, unit) => (/[\ud800-\udfff]/.test(text) ? Array.from(text.slice(0, unit)).length : unit);

// Puts the text into the box; `marks` are [start, end, look, label] in units. Every character of the
// text stands in a text node, and no other, so that places in the box are places in the text.
const draw = (box, text, marks = []) => {
  const cuts = [...new Set(marks.flatMap(([start, end]) => [start, end]))].sort((a, b) => a - b);
  box.replaceChildren(...segments(text).map(([start, end, kind]) => {
    const inside = [start, ...cuts.filter((cut) => cut > start && cut < end), end];
    const pieces = inside.slice(1).map((to, n) => {
      const [from, words] = [inside[n], text.slice(inside[n], to)];
      const over = marks.filter(([a, b]) => a <= from && to <= b);
      if (!over.length) return words;
      const mark = make("mark", { class: over.map(([, , look]) => look).join(" "), "data-from": from });
      const label = over.filter(([, b]) => b === to).map(([, , , name]) => name).filter(Boolean).join(", ");
      if (label) mark.dataset.label = label;
      mark.append(words);
      return mark;
    });
    return kind === "prose" ? make("span", {}, ...pieces) : make("code", { class: kind, dir: "ltr" }, ...pieces);
  }));
};

// Where a place in the box lies in the text.
const placed = (box, node, offset) => {
  const before = document.createRange();
  before.setStart(box, 0);
  before.setEnd(node, offset);
  return before.toString().length;
};

// What is selected in the box, [start, end] in units; null for nothing. The form lives in a shadow
// tree, where each browser tells of a selection in its own way.
const selected = (box) => {
  const root = box.getRootNode();
  const told = document.getSelection();
  let range = null;
  if (told?.getComposedRanges) {
    try { [range] = told.getComposedRanges({ shadowRoots: [root] }); }
    catch { [range] = told.getComposedRanges(root); }
  } else {
    const own = root.getSelection ? root.getSelection() : told;
    range = own?.rangeCount ? own.getRangeAt(0) : null;
  }
  if (!range || !box.contains(range.startContainer) || !box.contains(range.endContainer)) return null;
  const [start, end] = [placed(box, range.startContainer, range.startOffset), placed(box, range.endContainer, range.endOffset)];
  return start < end ? [start, end] : null;
};

const unselect = () => document.getSelection()?.removeAllRanges();
