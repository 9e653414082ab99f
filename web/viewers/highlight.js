// Colours code: highlight.js finds the parts, and they become elements here, not HTML.
import hljs from "./highlight/core.min.js";

// Colours of the style, by the first word of highlight.js's scopes.
const CLASSES = {
  keyword: "keyword", built_in: "name", type: "name", literal: "literal", number: "literal",
  string: "string", regexp: "string", symbol: "literal", comment: "comment", doctag: "comment",
  meta: "comment", title: "name", attr: "key", attribute: "key", property: "key", tag: "keyword",
  name: "keyword", section: "keyword", variable: "name", selector: "key", bullet: "literal",
  addition: "string", deletion: "literal", subst: "", params: "", operator: "", punctuation: "",
};

// Shows `text` in `element`, coloured as `language`.
export async function highlight(element, text, language) {
  if (!hljs.getLanguage(language)) {
    const { default: grammar } = await import(`./highlight/languages/${language}.min.js`);
    hljs.registerLanguage(language, grammar);
  }
  const { _emitter } = hljs.highlight(text, { language, ignoreIllegals: true });
  const parts = [];
  flatten(_emitter.rootNode, "", parts);
  // Were anything lost on the way, the plain text stays.
  if (parts.reduce((length, [, part]) => length + part.length, 0) !== text.length) return;
  element.replaceChildren();
  for (const [kind, part] of parts) {
    if (kind) {
      const span = document.createElement("span");
      span.className = `code-${kind}`;
      span.textContent = part;
      element.append(span);
    } else {
      element.append(part);
    }
  }
}

// The tree of what highlight.js found, as a list of [colour, text].
function flatten({ scope, children }, around, parts) {
  const kind = CLASSES[String(scope).split(".")[0]] ?? around;
  for (const child of children) {
    if (typeof child === "string") parts.push([kind, child]);
    else flatten(child, kind, parts);
  }
}
