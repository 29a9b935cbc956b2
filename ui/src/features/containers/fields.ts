// How readable settings are laid out, and where a value refers to a variable.
import type { EntityField } from '../../lib/bindings';

/** Name and value only: fits into a table of two columns. */
export function isFlat(fields: readonly EntityField[]): boolean {
  return fields.every((field) => field.children.length === 0 && !isLong(field));
}

/** Code, templates and other texts that want a box of their own. */
export function isLong(field: EntityField): boolean {
  return field.value !== null && (field.value.includes('\n') || field.value.length > 160);
}

export interface TextPart {
  text: string;
  /** `{{Variable name}}`. */
  reference: boolean;
}

/** A value split at its references to variables. */
export function references(value: string): TextPart[] {
  return value
    .split(/(\{\{[^{}]+\}\})/)
    .filter((text) => text !== '')
    .map((text) => ({ text, reference: text.startsWith('{{') && text.endsWith('}}') }));
}
