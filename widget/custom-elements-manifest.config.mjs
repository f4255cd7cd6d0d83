/** What the element offers, read from its source into custom-elements.json. */
export default {
  globs: ['src/element/shell-attributes.ts', 'src/element/shell.ts', 'src/element/voice-agent-element.ts', 'src/voice-agent.ts'],
  outdir: '.',
  // It would write into the package.json of whatever folder the build was called from.
  packagejson: false,
  litelement: true,
  plugins: [attributesByHelpers()],
}

/** The attributes are declared by `word('agent-id')`, `flag(…)`, `object(…)`, their types and words by `declare` fields: join the two. */
function attributesByHelpers() {
  const attributeOf = new Map()
  const fields = new Map()
  const wordsOf = (node) => node.jsDoc?.map(({ comment }) => (typeof comment === 'string' ? comment : '')).join(' ') ?? ''
  return {
    name: 'attributes-by-helpers',
    analyzePhase({ ts, node, moduleDoc }) {
      if (ts.isClassDeclaration(node)) {
        const states = ts.getJSDocTags(node).filter(({ tagName }) => tagName.text === 'cssstate')
        const declaration = moduleDoc.declarations?.find(({ name }) => name === node.name?.text)
        if (declaration && states.length > 0) {
          declaration.cssStates = states.map(({ comment }) => {
            const [name, ...description] = String(comment).split(' - ')
            return { name, description: description.join(' - ') }
          })
        }
      }
      if (!ts.isPropertyDeclaration(node)) return
      const name = node.name.getText()
      const modifiers = node.modifiers?.map((modifier) => modifier.kind) ?? []
      if (name === 'properties' && modifiers.includes(ts.SyntaxKind.StaticKeyword)) {
        for (const property of node.initializer.properties) {
          const [attribute] = property.initializer.arguments ?? []
          if (attribute) attributeOf.set(property.name.getText(), attribute.text)
        }
      } else if (modifiers.includes(ts.SyntaxKind.DeclareKeyword)) {
        fields.set(name, { type: { text: node.type.getText().replace(/ \| undefined$/, '') }, description: wordsOf(node) })
      }
    },
    packageLinkPhase({ customElementsManifest }) {
      for (const module of customElementsManifest.modules) {
        for (const declaration of module.declarations ?? []) {
          if (declaration.kind !== 'class') continue
          const own =
            declaration.members?.filter(({ privacy, name, static: isStatic }) => !privacy && !isStatic && !name.startsWith('#')) ?? []
          const given = [...fields].map(([name, field]) => ({
            kind: 'field',
            name,
            ...field,
            ...(attributeOf.has(name) && { attribute: attributeOf.get(name), reflects: name !== 'dynamicVariables' }),
          }))
          declaration.members = [...given, ...own.filter(({ name }) => !fields.has(name) && !LIFECYCLE.has(name))]
          declaration.attributes = [...attributeOf].map(([fieldName, name]) => ({ name, fieldName, ...fields.get(fieldName) }))
          declaration.events = declaration.events?.filter(({ description }) => description)
        }
      }
    },
  }
}

const LIFECYCLE = new Set(['connectedCallback', 'disconnectedCallback', 'willUpdate', 'firstUpdated', 'updated', 'render', 'constructor'])
