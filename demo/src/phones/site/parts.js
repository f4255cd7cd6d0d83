/**
 * The named pieces (`data-part`) of a piece of the page.
 * @param {ParentNode} root
 */
export function parts(root) {
  /** @param {string} name @returns {HTMLElement} */
  const get = (name) => {
    const found = root.querySelector(`[data-part="${name}"]`)
    if (!found) throw new Error(`the page has no part ${name}`)
    return /** @type {HTMLElement} */ (found)
  }
  return {
    get,
    /** @param {string} name */
    input: (name) => /** @type {HTMLInputElement} */ (get(name)),
    /**
     * Writes only what is new, so that nothing is announced or selected away for nothing.
     * @param {string} name
     * @param {string} text
     */
    text(name, text) {
      const place = get(name)
      if (place.textContent !== text) place.textContent = text
    },
    /**
     * @param {string} name
     * @param {() => void} act
     */
    click: (name, act) => get(name).addEventListener('click', act),
  }
}

/**
 * A copy of a template's one element.
 * @param {string} id
 * @returns {HTMLElement}
 */
parts.clone = (id) => {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id))
  const [element] = /** @type {DocumentFragment} */ (template.content.cloneNode(true)).children
  return /** @type {HTMLElement} */ (element)
}
