// Making elements. Texts are set as text, so a name that holds markup shows it.
export const at = (id) => document.getElementById(id);

export function make(tag, given = {}, ...children) {
  const { dataset, ...properties } = given;
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, dataset);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// Marks what changed, for a moment.
export function flash(element) {
  element.classList.remove("changed");
  void element.offsetWidth;
  element.classList.add("changed");
}
