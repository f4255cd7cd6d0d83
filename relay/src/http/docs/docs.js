// @ts-check
/** Draws openapi.json, which the relay makes from its schemas. Nothing here comes from a third party. */

/** @typedef {{type?: string | string[], format?: string, description?: string, enum?: unknown[], const?: unknown, properties?: Record<string, Schema>, required?: string[], items?: Schema, anyOf?: Schema[], oneOf?: Schema[], allOf?: Schema[], additionalProperties?: Schema | boolean, default?: unknown, $ref?: string}} Schema */

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id))

/**
 * A schema in one word.
 * @param {Schema} schema
 * @returns {string}
 */
function kind(schema) {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(' | ')
  const options = schema.anyOf ?? schema.oneOf
  if (options) return options.map(kind).join(' | ')
  if (schema.type === 'array') return `${kind(schema.items ?? {})}[]`
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any')
  return schema.format ? `${type} (${schema.format})` : type
}

/**
 * @param {Schema} schema
 * @returns {Node | undefined}
 */
function fields(schema) {
  const inner = schema.type === 'array' ? schema.items : schema
  if (!inner?.properties) return undefined
  const list = make('ul', {})
  for (const [name, field] of Object.entries(inner.properties)) {
    const item = make('li', {}, make('code', {}, name), inner.required?.includes(name) ? ' ' : '? ', make('span', {}, kind(field)))
    if (field.default !== undefined) item.append(make('small', {}, ` default ${JSON.stringify(field.default)}`))
    if (field.description) item.append(make('small', {}, ` ${field.description}`))
    const below = fields(field)
    if (below) item.append(below)
    list.append(item)
  }
  return list
}

/**
 * @param {string} title
 * @param {Schema | undefined} schema
 */
function shape(title, schema) {
  if (!schema) return []
  const drawn = fields(schema)
  return [make('details', {}, make('summary', {}, title), drawn ?? make('p', {}, kind(schema)))]
}

/** @param {any} operation */
function who(operation) {
  if (!operation.security) return operation.tags?.includes('visitors') ? 'pages' : 'anybody'
  const scope = operation['x-scope']
  return `${operation['x-role']} and up${scope ? `, or an API key with ${scope}` : '; no API keys'}`
}

/**
 * @param {string} method
 * @param {string} path
 * @param {any} operation
 */
function route(method, path, operation) {
  const id = `${method}${path.replaceAll(/[^a-z]+/gi, '-')}`
  const section = make(
    'section',
    { id },
    make('h3', {}, make('b', { class: method }, method.toUpperCase()), ' ', make('code', {}, path)),
    make('p', {}, operation.summary ?? ''),
    make('p', { class: 'quiet' }, `Open to: ${who(operation)}`),
  )
  for (const parameter of operation.parameters ?? []) {
    if (parameter.in === 'query')
      section.append(make('p', { class: 'quiet' }, make('code', {}, `?${parameter.name}`), ` ${kind(parameter.schema ?? {})}`))
  }
  section.append(...shape('Body', operation.requestBody?.content?.['application/json']?.schema))
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (status === 'default') continue
    const schema = answer.content?.['application/json']?.schema
    section.append(make('p', {}, make('b', {}, status), ` ${answer.description}`), ...shape('Answer', schema))
  }
  return section
}

async function draw() {
  const answer = await fetch('/openapi.json')
  if (!answer.ok) throw new Error(String(answer.status))
  const api = await answer.json()
  at('about').replaceChildren(
    `Version ${api.info.version}. `,
    make('a', { href: '/openapi.json' }, 'openapi.json'),
    ' is what this page draws.',
  )
  /** @type {Map<string, Node[]>} */
  const groups = new Map()
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((each) => item[each])) {
      const tag = item[method].tags?.[0] ?? 'other'
      groups.set(tag, [...(groups.get(tag) ?? []), route(method, path, item[method])])
    }
  }
  for (const [tag, sections] of groups) {
    const id = `tag-${tag.replaceAll(' ', '-')}`
    at('contents').append(make('a', { href: `#${id}` }, tag))
    at('main').append(make('h2', { id }, tag), ...sections)
  }
  at('contents').append(make('a', { href: '#errors' }, 'errors'))
  const codes = Object.entries(api['x-problems']).map(([code, problem]) =>
    make('li', { id: code }, make('b', {}, String(problem.status)), ' ', make('code', {}, code), ` ${problem.title}`),
  )
  at('main').append(make('h2', { id: 'errors' }, 'errors'), make('p', {}, api['x-problems-about']), make('ul', {}, ...codes))
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView()
}

draw().catch(() => {
  at('about').textContent = 'The description cannot be read just now. Reload the page in a moment.'
})
