/**
 * Copying text. Browsers offer their clipboard to pages of this machine and of https only; a page that a class opens
 * over the local network copies what it has selected.
 */

import { element } from "../dom.js";

/** Whether the text was copied. @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** @param {string} text */
function copySelected(text) {
  const focused = document.activeElement;
  const field = element("textarea", { readonly: true, "aria-hidden": "true", class: "off-screen" });
  field.value = text;
  // In the dialog that is open, if one is: nothing else can be selected.
  (document.querySelector("dialog:modal") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
