import type { ComplexAttributeConverter, PropertyDeclaration } from 'lit'

const onOff: ComplexAttributeConverter<boolean> = {
  fromAttribute: (value) => value !== null && value !== 'false',
  toAttribute: (value) => (value ? '' : null),
}

const json: ComplexAttributeConverter<unknown> = {
  fromAttribute: (value) => {
    try {
      return value ? JSON.parse(value) : undefined
    } catch {
      return undefined
    }
  },
}

/** A word, kept in step with its kebab-case attribute. */
export const word = (attribute: string): PropertyDeclaration => ({ attribute, reflect: true })

/** True when the attribute is present and not `"false"`. */
export const flag = (attribute: string): PropertyDeclaration => ({ attribute, reflect: true, converter: onOff })

/** An object, given as a property or as JSON in the attribute; what is not JSON counts as absent. */
export const object = (attribute: string): PropertyDeclaration => ({ attribute, converter: json })

/** An object that only scripts can give. */
export const given: PropertyDeclaration = { attribute: false }
