// What the form does with keys: now, or as soon as the case they were pressed for is there.

const hearing = {
  replay() {
    this.writing = false;
    while (this.keys.length && (this.current || (this.keys[0] === "u" && !this.orphans))) {
      const key = this.keys.shift();
      if (this.writing && key === "Escape") this.leave();
      else if (this.writing) this.write(key);
      else if (this.marker.on) this.marker.press(key);
      else this.press(key.toLowerCase());
    }
    this.shelf.hold(this.keys);
  },

  write(key) {
    const box = this.view.comment();
    if (!box) return;
    if (key === "Backspace") box.value = box.value.slice(0, -1);
    else if (key.length === 1 || key === "Enter") box.value += key === "Enter" ? "\n" : key;
    box.dispatchEvent(new Event("input"));
  },

  key(event) {
    if (event.ctrlKey && event.key === "Enter" && event.composedPath()[0] === this.view.comment()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.leave();
      return void this.act("save");
    }
    if (event.isComposing || event.altKey || event.metaKey || event.ctrlKey) return;
    const at = event.composedPath()[0];
    const ours = this.view.root.contains(at);
    if (at === this.view.comment()) {
      if (event.key !== "Escape") return;
      this.leave();
    } else if (textual(at) || document.querySelector('[role="dialog"][aria-modal="true"]')) return;
    else if (this.marker.on && this.marking(event)) { /* it was for the mark */ }
    else if (event.key === "Enter" && (ours ? at.closest("[data-act], summary, .option.mark") : claims(at))) return;
    else if (!this.hear(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // Streamlit has keys of its own
  },

  marking(event) {
    const typed = this.raw(event);
    return event.key !== "Tab" && (this.marker.press(typed) || event.key.length === 1);
  },

  raw(event) {
    return event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
  },

  hear(event) {
    if (/^Page(Up|Down)$/.test(event.key)) return this.view.scroll(event.key === "PageDown" ? 1 : -1), true;
    const waiting = !this.current && this.queue.length > 0;
    // A comment or a mark begun before its case is there: all that follows belongs to it.
    const typing = waiting && (this.keys.includes("x") || this.keys.includes("m"));
    const key = typing ? this.raw(event) : known(event, this.options);
    if (!key) return event.key === "Escape" && waiting && ((this.keys = []), this.tell(), true);
    if (/^(Shift\+)?(Shift|Tab|CapsLock|Control|Alt|Meta)$/.test(key)) return false;
    if (event.repeat && !typing) return true; // a key held down is one key
    if (key === "?" && !typing) this.view.help();
    else if (this.current || waiting || key === "u") this.keys.push(key);
    this.replay();
    this.tell();
    return true;
  },

  press(key) {
    if (this.options.has(key)) this.act("choose", ...this.options.get(key));
    else if (key in COMMANDS) this.act(COMMANDS[key]);
  },
};
