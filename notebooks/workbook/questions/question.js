// A question: choose or type, then Enter. The reaction needs no kernel: it is there at once.
const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

const parse = {
  choice: (text) => text,
  number: (text) => {
    const plain = text.replace(/[−–]/g, "-").replace(",", ".").replace(/\s/g, "");
    const parts = plain.match(/^([-+]?(?:\d+\.?\d*|\.\d+))(?:\/(\d+\.?\d*))?$/);
    return parts && Number(parts[2] ?? 1) ? Number(parts[1]) / Number(parts[2] ?? 1) : null;
  },
  shape: (text) => {
    const plain = text.toLowerCase().replace(/[×*(),[\]]|\bx\b|(?<=\d)x(?=\d)/g, " ");
    return plain.replaceAll("_", "").trim().split(/\s+/).join(" × ") || null;
  },
};
const same = (one, other) =>
  typeof one === "number" ? Math.abs(one - other) <= 1e-3 : one === other;
const EXAMPLE = { number: "a number, for example -0.5 or 1/4", shape: "a shape, for example 2 × 3" };

function render({ model, el }) {
  const { kind, prompt, answer, replies, otherwise } = model.get("question");
  const group = `question-${Math.random().toString(36).slice(2)}`;
  const fields = kind === "choice"
    ? replies.map(({ text }) => make("input", { type: "radio", name: group, value: text }))
    : [make("input", { type: "text", size: 12, autocomplete: "off", placeholder: EXAMPLE[kind] })];
  fields[0].ariaLabel = kind === "choice" ? null : `Your answer: ${EXAMPLE[kind]}`;
  const rows = kind === "choice"
    ? replies.map(({ html }, place) => make("label", {}, fields[place], make("span", { innerHTML: html })))
    : fields;
  const submit = make("button", { type: "submit", textContent: "Answer" });
  const show = make("button", { type: "button", textContent: "Show me" });
  const reaction = make("div", { className: "reaction", ariaLive: "polite" });
  const form = make("form", { className: "workbook-question" },
    make("fieldset", {}, make("legend", { innerHTML: prompt }), ...rows),
    make("div", { className: "buttons" }, submit, show), reaction);
  // In JupyterLab a bare key is a command, such as `b`: not while one answers.
  for (const one of [...fields, submit, show]) one.dataset.lmSuppressShortcuts = "true";
  form.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });

  const reply = (text) => replies.find((one) => same(parse[kind](text), parse[kind](one.text)));
  function react() {
    const { last = "", shown = false } = model.get("given");
    const right = reply(answer);
    const said = [];
    if (last) {
      const found = reply(last);
      const verdict = found === right ? "✔ Right. " : "✘ ";
      const yours = found === right ? [] : [make("b", { textContent: `Your answer: ${last}. ` })];
      const why = make("span", { innerHTML: found?.said ?? otherwise });
      said.push(make("p", { className: found === right ? "right" : "wrong" }, verdict, ...yours, why));
    }
    if (shown || (last && reply(last) !== right)) {
      const why = make("span", { innerHTML: `<b>Answer: ${right.html}.</b> ${right.said}` });
      said.push(make("p", {}, why));
    }
    if (model.get("note")) said.push(make("p", { className: "note", textContent: model.get("note") }));
    reaction.replaceChildren(...said);
    for (const field of fields) {
      if (kind === "choice") field.checked ||= field.value === last;
      else field.value ||= last;
    }
  }
  function give(changes) {
    model.set("given", { last: "", tries: 0, shown: false, ...model.get("given"), ...changes });
    react(); // first: after a restart there may be nobody to send it to
    model.save_changes();
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const last = kind === "choice" ? form.querySelector("input:checked")?.value ?? "" : fields[0].value.trim();
    if (!last || parse[kind](last) === null) {
      reaction.textContent = kind === "choice" ? "Choose one of the answers first." : `Type ${EXAMPLE[kind]}.`;
      return;
    }
    give({ last: last.slice(0, 100), tries: (model.get("given").tries ?? 0) + 1 });
  });
  show.addEventListener("click", () => give({ shown: true }));
  model.on("change:note", react);
  el.append(form);
  react();
  return () => model.off("change:note", react);
}

export default { render };
