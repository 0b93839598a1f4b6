// Shows a text exactly as it stands: every piece goes in as textContent, search hits in <mark>.
const pieces = (text, terms) => {
  const lower = text.toLowerCase();
  // Where lower-casing changes lengths (a few letters do), marks could slip: then mark nothing.
  if (!terms.length || lower.length !== text.length) return [[text, false]];
  const found = [];
  let at = 0;
  while (at < text.length) {
    let next = -1;
    let size = 0;
    for (const term of terms) {
      const here = lower.indexOf(term, at);
      if (here >= 0 && (next < 0 || here < next || (here === next && term.length > size))) {
        next = here;
        size = term.length;
      }
    }
    if (next < 0) break;
    if (next > at) found.push([text.slice(at, next), false]);
    found.push([text.slice(next, next + size), true]);
    at = next + size;
  }
  if (at < text.length) found.push([text.slice(at), false]);
  return found;
};

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".passage");
  box.replaceChildren(
    ...pieces(data.text, data.terms).map(([text, hit]) => {
      const node = document.createElement(hit ? "mark" : "span");
      node.textContent = text;
      return node;
    }),
  );
}
