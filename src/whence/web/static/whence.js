// Small comforts for pages that work without them: copying an IRI, and the SPARQL editor.

function copyButtons() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.classList.remove("later");
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy).textContent;
      await navigator.clipboard.writeText(text).then(
        () => { button.textContent = "Copied"; },
        () => { button.textContent = "Could not copy"; },
      );
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }
}

const WORDS = `add as asc ask avg base bind bnode bound by clear coalesce concat construct contains copy
count create data datatype day default delete desc describe distinct drop encode_for_uri exists false filter
floor from graph group group_concat having hours if in insert into iri isblank isiri isliteral isnumeric isuri
lang langmatches lcase limit load max md5 min minus minutes month move named not now offset optional order
prefix rand reduced regex replace round sameterm sample seconds select separator service sha1 sha256 sha384
sha512 silent str strafter strbefore strdt strends strlang strlen strstarts struuid substr sum timezone to
true tz ucase undef union update uri using uuid values where with year`.split(/\s+/);
const KEYWORDS = new Set(WORDS);

const TOKEN = new RegExp([
  "(?<c>#[^\\n]*)",
  "(?<i><[^<>\"{}|^`\\\\\\s]*>)",
  "(?<s>\"\"\"[\\s\\S]*?(?:\"\"\"|$)|'''[\\s\\S]*?(?:'''|$)|\"(?:[^\"\\\\\\n]|\\\\.)*\"?|'(?:[^'\\\\\\n]|\\\\.)*'?)",
  "(?<v>[?$]\\w+)",
  "(?<name>[A-Za-z][\\w-]*:[\\w%./-]*|:[\\w%./-]+)",
  "(?<k>[A-Za-z_]\\w*)",
].join("|"), "gu");

/** The text as spans, in a fragment. No markup is ever built from what was typed. */
function painted(text) {
  const fragment = document.createDocumentFragment();
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const kind = Object.keys(match.groups).find((key) => match.groups[key] !== undefined);
    const plain = kind === "name" || (kind === "k" && !KEYWORDS.has(match[0].toLowerCase()) && match[0] !== "a");
    if (plain) continue;
    fragment.append(text.slice(end, match.index));
    const span = document.createElement("span");
    span.className = kind;
    span.textContent = match[0];
    fragment.append(span);
    end = match.index + match[0].length;
  }
  fragment.append(text.slice(end) + "\n");
  return fragment;
}

/** Replace the selection so that undo keeps working. */
function type(area, text) {
  area.focus();
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input"));
  }
}

function indent(area, back) {
  const { value, selectionStart: start, selectionEnd: end } = area;
  const from = value.lastIndexOf("\n", start - 1) + 1;
  if (start === end && !back) return type(area, "  ");
  const lines = value.slice(from, end).split("\n");
  const changed = lines.map((line) => (back ? line.replace(/^ {1,2}/, "") : `  ${line}`)).join("\n");
  if (changed === lines.join("\n")) return undefined;
  area.setSelectionRange(from, end);
  type(area, changed);
  return area.setSelectionRange(from, from + changed.length);
}

function editor(box) {
  const area = box.querySelector("textarea");
  const paint = document.createElement("pre");
  const gutter = document.createElement("div");
  paint.className = "paint";
  gutter.className = "gutter";
  for (const part of [paint, gutter]) part.setAttribute("aria-hidden", "true");
  box.prepend(paint);
  box.append(gutter);

  const follow = () => {
    paint.scrollTop = gutter.scrollTop = area.scrollTop;
    paint.scrollLeft = area.scrollLeft;
  };
  // Colours are those of SPARQL; a text in some other language is shown as it is.
  const plain = box.dataset.editor === "plain";
  const draw = () => {
    paint.replaceChildren(plain ? `${area.value}\n` : painted(area.value));
    const lines = area.value.split("\n").length;
    // Room at the end lets numbers scroll as far as a text with a horizontal scroll bar does.
    gutter.textContent = `${Array.from({ length: lines }, (_, n) => n + 1).join("\n")}\n\n\n`;
    follow();
  };
  let leaving = false;
  area.addEventListener("input", draw);
  area.addEventListener("scroll", follow);
  area.addEventListener("blur", () => { leaving = false; });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      area.form.requestSubmit();
    } else if (event.key === "Escape") {
      // Tab indents here, so there must be a way out for those who use no mouse.
      leaving = true;
    } else if (event.key === "Tab" && !leaving && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      indent(area, event.shiftKey);
    }
  });
  // A browser may put back what was typed before, after this ran.
  window.addEventListener("pageshow", draw);
  box.classList.add("live");
  draw();

  const hint = document.querySelector("[data-hint]");
  hint?.classList.remove("later");
  const prefixes = document.querySelector("[data-prefixes]");
  const choice = prefixes?.querySelector("select");
  if (!choice) return;
  prefixes.classList.remove("later");
  choice.addEventListener("change", () => {
    const line = choice.value;
    choice.value = "";
    if (!line || area.value.includes(line)) return;
    area.setSelectionRange(0, 0);
    type(area, `${line}\n`);
  });
}

/** A picture wider than its frame starts where the resource of the page is. */
function centre(frame) {
  const box = frame.querySelector(".box.current");
  if (!box || frame.scrollWidth <= frame.clientWidth) return;
  const at = box.getBoundingClientRect();
  const edge = frame.getBoundingClientRect();
  frame.scrollLeft = at.left + at.width / 2 - edge.left - edge.width / 2;
}

copyButtons();
for (const frame of document.querySelectorAll(".picture .scroll")) centre(frame);
for (const box of document.querySelectorAll("[data-editor]")) editor(box);
