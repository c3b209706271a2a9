/** Rules of form fields that need no server: which are shown, what is plainly missing or out of bounds. Pure. */
import type { FieldError, FormField, Json, ObjectField, SimpleField } from '../contract/screen'

export type Values = Record<string, Json | undefined>

const PROTECTED = new Set(['id_number', 'phone', 'bank_account'])

/** A protected value is never written to the device's storage. */
export function isProtected(field: FormField): boolean {
  return field.kind === 'text' && (field.masked !== undefined || PROTECTED.has(field.keyboard))
}

export function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

export function isShown(field: FormField, values: Values): boolean {
  return field.shown_if.every(({ field: other, one_of }) => one_of.some((one) => same(one, values[other] ?? null)))
}

/** Equal as JSON; a value not given and an explicit null are not the same: null is the answer "none". */
export function identical(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** What the server holds of a field. */
export function valueOf(field: FormField): Json | undefined {
  return field.kind === 'object' && field.none_chosen ? null : (field.value as Json | undefined)
}

export function same(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
}

/** What is wrong with the values of `fields`, in the order of the form; empty when nothing is. */
export function problems(fields: FormField[], values: Values): FieldError[] {
  return fields.filter((field) => isShown(field, values) && !field.locked).flatMap((field) => ofField(field, values[field.name]))
}

function ofField(field: FormField, value: Json | undefined): FieldError[] {
  if (field.kind === 'object') return ofObject(field, value)
  const message = isEmpty(value) ? missing(field) : outOfBounds(field, value)
  return message ? [{ field: field.name, code: 'invalid', message }] : []
}

function ofObject(field: ObjectField, value: Json | undefined): FieldError[] {
  if (value === undefined || value === null) {
    const answered = value === null && field.none !== undefined
    return field.required && !answered ? [{ field: field.name, code: 'required', message: `请填写${field.label}` }] : []
  }
  const inner = problems(field.fields, value as Values)
  return inner.map((error) => ({ ...error, field: `${field.name}.${error.field}` }))
}

const CHOSEN = new Set(['choice', 'multi_choice', 'yes_no', 'date', 'month', 'slot', 'stars'])

function missing(field: SimpleField): string | undefined {
  if (!field.required || (field.kind === 'text' && field.masked)) return undefined
  return CHOSEN.has(field.kind) ? `请选择${field.label}` : `请填写${field.label}`
}

function outOfBounds(field: SimpleField, value: Json | undefined): string | undefined {
  if (field.kind === 'number') return numberProblem(field, Number(value))
  if (field.kind === 'date' || field.kind === 'month') {
    if (String(value) < field.earliest) return `不能早于 ${field.earliest}`
    if (String(value) > field.latest) return `不能晚于 ${field.latest}`
  }
  if (field.kind === 'month_ranges') {
    const wrong = (value as string[][]).find(([from, to]) => !from || !to || from > to)
    return wrong && '每段都要填起止月份，开始不能晚于结束'
  }
  return undefined
}

function numberProblem(field: Extract<FormField, { kind: 'number' }>, value: number): string | undefined {
  if (Number.isNaN(value)) return '请填数字'
  if (field.minimum !== undefined && value < field.minimum) return `不能小于 ${field.minimum}${field.unit}`
  if (field.maximum !== undefined && value > field.maximum) return `不能大于 ${field.maximum}${field.unit}`
  const decimals = String(value).split('.')[1]?.length ?? 0
  if (decimals > field.decimals) return field.decimals ? `最多 ${field.decimals} 位小数` : '请填整数'
  return undefined
}
