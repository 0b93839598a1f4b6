// The guideline beside the case: first the passages that fit it, then the whole, folded.

// **bold**, *italic* and `code` as elements; all else as it is written.
const inline = (line) => line.split(/(\*\*[^*]+\*\*|\*[^*\s][^*]*\*|`[^`]+`)/).filter(Boolean).map((part) => {
  if (/^\*\*.+\*\*$/.test(part)) return make("strong", {}, part.slice(2, -2));
  if (/^\*.+\*$/.test(part)) return make("em", {}, part.slice(1, -1));
  return /^`.+`$/.test(part) ? make("code", { class: "inline" }, part.slice(1, -1)) : part;
});

const paragraphs = (text) => text.split(/\n(?=\s*(?:[-*]|\d+\.)\s)|\n{2,}/).filter((part) => part.trim()).map((part) => {
  const [, sign, rest] = part.match(/^\s*([-*]|\d+\.)\s+([\s\S]*)$/) ?? [null, "", part];
  const words = inline(rest.replace(/\s*\n\s*/g, " "));
  return sign ? make("p", { class: "point" }, make("b", { "aria-hidden": "true" }, /\d/.test(sign) ? sign : "·"), make("span", {}, ...words)) : make("p", {}, ...words);
});

const passages = (list) => {
  let before = null;
  return list.flatMap((one) => {
    const head = one.title && one.title !== before ? [make("h4", {}, one.title)] : [];
    before = one.title;
    return [...head, ...paragraphs(one.text)];
  });
};

class Guide {
  constructor() {
    this.fits = make("div", { class: "fits" });
    this.whole = make("div", {});
    this.note = make("span", {});
    this.box = make("aside", { class: "guide", "aria-label": "guideline" },
      make("h3", {}, this.note),
      make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "guideline" },
        this.fits, make("details", {}, make("summary", {}, "The whole guideline"), this.whole)));
    this.drawn = null;
  }

  // `data` says whether it stands beside the case, which version it is and its passages.
  take(data) {
    this.box.hidden = !data.beside || !data.guideline.length;
    const name = JSON.stringify([data.guideline_version, data.guideline]);
    if (this.drawn === name) return;
    this.drawn = name;
    this.list = data.guideline;
    this.version = data.guideline_version;
    this.whole.replaceChildren(...passages(data.guideline));
  }

  show(found) {
    const fit = (found?.passages ?? []).map((n) => this.list[n]).filter(Boolean);
    this.note.textContent = `guideline v${this.version}${fit.length ? ": what fits this case" : ""}`;
    this.fits.replaceChildren(...passages(fit));
    const fold = this.box.querySelector("details");
    if (!fit.length) fold.open = true;
    else if (this.fitted === false) fold.open = false;
    this.fitted = fit.length > 0;
  }
}
